"""Memberships of some people brought in line with the truth of now, as sets, the segments asked about first.

A row lock on each segment makes those who look at it take turns: whoever looks last has seen every fact before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import OperationalError, transaction
from psycopg2.sql import SQL

from conditions import ConditionRefused
from leads.actions.segments.moments import look_soon, renew_moments
from leads.actions.segments.telling import Moves, rounds, tell
from leads.actions.segments.wanted import wanted, zone
from leads.models import Segment
from leads.queries.segments import readers_of
from leads.stirring import Reads, dependency_order, downstream
from ma_platform.db import sql
from ma_platform.tenancy.reach import everybody

AT_ONCE = 5_000  # people judged by one statement
JUDGE_LIMIT_MS = 10_000  # of each such statement: all other segments, and all other workspaces, wait for it
LOCKED, CANCELLED = "55P03", "57014"
TOO_SLOW = "too_slow"


@dataclass(frozen=True, slots=True)
class Settled:
    """How many memberships began and ended."""

    entered: int = 0
    left: int = 0


def living_segments() -> list[Segment]:
    """Every segment in use, lists kept by hand included."""
    return list(Segment.objects.filter(archived_at=None).order_by("pk"))


@everybody()
def settle(stirred: Mapping[int, Collection[int]], *, now: datetime, quiet: bool = False) -> Settled:
    """Judge these leads (by segment id) anew, and whoever depends on what changed. Replaying changes nothing.

    A segment that is being built, is held by somebody for long or cannot be judged only remembers whom to look at.
    quiet: no flow begins by what changes.
    """
    living = {one.public_id: one for one in living_segments()}
    asks = _asks(living.values())
    waiting: dict[str, set[int]] = defaultdict(set)
    for one in living.values():
        if one.pk in stirred:
            waiting[one.public_id] |= set(stirred[one.pk])
    affected = downstream(asks, set(waiting))
    if not affected:
        return Settled()
    locked = {one.public_id: one for one in _locked(affected)}
    entered, left, tz = 0, 0, zone()
    with sql.bounded(JUDGE_LIMIT_MS):
        for public_id in dependency_order({one: asks[one] for one in affected}):
            people = sorted(waiting[public_id])
            if public_id not in locked:
                look_soon(living[public_id].pk, people)
                continue
            moves = _settle_one(locked[public_id], people, now=now, tz=tz)
            tell(locked[public_id], moves, now=now, quiet=quiet, tz=tz)
            entered, left = entered + len(moves.entered), left + len(moves.left)
            for other in (one for one, asked in asks.items() if public_id in asked):
                waiting[other] |= {*moves.entered, *moves.left}
    return Settled(entered, left)


def _asks(living: Iterable[Segment]) -> dict[str, set[str]]:
    """Whom each segment asks about, by public id."""
    return {one.public_id: set(Reads.of_json(one.reads).segments) for one in living}


def lock_with_readers(segment: Segment) -> Segment | None:
    """Lock a segment and all that depend on it, to be settled in the same transaction; None when it was put away.

    In the order of their numbers, as whoever settles them does: taken one by one, two workers could wait for ever.
    """
    start = {segment.public_id, *(reader.public_id for reader in readers_of(segment))}
    return next((one for one in _locked(downstream(_asks(living_segments()), start)) if one.pk == segment.pk), None)


def _locked(public_ids: Collection[str]) -> list[Segment]:
    """Without those that somebody else holds for longer than a lock is waited for."""
    found = Segment.objects.filter(public_id__in=public_ids, archived_at=None).order_by("pk")
    try:
        with transaction.atomic():
            return list(found.select_for_update(no_key=True))
    except OperationalError as error:
        if reason_of(error) != LOCKED:
            raise
        return list(found.select_for_update(no_key=True, skip_locked=True))


def reason_of(error: OperationalError) -> str:
    """Postgres' code for what went wrong."""
    return getattr(error.__cause__, "pgcode", None) or ""


def is_waiting(segment: Segment) -> bool:
    """Nothing is in force yet, or what is in force is about to be replaced: facts are kept for afterwards."""
    first = segment.version == 0 and segment.condition is not None
    return first or segment.state in (Segment.State.APPLYING, Segment.State.FAILED)


