"""One message told under two browsers' names lies in two shards: whoever of two drainers commits first has written it.

Neither sees the other's rows while it writes. So they commit one after the other, and the second looks again: at what
was written beside it, a few thousand rows by the cursor's index, and not at the log. The same holds for a view that was
only counted and the one that replaces it: they name one id between them.
"""

from __future__ import annotations

from datetime import datetime

from ma_platform.db import sql


class Overtaken(Exception):
    """An event of the batch was written by somebody else meanwhile; to be done again, when it can be seen."""


def wait_for_others() -> None:
    """Until the end of the transaction no other drainer commits."""
    sql.run(LOCK)


def refuse_overtaken(horizon: int, *, since: datetime, until: datetime, retold: bool) -> None:
    """The last thing before the commit. `horizon`: see `staged.READY`; `retold`: the batch has views that replace
    others, or may be replaced. Raises Overtaken.
    """
    wait_for_others()
    if sql.run(RETOLD_BESIDE if retold else OVERTAKEN, horizon=horizon, since=since, until=until).value():
        raise Overtaken


LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('tracking_ingest commits', 0))"
OVERTAKEN = """
    SELECT EXISTS (
        SELECT FROM (SELECT event.tenant_id, event.id FROM tracking_event AS event
                      WHERE event.txid >= %(horizon)s AND event.txid <> pg_current_xact_id()::text::bigint
                        AND event.occurred_at BETWEEN %(since)s AND %(until)s
                     OFFSET 0) AS beside
          JOIN incoming ON incoming.tenant_id = beside.tenant_id AND incoming.id = beside.id)
"""
RETOLD_BESIDE = """
    WITH beside AS MATERIALIZED (
        SELECT event.tenant_id, event.id, event.name, event.props ->> 'replaces' AS replaces
          FROM tracking_event AS event
         WHERE event.txid >= %(horizon)s AND event.txid <> pg_current_xact_id()::text::bigint
           AND event.occurred_at BETWEEN %(since)s AND %(until)s
    ), theirs AS (
        SELECT tenant_id, id::text AS id FROM beside
        UNION ALL
        SELECT tenant_id, replaces FROM beside WHERE name = 1 AND replaces IS NOT NULL
    ), ours AS (
        SELECT tenant_id, id::text AS id FROM incoming
        UNION ALL
        SELECT tenant_id, props ->> 'replaces' FROM incoming WHERE name = 1 AND props ? 'replaces'
    )
    SELECT EXISTS (SELECT FROM theirs JOIN ours ON ours.tenant_id = theirs.tenant_id AND ours.id = theirs.id)
"""
