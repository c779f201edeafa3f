"""Postgres idioms as small functions: statements with named parameters, arrays for unnest, COPY, claims.

No models live here, and nothing in here knows a table by name.
"""
