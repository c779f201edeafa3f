"""How the log is, told by an ingest process to everybody who may not read over all workspaces (`/readyz`)."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any

import orjson

from ma_platform.db import sql
from ma_platform.tenancy.scope import system_scope
from tracking.collector.stream import Streams

SECONDS = 10.0
MOST_COUNTED = 10_000  # lines and facts set aside; one more means "more"


class Watchman:
    """One per ingest process. A writing transaction is seen by the number that nobody may read past (xmin): while it
    stays the same and others go on, one transaction holds every consumer back."""

    def __init__(self, client: Any, streams: Streams) -> None:
        self._client, self._streams = client, streams
        self._told = self._since = time.monotonic()
        self._told -= SECONDS
        self._oldest = 0

    def tell(self, *, now: datetime) -> None:
        """Look every SECONDS, tell the stream's server. Raises redis.RedisError."""
        if time.monotonic() - self._told < SECONDS:
            return
        self._told = time.monotonic()
        with system_scope():
            found = sql.run(LOOK, now=now, most=MOST_COUNTED + 1).dicts()[0]
        held = self._held(found.pop("oldest"), found.pop("newest"))
        state = {**found, "longest_write": round(held, 1), "at": now.timestamp()}
        self._client.set(self._streams.state, orjson.dumps(state))

    def _held(self, oldest: int, newest: int) -> float:
        if oldest != self._oldest or oldest == newest:
            self._oldest, self._since = oldest, time.monotonic()
        return time.monotonic() - self._since


# Months ahead: whole ones after this. Visits wait for their look-up from when they were last heard of. Lines: of the
# last hour, by an index alone.
LOOK = """
    SELECT (SELECT count(*) FROM (SELECT FROM tracking_rejected WHERE at > %(now)s - interval '1 hour'
                                   LIMIT %(most)s) AS line) AS rejected,
           (SELECT count(*) FROM (SELECT FROM tracking_poison LIMIT %(most)s) AS fact) AS poisoned,
           coalesce((SELECT extract(epoch FROM %(now)s - min(started_at)) FROM tracking_session
                      WHERE enriched_at IS NULL), 0)::float AS unenriched,
           (SELECT count(*) FROM pg_inherits JOIN pg_class AS child ON child.oid = pg_inherits.inhrelid
             WHERE pg_inherits.inhparent = 'tracking_event'::regclass
               AND substring(child.relname FROM '[0-9]{4}_[0-9]{2}$') > to_char(%(now)s AT TIME ZONE 'UTC', 'YYYY_MM'))
               AS months_ahead,
           pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS oldest,
           pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS newest
"""
