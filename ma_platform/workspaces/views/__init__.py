"""Doors of tenancy, by subject."""
