"""What a sender may send. Figures of the public contract."""

from __future__ import annotations

from datetime import timedelta

EVENT_BYTES = 64 * 1024
BATCH_BYTES = 1024 * 1024  # after unzip
BATCH_EVENTS = 500
DEPTH = 5
KEYS = 200
STRING = 8 * 1024
NAME = 190  # characters of a customer's own event name; the column leaves room for our prefix
ID = 190  # a longer visitor id is hashed
VISIBLE_MS = 30 * 60 * 1000  # one slice of visible time
OLDEST = timedelta(hours=72)
AHEAD = timedelta(minutes=10)
SPOOL_BYTES, SPOOL_AGE = 2 * 1024**3, timedelta(hours=24)
