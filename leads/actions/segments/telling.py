"""What a change of memberships is told to: the log, the segment's own numbers, and its diary of days."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from leads.actions.segments.wanted import zone
from leads.models import Segment
from ma_platform.db import sql
from tracking.actions import NewFact, SubjectRef, record_many
from tracking.catalogue import Event

FACTS_AT_ONCE = 5_000
QUIET = "quiet"  # in the properties of a fact: nobody enters a flow by it


@dataclass(frozen=True, slots=True)
class Moves:
    """Who came in and who went out, by primary key."""

    entered: tuple[int, ...] = ()
    left: tuple[int, ...] = ()

    def joined(self, other: Moves) -> Moves:
        return Moves(self.entered + other.entered, self.left + other.left)


def tell(
    segment: Segment,
    moves: Moves,
    *,
    now: datetime,
    quiet: bool = False,
    silent: bool = False,
    tz: ZoneInfo | None = None,
) -> None:
    """Count the moves, and state each as a fact unless `silent`. quiet: the facts say that no flow begins by them."""
    if not moves.entered and not moves.left:
        return
    count(segment, entered=len(moves.entered), left=len(moves.left), day=now.astimezone(tz or zone()).date())
    if silent:
        return
    subject = SubjectRef("segment", segment.public_id, segment.name)
    for some in rounds(moves.entered, FACTS_AT_ONCE):
        record_many([_fact(Event.SEGMENT_ENTERED, lead, subject, quiet, now) for lead in some])
    for some in rounds(moves.left, FACTS_AT_ONCE):
        record_many([_fact(Event.SEGMENT_LEFT, lead, subject, quiet, now) for lead in some])


def _fact(event: Event, lead: int, subject: SubjectRef, quiet: bool, now: datetime) -> NewFact:
    return NewFact(event, now, lead=lead, subject=subject, props={QUIET: True} if quiet else {})


def rounds(ids: Sequence[int], size: int) -> Iterator[list[int]]:
    """At most `size` at a time; none for none."""
    for start in range(0, len(ids), size):
        yield list(ids[start : start + size])


def count(segment: Segment, *, entered: int, left: int, day: date) -> None:
    """Move the segment's number and today's line, the day being the workspace's."""
    sql.run(COUNT, segment_id=segment.pk, entered=entered, left=left, day=day)


def recount(segment: Segment, *, now: datetime) -> int:
    """Take the number of members from the memberships themselves; returns it."""
    day = now.astimezone(zone()).date()
    members: int = sql.run(RECOUNT, segment_id=segment.pk, day=day).value()
    return members


COUNT = """
    WITH counted AS (
        UPDATE leads_segment AS segment SET members = segment.members + %(entered)s - %(left)s
         WHERE segment.tenant_id = %(tenant_id)s AND segment.id = %(segment_id)s
        RETURNING segment.members
    )
    INSERT INTO leads_segmentday AS today (tenant_id, segment_id, day, members, entered, "left")
    SELECT %(tenant_id)s, %(segment_id)s, %(day)s, counted.members, %(entered)s, %(left)s FROM counted
        ON CONFLICT (tenant_id, segment_id, day) DO UPDATE
       SET members = excluded.members, entered = today.entered + excluded.entered,
           "left" = today."left" + excluded."left"
"""
RECOUNT = """
    WITH counted AS (
        UPDATE leads_segment AS segment
           SET members = (SELECT count(*) FROM leads_segmentmember AS stay
                           WHERE stay.tenant_id = %(tenant_id)s AND stay.segment_id = %(segment_id)s
                             AND stay.until IS NULL)
         WHERE segment.tenant_id = %(tenant_id)s AND segment.id = %(segment_id)s
        RETURNING segment.members
    ), noted AS (
        INSERT INTO leads_segmentday AS today (tenant_id, segment_id, day, members, entered, "left")
        SELECT %(tenant_id)s, %(segment_id)s, %(day)s, counted.members, 0, 0 FROM counted
            ON CONFLICT (tenant_id, segment_id, day) DO UPDATE SET members = excluded.members
    )
    SELECT members FROM counted
"""
