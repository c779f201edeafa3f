"""A difference written down, in short transactions: who writes for long holds back every consumer of the log.

A new segment takes in at once whom was found. A changed condition lays out a difference that somebody confirms; until
then the old membership lives on and follows the facts. What is confirmed is reckoned once more: nothing stale is put in
force. What is killed half way, the next build goes on with: it finds what is still to be written. Until all of it is,
facts wait as looks that are owed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TypeVar

from django.db import OperationalError, transaction

from conditions import ConditionRefused
from leads.actions.segments.bell import ring_builder, ring_refresher, ring_wheel
from leads.actions.segments.finding import Found, Said, differences, gather, gather_turns
from leads.actions.segments.moments import note_moments
from leads.actions.segments.settling import (
    CANCELLED,
    TOO_SLOW,
    Settled,
    is_waiting,
    lock_with_readers,
    reason_of,
    settle,
)
from leads.actions.segments.telling import Moves, recount, rounds, tell
from leads.models import Segment, SegmentChange
from leads.queries.segments import readers_of
from ma_platform.db import sql

STEP = 5_000  # people written down in one transaction
MANY = 20_000  # above, a difference is put in force by a build of its own, and those who depend on it are refreshed
State = Segment.State
T = TypeVar("T")
IDLE = {"moved": 0, "to_move": 0}


@dataclass(frozen=True, slots=True)
class Built:
    """What a build found or did: `enters` and `leaves` wait for confirmation while the segment is `proposed`."""

    state: str = ""
    enters: int = 0
    leaves: int = 0


def build(segment_id: int, *, now: datetime) -> Built:
    """As `build_by_steps`, all in the transaction of the caller."""
    return _last(build_by_steps(segment_id, now=now), Built())


def _last(steps: Iterator[T], done: T) -> T:
    for step in steps:
        done = step
    return done


def build_by_steps(segment_id: int, *, now: datetime) -> Iterator[Built]:
    """Build what waits to be built: a new segment, a proposal, or a proposal confirmed. Harmless to repeat.

    The transaction may end at each `yield`. Two at once: the second turns round. A condition that cannot be judged
    leaves the old membership in force.
    """
    if not sql.run(TRY_LOCK, segment_id=segment_id).value():
        return
    segment = Segment.objects.filter(pk=segment_id, archived_at=None).first()
    if segment is None or segment.state not in (State.BUILDING, State.APPLYING):
        return
    proposal = segment.state == State.BUILDING and segment.version > 0
    try:
        with transaction.atomic():
            found = gather(segment, segment.proposed if proposal else segment.condition, now=now)
            turns = None if proposal else gather_turns(segment, now=now)
    except ConditionRefused as refused:
        yield _fail(segment, str(refused))
    except OperationalError as error:
        if reason_of(error) != CANCELLED:
            raise
        yield _fail(segment, TOO_SLOW)
    else:
        yield from _lay_out(segment, found, now=now) if turns is None else _put_in_force(segment, found, turns, now=now)


TRY_LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended('leads_segment_build', %(segment_id)s))"


def _hold(segment: Segment) -> bool:
    """Lock it and all that depend on it; False when it is not as this build left it: somebody changed it, put it away,
    or goes on with it.
    """
    held, known = lock_with_readers(segment), ("state", "proposed", "condition", "moved")
    return held is not None and all(getattr(held, name) == getattr(segment, name) for name in known)


def _go_on(segment: Segment, people: int, total: int) -> None:
    """Note how far it is, and that it is not stalled."""
    segment.moved += people
    sql.run(GO_ON, segment_id=segment.pk, moved=segment.moved, to_move=total)


GO_ON = """
    UPDATE leads_segment SET moved = %(moved)s, to_move = %(to_move)s,
           updated_at = CASE WHEN %(moved)s < %(to_move)s THEN greatest(updated_at, now()) ELSE updated_at END
     WHERE tenant_id = %(tenant_id)s AND id = %(segment_id)s
