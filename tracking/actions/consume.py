"""Let the consumers read the log: nothing skipped, nothing twice, however the writers interleave.

A consumer's cursor is (txid, id). It reads what lies behind the cursor and before the oldest transaction still running
(`pg_snapshot_xmin`), so a slow writer's rows are never overtaken; the cursor moves in the transaction of the work.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from django.db import DatabaseError, OperationalError, transaction

from ma_platform.db import sql
from ma_platform.tenancy.scope import system_scope, tenant_scope
from tracking.catalogue import Consumer, Fact, in_order
from tracking.facts import UNSHOWN

BATCH = 5_000
ROUNDS = 50  # a runaway ring of consumers stops here; the sweep goes on with it
IDLE_STRIDE = 500  # transactions an idle cursor may lie behind before it is moved along
IDLE = timedelta(seconds=5)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ConsumerRun:
    """What a pass read, over all consumers. failed: how many of them could not go on."""

    facts: int = 0
    poisoned: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class _Place:
    txid: int
    event_id: UUID
    moved_at: datetime
    oldest: int  # the oldest transaction still running: the log is quiet before it


def run_consumers(*, now: datetime, only: Sequence[str] = (), batch: int = BATCH) -> ConsumerRun:
    """Let every consumer read, lowest room first; then those for whom this made new facts, until there are none.

    One that cannot stays where it is until the next pass; the others go on.
    """
    facts = poisoned = failed = 0
    consumers = waiting = [consumer for consumer in in_order() if not only or consumer.name in only]
    for _round in range(ROUNDS):
        found = {consumer.name: _try(consumer, now=now, batch=batch) for consumer in waiting}
        facts += sum(one.facts for one in found.values())
        poisoned += sum(one.poisoned for one in found.values())
        failed += sum(one.failed for one in found.values())
        consumers = [one for one in consumers if one.name not in found or not found[one.name].failed]
        if not any(one.facts for one in found.values()):
            break
        waiting = _waiting(consumers, besides={name for name, one in found.items() if one.facts == batch})
    return ConsumerRun(facts, poisoned, failed)


def _waiting(consumers: Sequence[Consumer], *, besides: set[str]) -> list[Consumer]:
    """Those for whom something lies in the log: one statement, not a transaction each. `besides`: who has yet to see
    that there is nothing more."""
    heeded = ["{" + ",".join(map(str, sorted(consumer.events))) + "}" for consumer in consumers]
    with system_scope():
        found = sql.run(WAITING, consumers=[consumer.name for consumer in consumers], heeded=heeded).values()
    return [consumer for consumer in consumers if consumer.name in besides.union(found)]


def _try(consumer: Consumer, *, now: datetime, batch: int) -> ConsumerRun:
    """As `_advance`; where the database would not have it, its place is unmoved, and the facts come again."""
    try:
        return ConsumerRun(*_advance(consumer, now=now, batch=batch))
    except DatabaseError:
        log.exception("consumer %s could not go on; the next pass tries again", consumer.name)
        return ConsumerRun(failed=1)


def _advance(consumer: Consumer, *, now: datetime, batch: int) -> tuple[int, int]:
    """One batch of one consumer in one transaction. (0, 0) also when another process has its hands on it."""
    with system_scope():
        if not sql.run(LOCK, name=consumer.name).value():
            return 0, 0
        place = _place(consumer, now=now)
        rows = sql.run(READ if consumer.events else READ_ALL, **_reading(consumer, place, batch)).rows
        poisoned = _deliver(consumer, [_fact(row, consumer.proof) for row in rows], now=now)
        _move(consumer, place, rows, full=len(rows) == batch, now=now)
        return len(rows), poisoned


def _place(consumer: Consumer, *, now: datetime) -> _Place:
    found = sql.typed(PLACE, _Place, name=consumer.name)
    if not found:
        sql.run(BEGIN, name=consumer.name, now=now)
        found = sql.typed(PLACE, _Place, name=consumer.name)
    return found[0]


def _reading(consumer: Consumer, place: _Place, batch: int) -> dict[str, Any]:  # Any: parameters of READ
    found: dict[str, Any] = {"txid": place.txid, "event_id": str(place.event_id), "oldest": place.oldest}
    return {**found, "batch": batch, "names": sorted(consumer.events)}


def _fact(row: tuple[Any, ...], proof: str) -> Fact:  # Any: a row of READ
    parts = list(row[:-1])
    told = orjson.loads(parts[-1])
    # Addresses stay in the log, and proofs are for who judges them.
    parts[-1] = {key: value for key, value in told.items() if key not in UNSHOWN or key == proof}
    return Fact(*parts)


def _move(consumer: Consumer, place: _Place, rows: Sequence[tuple[Any, ...]], *, full: bool, now: datetime) -> None:
    if full:  # `moved_at` stays: it tells when this consumer had last read everything
        sql.run(MOVE, name=consumer.name, txid=rows[-1][-1], event_id=str(rows[-1][0]), now=place.moved_at)
    elif rows or place.oldest - place.txid > IDLE_STRIDE or abs(now - place.moved_at) > IDLE:
        # Every transaction before `oldest` is over: no row can still appear there.
        sql.run(MOVE, name=consumer.name, txid=place.oldest - 1, event_id=str(LAST_ID), now=now)


def _deliver(consumer: Consumer, facts: Sequence[Fact], *, now: datetime) -> int:
    by_tenant: dict[int, list[Fact]] = defaultdict(list)
    for fact in facts:
        by_tenant[fact.tenant_id].append(fact)
    return sum(_deliver_to(consumer, tenant, by_tenant[tenant], now=now) for tenant in sorted(by_tenant))


def _deliver_to(consumer: Consumer, tenant_id: int, facts: Sequence[Fact], *, now: datetime) -> int:
    """Give a tenant's facts to the consumer; halve on failure until the one that cannot be digested stands alone."""
    try:
        with tenant_scope(tenant_id):
            consumer.read(facts, now)
    except OperationalError:
        raise  # deadlock, timeout, connection: the facts are not at fault, the batch comes again
    except Exception as error:  # noqa: BLE001 - the outermost loop of a worker: log, set the fact aside, go on
        if len(facts) == 1:
            return _set_aside(consumer, facts[0], error, now=now)
        middle = len(facts) // 2
        return _deliver_to(consumer, tenant_id, facts[:middle], now=now) + _deliver_to(
            consumer, tenant_id, facts[middle:], now=now
        )
    return 0


