"""Pages of tracking, one module a page."""
