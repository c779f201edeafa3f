"""Journeys through a real browser. They refuse mocks: Chromium, HTTP and built assets only."""
