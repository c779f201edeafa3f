"""Ratios to a yardstick measured in the same run; nothing in here is a test."""