def _set_aside(consumer: Consumer, fact: Fact, error: Exception, *, now: datetime) -> int:
    log.error("consumer %s cannot digest %s of tenant %s", consumer.name, fact.id, fact.tenant_id, exc_info=error)
    reason = f"{type(error).__name__}: {error}".replace("\x00", "")[:500]
    with tenant_scope(fact.tenant_id), transaction.atomic():
        sql.run(SET_ASIDE, consumer=consumer.name, event_id=str(fact.id), reason=reason, now=now)
    return 1


LAST_ID = UUID(int=2**128 - 1)
# Advisory, not a row lock: a row lock would give this transaction a number and hold back every other consumer.
LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended('tracking_consumer ' || %(name)s, 0))"
PLACE = """
    SELECT txid, event_id, moved_at, pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS oldest
      FROM tracking_consumer WHERE name = %(name)s
"""
BEGIN = """
    INSERT INTO tracking_consumer (name, txid, event_id, moved_at)
    VALUES (%(name)s, 0, '00000000-0000-0000-0000-000000000000', %(now)s) ON CONFLICT DO NOTHING
"""
# The table's own names first: the order of `Fact`.
_COLUMNS = """
    SELECT id, tenant_id, visitor_id, lead_id, name, subject_id, occurred_at, received_at, duration, verdict, props,
           txid
      FROM tracking_event
     WHERE (txid, id) > (%(txid)s, %(event_id)s::uuid) AND txid < %(oldest)s
"""
# Ordered, so that every month is entered by its index at the consumer's place, whatever the planner expects there.
WAITING = """
    SELECT consumer.name
      FROM unnest(%(consumers)s::text[], %(heeded)s::text[]) AS asked(name, heeded)
      JOIN tracking_consumer AS consumer ON consumer.name = asked.name
     CROSS JOIN LATERAL (
           SELECT FROM tracking_event AS event
            WHERE (event.txid, event.id) > (consumer.txid, consumer.event_id)
              AND event.txid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
              AND (asked.heeded = '{}' OR event.name = ANY (asked.heeded::smallint[]))
            ORDER BY event.txid, event.id LIMIT 1) AS next
"""
READ_ALL = _COLUMNS + " ORDER BY txid, id LIMIT %(batch)s"
READ = _COLUMNS + " AND name = ANY (%(names)s::smallint[]) ORDER BY txid, id LIMIT %(batch)s"
MOVE = """
    UPDATE tracking_consumer SET txid = %(txid)s, event_id = %(event_id)s::uuid, moved_at = %(now)s
     WHERE name = %(name)s
"""
SET_ASIDE = """
    INSERT INTO tracking_poison (tenant_id, consumer, event_id, reason, at)
    VALUES (%(tenant_id)s, %(consumer)s, %(event_id)s::uuid, %(reason)s, %(now)s) ON CONFLICT DO NOTHING
"""
