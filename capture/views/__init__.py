"""Pages about forms, submissions and files."""
