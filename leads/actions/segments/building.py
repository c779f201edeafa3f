"""Everybody looked at: into a temporary table without holding anybody up, then the difference as sets.

A new segment takes the result at once. A changed condition lays it out as a difference that somebody confirms; until
then the old membership lives on and follows the facts. What is confirmed is reckoned once more: nothing stale is put in
force.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import OperationalError, transaction
from psycopg2.sql import SQL

from conditions import ConditionRefused
from leads.actions.segments.bell import ring_builder, ring_refresher, ring_wheel
from leads.actions.segments.moments import renew_moments
from leads.actions.segments.settling import Settled, is_waiting, lock_with_readers, settle
from leads.actions.segments.telling import Moves, recount, rounds, tell
from leads.actions.segments.wanted import wanted
from leads.models import Segment, SegmentChange
from leads.queries.segments import readers_of
from ma_platform.db import sql

TIME_LIMIT_MS = 540_000
MEMORY_MB = 64  # of each sort and hash while everybody is judged: hundreds of thousands of people fit
MANY = 20_000  # above, a difference is put in force by a build of its own, and those who depend on it are refreshed
State = Segment.State


@dataclass(frozen=True, slots=True)
class Built:
    """What a build found or did: `enters` and `leaves` wait for confirmation while the segment is `proposed`."""

    state: str = ""
    enters: int = 0
    leaves: int = 0


def build(segment_id: int, *, now: datetime) -> Built:
    """Build what waits to be built: a new segment, a proposal, or a proposal confirmed. Harmless to repeat.

    Two at once: the second turns round. A condition that cannot be judged leaves the old membership in force.
    """
    if not sql.run(TRY_LOCK, segment_id=segment_id).value():
        return Built()
    segment = Segment.objects.filter(pk=segment_id, archived_at=None).first()
    if segment is None or segment.state not in (State.BUILDING, State.APPLYING):
        return Built()
    try:
        with transaction.atomic(), sql.bounded(TIME_LIMIT_MS):
            gather(segment, _sought(segment), now=now)
            return _take_over(segment, now=now)
    except ConditionRefused as refused:
        return _fail(segment, str(refused))
    except OperationalError as error:
        if getattr(error.__cause__, "pgcode", "") != CANCELLED:
            raise
        return _fail(segment, "too_slow")


CANCELLED = "57014"
TRY_LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended('leads_segment_build', %(segment_id)s))"


def _sought(segment: Segment) -> object:
    proposal = segment.state == State.BUILDING and segment.version > 0
    return segment.proposed if proposal else segment.condition


def gather(segment: Segment, condition: object, *, now: datetime) -> None:
    """Everybody who belongs in, in `segment_wanted`."""
    asked = wanted(segment.pk, condition, now=now, few=False)
    sql.run("DROP TABLE IF EXISTS pg_temp.segment_wanted")
    with sql.thorough(MEMORY_MB):
        sql.run(SQL(GATHER).format(wanted=asked.sql), **asked.params)
    sql.run("ANALYZE segment_wanted")


# Not INSERT … SELECT: the database spreads the reading over its cores for a new table only.
GATHER = "CREATE TEMPORARY TABLE segment_wanted ON COMMIT DROP AS {wanted}"


def _take_over(segment: Segment, *, now: datetime) -> Built:
    """Under the segment's lock: nothing if it was changed again meanwhile, and the next build is on its way."""
    before = (segment.state, segment.proposed, segment.condition)
    held = lock_with_readers(segment)
    if held is None or before != (held.state, held.proposed, held.condition):
        return Built()
    if held.state == State.BUILDING and held.version > 0:
        return _lay_out(held, now=now)
    return _put_in_force(held, now=now)


def _lay_out(segment: Segment, *, now: datetime) -> Built:
    SegmentChange.objects.filter(segment=segment).delete()
    rows = sql.run(LAY_OUT, segment_id=segment.pk).rows
    enters = sum(1 for (enters,) in rows if enters)
    Segment.objects.filter(pk=segment.pk).update(state=State.PROPOSED, problem="", built_at=now)
    return Built(State.PROPOSED, enters, len(rows) - enters)


def _put_in_force(segment: Segment, *, now: datetime) -> Built:
    """The difference applied. A segment's first members are no news; those of a changed condition are."""
    first = segment.version == 0
    rows = sql.run(APPLY, segment_id=segment.pk, now=now).rows
    entered = tuple(lead for lead, enters in rows if enters)
    moves = Moves(entered, tuple(lead for lead, enters in rows if not enters))
    tell(segment, moves, now=now, quiet=segment.quiet, silent=first)
    renew_moments(segment, None, now=now)
    SegmentChange.objects.filter(segment=segment).delete()
    Segment.objects.filter(pk=segment.pk).update(
        state=State.READY, version=max(segment.version, 1), quiet=False, problem="", built_at=now, drift=0
    )
    recount(segment, now=now)
    _pass_on(segment, moves, now=now)
    ring_wheel()
    return Built(State.READY, len(moves.entered), len(moves.left))