"""


def _lay_out(segment: Segment, found: Found, *, now: datetime) -> Iterator[Built]:
    total, enters, leaves = segment.moved + found.count, 0, 0
    if not _hold(segment):
        return
    SegmentChange.objects.filter(segment=segment).delete()
    for step, some in enumerate(found.rounds(STEP)):
        if step:
            yield Built(segment.state, enters, leaves)
            if not _hold(segment):
                return
        entering = [lead for lead, reason, _ in some if reason is not None]
        lead_ids = [lead for lead, _, _ in some]
        rows = sql.run(LAY_OUT, segment_id=segment.pk, lead_ids=lead_ids, entering=entering).values()
        enters, leaves = enters + sum(rows), leaves + len(rows) - sum(rows)
        _go_on(segment, len(some), total)
    Segment.objects.filter(pk=segment.pk).update(state=State.PROPOSED, problem="", built_at=now, **IDLE)
    yield Built(State.PROPOSED, enters, leaves)


def _put_in_force(segment: Segment, found: Found, turns: Found, *, now: datetime) -> Iterator[Built]:
    """A segment's first members are no news; those of a changed condition are."""
    total, in_hand, enters, leaves = segment.moved + found.count + turns.count, 0, 0, 0
    many = max(segment.moved + found.count, segment.to_move) > MANY
    if not _hold(segment):
        return
    for write, some in _deeds(segment, found, turns, pass_on=not many, now=now):
        if in_hand and in_hand + len(some) > STEP:
            yield Built(segment.state, enters, leaves)
            in_hand = 0
            if not _hold(segment):
                return
        moves = write(some)
        _go_on(segment, len(some), total)
        in_hand, enters, leaves = in_hand + len(some), enters + len(moves.entered), leaves + len(moves.left)
    _finish(segment, refresh_readers=many, now=now)
    yield Built(State.READY, enters, leaves)


def _deeds(
    segment: Segment, found: Found, turns: Found, *, pass_on: bool, now: datetime
) -> Iterator[tuple[Callable[[Said], Moves], Said]]:
    """Memberships first, then the moments at which they may change."""
    for some in found.rounds(STEP):
        yield partial(_move, segment, pass_on=pass_on, now=now), some
    for some in turns.rounds(STEP):
        yield partial(_note, segment), some


def _move(segment: Segment, said: Said, *, pass_on: bool, now: datetime) -> Moves:
    """Memberships begun and ended, told, and with `pass_on` followed by the segments that ask about this one."""
    first = segment.version == 0
    come = [(lead, reason) for lead, reason, _ in said if reason is not None]
    over = [row for _, reason, row in said if reason is None]
    lead_ids, reasons = [lead for lead, _ in come], [reason for _, reason in come]
    rows = sql.run(APPLY, segment_id=segment.pk, now=now, lead_ids=lead_ids, reasons=reasons, over=over).rows
    entered = tuple(lead for lead, enters in rows if enters)
    moves = Moves(entered, tuple(lead for lead, enters in rows if not enters))
    SegmentChange.objects.filter(segment=segment, lead_id__gte=said[0][0], lead_id__lte=said[-1][0]).delete()
    tell(segment, moves, now=now, quiet=segment.quiet, silent=first)
    readers = readers_of(segment) if pass_on and rows else []
    if readers:
        moved = [*moves.entered, *moves.left]
        settle({reader.pk: moved for reader in readers}, now=now, quiet=segment.quiet or first)
    return moves


def _note(segment: Segment, said: Said) -> Moves:
    come = [(lead, at) for lead, at, _ in said if at is not None]
    over = [row for _, at, row in said if at is None and row is not None]
    note_moments(segment, [lead for lead, _ in come], [at for _, at in come], over)
    return Moves()


