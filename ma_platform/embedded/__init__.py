"""Postgres and Valkey for a machine that has neither: started, used, stopped. Never for production.

`python -m ma_platform.embedded [--state DIR] exec -- COMMAND` starts what the environment does not name,
runs the command with the addresses set, and stops what it started.
"""