def _pass_on(segment: Segment, moves: Moves, *, now: datetime) -> None:
    """Segments that ask about this one look at those who came and went; at everybody where those are many."""
    readers, moved = readers_of(segment), [*moves.entered, *moves.left]
    if len(moved) > MANY:
        for reader in readers:
            ring_refresher(reader)
    elif moved and readers:
        settle({reader.pk: moved for reader in readers}, now=now)


def _fail(segment: Segment, problem: str) -> Built:
    """A proposal is dropped; anything else stops being judged until its condition is mended."""
    proposal = segment.state == State.BUILDING and segment.version > 0
    state = State.READY if proposal else State.FAILED
    Segment.objects.filter(pk=segment.pk).update(state=state, proposed=None, problem=problem)
    return Built(state)


def refresh(segment_id: int, *, now: datetime) -> Settled:
    """Look at everybody again and settle those whose membership differs, so that what a check found is mended.

    No membership is written when nobody's differs. A condition that cannot be read any more is marked so.
    """
    segment = Segment.objects.filter(pk=segment_id, archived_at=None).first()
    if segment is None or is_waiting(segment):
        return Settled()
    try:
        differing = differences(segment, now=now)
    except ConditionRefused as refused:
        Segment.objects.filter(pk=segment.pk).update(state=State.FAILED, problem=str(refused))
        return Settled()
    ready = Segment.objects.filter(pk=segment.pk, state=State.READY)
    if len(differing) > MANY and ready.update(state=State.APPLYING, updated_at=now):
        ring_builder(segment)
        return Settled()
    entered = left = 0
    for some in rounds(differing, MANY):
        done = settle({segment.pk: some}, now=now)
        entered, left = entered + done.entered, left + done.left
    Segment.objects.filter(pk=segment.pk).exclude(drift=0).update(drift=0)
    return Settled(entered, left)


def differences(segment: Segment, *, now: datetime) -> list[int]:
    """Leads whose membership is not what the condition in force says. Raises ConditionRefused."""
    with transaction.atomic(), sql.bounded(TIME_LIMIT_MS):
        gather(segment, segment.condition, now=now)
        return sql.run(DIFFER, segment_id=segment.pk).values()


HERE = """
        SELECT stay.id, stay.lead_id FROM leads_segmentmember AS stay
         WHERE stay.tenant_id = %(tenant_id)s AND stay.segment_id = %(segment_id)s AND stay.until IS NULL
"""
DIFFER = (
    """
    SELECT coalesce(wanted.lead_id, here.lead_id) AS lead_id
      FROM segment_wanted AS wanted
      FULL JOIN ("""  # noqa: S608 - constants, values are parameters
    + HERE
    + """) AS here ON here.lead_id = wanted.lead_id
     WHERE wanted.lead_id IS NULL OR here.lead_id IS NULL
     ORDER BY 1
"""
)
LAY_OUT = (
    """
    INSERT INTO leads_segmentchange (tenant_id, segment_id, lead_id, enters)
    SELECT %(tenant_id)s, %(segment_id)s, coalesce(wanted.lead_id, here.lead_id), here.lead_id IS NULL
      FROM segment_wanted AS wanted
      FULL JOIN ("""  # noqa: S608 - constants, values are parameters
    + HERE
    + """) AS here ON here.lead_id = wanted.lead_id
     WHERE wanted.lead_id IS NULL OR here.lead_id IS NULL
     ORDER BY 3
    RETURNING enters
"""
)
APPLY = (
    """
    WITH here AS MATERIALIZED ("""  # noqa: S608 - constants, values are parameters
    + HERE
    + """), gone AS (
        UPDATE leads_segmentmember AS stay SET until = %(now)s
          FROM (SELECT here.id FROM here LEFT JOIN segment_wanted AS wanted ON wanted.lead_id = here.lead_id
                 WHERE wanted.lead_id IS NULL) AS out
         WHERE stay.tenant_id = %(tenant_id)s AND stay.id = out.id
        RETURNING stay.lead_id
    ), come AS (
        INSERT INTO leads_segmentmember (tenant_id, segment_id, lead_id, since, until, reason)
        SELECT %(tenant_id)s, %(segment_id)s, wanted.lead_id, %(now)s, NULL, wanted.reason
          FROM segment_wanted AS wanted LEFT JOIN here ON here.lead_id = wanted.lead_id
          JOIN leads_lead AS lead ON lead.tenant_id = %(tenant_id)s AND lead.id = wanted.lead_id
         WHERE here.lead_id IS NULL
         ORDER BY wanted.lead_id
            ON CONFLICT (tenant_id, segment_id, lead_id) WHERE until IS NULL DO NOTHING
        RETURNING lead_id
    )
    SELECT lead_id, TRUE AS enters FROM come UNION ALL SELECT lead_id, FALSE FROM gone
"""
)
