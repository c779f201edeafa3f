"""Filters and tags of the components; one library, `ui`."""
