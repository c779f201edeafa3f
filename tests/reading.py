"""The log read to its end.

Consumers stop before the oldest transaction of the whole server, and that may be one nobody here began: an ANALYZE of
Postgres's own, or the demo that a browser test beside it seeds in one transaction of half a minute. The product's sweep
comes again; a test that asks once has to wait.
"""

from __future__ import annotations

from datetime import datetime

from ma_platform.db import sql
from tests.timing import eventually
from tracking.actions import run_consumers


def read_all(*, now: datetime) -> None:
    """Let the consumers read until nothing is left. Call it outside of any transaction."""
    _quiet()
    while run_consumers(now=now).facts:
        _quiet()


def _quiet() -> None:
    """Until every transaction that has begun by now is over; fails, naming who holds one, when one does not end."""
    begun = sql.run(BEGUN).value()
    eventually(lambda: sql.run(OLDEST).value() >= begun, seconds=60, every=0.01, why=lambda: str(sql.run(HOLDING).rows))


BEGUN = "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
HOLDING = """
    SELECT datname, usename, backend_type, state, now() - xact_start, query FROM pg_stat_activity
     WHERE backend_xid IS NOT NULL AND pid <> pg_backend_pid() ORDER BY xact_start
"""
OLDEST = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