def _settle_one(segment: Segment, lead_ids: Sequence[int], *, now: datetime, tz: ZoneInfo) -> Moves:
    if not lead_ids:
        return Moves()
    if is_waiting(segment):
        look_soon(segment.pk, lead_ids)
        return Moves()
    try:
        with transaction.atomic():
            return _judge_all(segment, lead_ids, now=now, tz=tz)
    except ConditionRefused as refused:
        _give_up(segment, str(refused), lead_ids)
    except OperationalError as error:
        if reason_of(error) == CANCELLED:
            _give_up(segment, TOO_SLOW, lead_ids)
        elif reason_of(error) == LOCKED:
            look_soon(segment.pk, lead_ids)
        else:
            raise
    return Moves()


def _judge_all(segment: Segment, lead_ids: Sequence[int], *, now: datetime, tz: ZoneInfo) -> Moves:
    if Reads.of_json(segment.reads).account:
        lead_ids = _with_colleagues(lead_ids)
    moves = Moves()
    for some in rounds(lead_ids, AT_ONCE):
        moves = moves.joined(_judge(segment, some, now=now, tz=tz))
    return moves


def _with_colleagues(lead_ids: Sequence[int]) -> list[int]:
    """These people and everybody of their companies: what is asked about the company is another for all of them."""
    return sql.run(WITH_COLLEAGUES, lead_ids=list(lead_ids)).values()


WITH_COLLEAGUES = """
    SELECT person.id FROM unnest(%(lead_ids)s::bigint[]) AS person(id)
     UNION
    SELECT mate.id FROM leads_lead AS mate
     WHERE mate.tenant_id = %(tenant_id)s AND mate.merged_into_id IS NULL
       AND mate.company_id IN (SELECT lead.company_id FROM leads_lead AS lead
                                WHERE lead.tenant_id = %(tenant_id)s AND lead.id = ANY(%(lead_ids)s::bigint[]))
     ORDER BY 1
"""


def _judge(segment: Segment, lead_ids: list[int], *, now: datetime, tz: ZoneInfo) -> Moves:
    asked = wanted(segment.pk, segment.condition, now=now, few=True, tz=tz)
    statement = SQL(SETTLE).format(wanted=asked.sql)
    rows = sql.run(statement, **asked.params, lead_ids=lead_ids).rows
    if Reads.of_json(segment.reads).clock:
        renew_moments(segment, lead_ids, now=now, tz=tz)
    entered = tuple(lead for lead, enters in rows if enters)
    return Moves(entered, tuple(lead for lead, enters in rows if not enters))


def _give_up(segment: Segment, problem: str, lead_ids: Sequence[int]) -> None:
    """A word of the condition is gone, or it takes too long: who is in stays in until somebody mends the condition."""
    Segment.objects.filter(pk=segment.pk).update(state=Segment.State.FAILED, problem=problem)
    segment.state = Segment.State.FAILED
    look_soon(segment.pk, lead_ids)


SETTLE = """
    WITH wanted AS MATERIALIZED ({wanted}
    ), here AS MATERIALIZED (
        SELECT stay.id, stay.lead_id, stay.reason FROM leads_segmentmember AS stay
         WHERE stay.tenant_id = %(tenant_id)s AND stay.segment_id = %(segment_id)s AND stay.until IS NULL
           AND stay.lead_id = ANY(%(lead_ids)s::bigint[])
    ), gone AS (
        UPDATE leads_segmentmember AS stay SET until = %(now)s
          FROM here
         WHERE stay.tenant_id = %(tenant_id)s AND stay.id = here.id
           AND here.lead_id NOT IN (SELECT lead_id FROM wanted)
        RETURNING stay.lead_id
    ), renamed AS (
        UPDATE leads_segmentmember AS stay SET reason = wanted.reason
          FROM here JOIN wanted ON wanted.lead_id = here.lead_id AND wanted.reason <> here.reason
         WHERE stay.tenant_id = %(tenant_id)s AND stay.id = here.id
    ), come AS (
        INSERT INTO leads_segmentmember (tenant_id, segment_id, lead_id, since, until, reason)
        SELECT %(tenant_id)s, %(segment_id)s, wanted.lead_id, %(now)s, NULL, wanted.reason
          FROM wanted WHERE wanted.lead_id NOT IN (SELECT lead_id FROM here)
         ORDER BY wanted.lead_id
            ON CONFLICT (tenant_id, segment_id, lead_id) WHERE until IS NULL DO NOTHING
        RETURNING lead_id
    )
    SELECT lead_id, TRUE AS enters FROM come UNION ALL SELECT lead_id, FALSE FROM gone
"""