def _finish(segment: Segment, *, refresh_readers: bool, now: datetime) -> None:
    SegmentChange.objects.filter(segment=segment).delete()
    Segment.objects.filter(pk=segment.pk).update(
        state=State.READY, version=max(segment.version, 1), quiet=False, problem="", built_at=now, drift=0, **IDLE
    )
    recount(segment, now=now)
    if refresh_readers:
        for reader in readers_of(segment):
            ring_refresher(reader, quiet=segment.quiet or segment.version == 0)
    ring_wheel()


def _fail(segment: Segment, problem: str) -> Built:
    """A proposal is dropped; anything else stops being judged until its condition is mended."""
    if not _hold(segment):
        return Built()
    proposal = segment.state == State.BUILDING and segment.version > 0
    state = State.READY if proposal else State.FAILED
    Segment.objects.filter(pk=segment.pk).update(state=state, proposed=None, problem=problem, **IDLE)
    return Built(state)


def refresh(segment_id: int, *, now: datetime, quiet: bool = False) -> Settled:
    """As `refresh_by_steps`, all in the transaction of the caller."""
    return _last(refresh_by_steps(segment_id, now=now, quiet=quiet), Settled())


def refresh_by_steps(segment_id: int, *, now: datetime, quiet: bool = False) -> Iterator[Settled]:
    """Look at everybody again and settle those whose membership differs, so that what a check found is mended.

    The transaction may end at each `yield`. No membership is written when nobody's differs. A condition that cannot be
    read any more is marked so. quiet: no flow begins by what changes.
    """
    segment = Segment.objects.filter(pk=segment_id, archived_at=None).first()
    if segment is None or is_waiting(segment):
        return
    try:
        differing = differences(segment, now=now)
    except ConditionRefused as refused:
        Segment.objects.filter(pk=segment.pk).update(state=State.FAILED, problem=str(refused))
        return
    ready = Segment.objects.filter(pk=segment.pk, state=State.READY, version=segment.version)
    if len(differing) > MANY and ready.update(state=State.APPLYING, quiet=quiet, updated_at=now):
        ring_builder(segment)
        return
    settled = Settled()
    for some in rounds(differing, STEP):
        done = settle({segment.pk: some}, now=now, quiet=quiet)
        settled = Settled(settled.entered + done.entered, settled.left + done.left)
        yield settled
    Segment.objects.filter(pk=segment.pk).exclude(drift=0).update(drift=0)
    yield settled


LAY_OUT = """
    INSERT INTO leads_segmentchange (tenant_id, segment_id, lead_id, enters)
    SELECT %(tenant_id)s, %(segment_id)s, lead.id, lead.id = ANY(%(entering)s::bigint[])
      FROM leads_lead AS lead
     WHERE lead.tenant_id = %(tenant_id)s AND lead.id = ANY(%(lead_ids)s::bigint[])
     ORDER BY lead.id
    RETURNING enters
"""
# Rows that go are named by their keys: the planner knows nothing of how full a table is that a build just fills, and
# might compare everybody with everybody.
APPLY = """
    WITH gone AS (
        UPDATE leads_segmentmember AS stay SET until = %(now)s
         WHERE stay.tenant_id = %(tenant_id)s AND stay.id = ANY(%(over)s::bigint[]) AND stay.until IS NULL
        RETURNING stay.lead_id
    ), come AS (
        INSERT INTO leads_segmentmember (tenant_id, segment_id, lead_id, since, until, reason)
        SELECT %(tenant_id)s, %(segment_id)s, said.lead_id, %(now)s, NULL, said.reason
          FROM unnest(%(lead_ids)s::bigint[], %(reasons)s::text[]) AS said(lead_id, reason)
          JOIN leads_lead AS lead ON lead.tenant_id = %(tenant_id)s AND lead.id = said.lead_id
         ORDER BY said.lead_id
            ON CONFLICT (tenant_id, segment_id, lead_id) WHERE until IS NULL DO NOTHING
        RETURNING lead_id
    )
    SELECT lead_id, TRUE AS enters FROM come UNION ALL SELECT lead_id, FALSE FROM gone
"""
