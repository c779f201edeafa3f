"""What follows when verdicts change: the daily rollup is put right, and each person concerned is told of once.

Statements that change verdicts end in a CTE `changed` (the events with `before` and `after`); SHIFT carries the
difference into the rollup in the same statement, so neither a crash nor a neighbour's ingest can come between. Amounts
are added and taken away, never counted anew: whoever writes the same rows meanwhile loses nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid5

from ma_platform.db import sql
from tracking.actions.record import record_many
from tracking.catalogue import Event, Verdict
from tracking.facts import NewFact


@dataclass(frozen=True, slots=True)
class Moved:
    """`number` events of one kind on one local day whose verdict went from `before` to `after`.

    `row`: the rollup's row that changed with them; None where none did.
    """

    lead_id: int | None
    visitor_id: int | None
    name: int
    subject_id: int | None
    day: date
    before: int
    after: int
    number: int
    row: int | None

    @property
    def counts(self) -> bool:
        """Whether somebody's counted facts changed: doubt and machines count alike, not at all."""
        return (self.before == Verdict.HUMAN) != (self.after == Verdict.HUMAN)


@dataclass
class Outcome:
    """What a round found. `shifts`: how many hits went from one verdict to another; `people`: facts by lead."""

    examined: int = 0
    shifts: Counter[tuple[int, int]] = field(default_factory=Counter)
    people: Counter[int] = field(default_factory=Counter)

    @property
    def changed(self) -> int:
        return sum(self.shifts.values())

    def take(self, moved: Sequence[Moved]) -> None:
        for one in moved:
            if one.before != one.after:  # the others have only better reasons
                self.shifts[one.before, one.after] += one.number
            if one.counts and one.lead_id is not None:
                self.people[one.lead_id] += one.number


def lock_judging() -> None:
    """One judge per workspace at a time: sweep, consumer of mail hits and re-judgement wait for each other."""
    sql.run(LOCK)


def try_lock_judging() -> bool:
    """As `lock_judging`, but False instead of waiting."""
    return bool(sql.run(TRY_LOCK).value())


def moved_by(statement: str, **params: Any) -> list[Moved]:  # Any: whatever the driver adapts
    """Run a statement that ends in SHIFT (or COUNT, which changes nothing) and read what moved."""
    return sql.typed(statement, Moved, **params)


def settle(moved: Sequence[Moved]) -> None:
    """Rows of the rollup that lost something: gone when empty, their first and last moment looked up again."""
    rows = sorted({one.row for one in moved if one.row is not None and one.before == Verdict.HUMAN})
    if rows:
        sql.run(EMPTY, rows=rows)
        sql.run(BOUNDS, rows=rows)


def tell(moved: Sequence[Moved], *, now: datetime) -> int:
    """VERDICT_CHANGED once per lead concerned, with the names of what became a person's after all."""
    changed: Counter[int] = Counter()
    names: dict[int, set[int]] = {}
    for one in moved:
        if one.counts and one.lead_id is not None:
            changed[one.lead_id] += one.number
            names.setdefault(one.lead_id, set()).update([one.name] if one.after == Verdict.HUMAN else [])
    return record_many(
        [
            NewFact(
                Event.VERDICT_CHANGED, now, lead=lead, props={"changed": changed[lead], "names": sorted(names[lead])}
            )
            for lead in sorted(changed)
        ]
        + _of_nobody(moved, now=now)
    )


def tell_of_visitors(moved: Sequence[Moved], *, now: datetime) -> int:
    """VERDICT_CHANGED {"visitors": ids} for those of browsers that are nobody's: what they would score is another."""
    return record_many(_of_nobody(moved, now=now))


def _of_nobody(moved: Sequence[Moved], *, now: datetime) -> list[NewFact]:
    # A fact of no browser: one of each would say that the browser was seen now.
    ids = sorted({one.visitor_id for one in moved if one.counts and one.lead_id is None and one.visitor_id is not None})
    rounds = [ids[place : place + VISITORS_AT_ONCE] for place in range(0, len(ids), VISITORS_AT_ONCE)]
    return [NewFact(Event.VERDICT_CHANGED, now, props={"visitors": some, "names": []}) for some in rounds]


def tell_of_pass(public_id: str, people: Sequence[tuple[int, int]], *, now: datetime) -> int:
    """VERDICT_CHANGED for the people of a finished pass, (lead, facts changed); telling them again changes nothing."""
    return record_many(
        [
            NewFact(
                Event.VERDICT_CHANGED,
                now,
                lead=lead,
                props={"rejudgement": public_id, "changed": changed, "names": []},
                id=uuid5(NAMESPACE, f"{public_id} {lead}"),
            )
            for lead, changed in people
        ]
    )


VISITORS_AT_ONCE = 1_000
NAMESPACE = UUID("9d5d2a3c-0b1e-5d8f-8f6e-4b8c1a7e2f30")
LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('tracking_judge', %(tenant_id)s))"
TRY_LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended('tracking_judge', %(tenant_id)s))"
_MOVED = """
, moved AS (
    SELECT changed.lead_id, changed.visitor_id, changed.name, changed.subject_id, changed.before, changed.after,
           (changed.occurred_at AT TIME ZONE workspace.timezone)::date AS day, count(*) AS number,
           coalesce(sum(changed.duration), 0) AS duration, min(changed.occurred_at) AS first_at,
           max(changed.occurred_at) AS last_at
      FROM changed
      JOIN tenancy_workspace AS workspace ON workspace.id = %(tenant_id)s
     GROUP BY 1, 2, 3, 4, 5, 6, 7
)
"""
COUNT = (
    _MOVED  # noqa: S608 - constants put together, values are parameters
    + """
    SELECT lead_id, visitor_id, name, subject_id, day, before, after, number::int, NULL::bigint AS row FROM moved
"""
)
# page_left carries visible time only: it belongs to the page view's row, without a count of its own.
SHIFT = (
    _MOVED  # noqa: S608 - constants put together, values are parameters
    + """
, shifted AS (
    INSERT INTO tracking_daily AS daily
           (tenant_id, lead_id, visitor_id, name, subject_id, day, count, visible_ms, first_at, last_at)
    SELECT %(tenant_id)s, lead_id, visitor_id, CASE name WHEN 2 THEN 1 ELSE name END AS counted_as, subject_id, day,
           sum(CASE WHEN name = 2 THEN 0 WHEN after = 0 THEN number ELSE -number END),
           sum(CASE WHEN after = 0 THEN duration ELSE -duration END), min(first_at), max(last_at)
      FROM moved
     WHERE (before = 0) <> (after = 0)
     GROUP BY 1, 2, 3, 4, 5, 6
     ORDER BY 1, 4, 5, 2, 3, 6
    ON CONFLICT (tenant_id, name, subject_id, lead_id, visitor_id, day) DO UPDATE
       SET count = daily.count + excluded.count, visible_ms = daily.visible_ms + excluded.visible_ms,
           first_at = least(daily.first_at, excluded.first_at), last_at = greatest(daily.last_at, excluded.last_at)
    RETURNING daily.id, daily.lead_id, daily.visitor_id, daily.name, daily.subject_id, daily.day
)
    SELECT moved.lead_id, moved.visitor_id, moved.name, moved.subject_id, moved.day, moved.before, moved.after,
           moved.number::int, shifted.id AS row
      FROM moved
      LEFT JOIN shifted
             ON coalesce(shifted.lead_id, 0) = coalesce(moved.lead_id, 0)
            AND coalesce(shifted.visitor_id, 0) = coalesce(moved.visitor_id, 0)
            AND coalesce(shifted.subject_id, 0) = coalesce(moved.subject_id, 0)
            AND shifted.name = CASE moved.name WHEN 2 THEN 1 ELSE moved.name END AND shifted.day = moved.day
            AND (moved.before = 0) <> (moved.after = 0)
"""
)
EMPTY = """
    DELETE FROM tracking_daily AS daily
     WHERE daily.tenant_id = %(tenant_id)s AND daily.id = ANY (%(rows)s::bigint[])
       AND daily.count <= 0 AND daily.visible_ms <= 0
"""
# By browser, by person or by page, whichever the row has: each of them has an index that knows the time.
_HUMAN = """
    SELECT event.occurred_at FROM tracking_event AS event
     WHERE event.tenant_id = %(tenant_id)s AND event.verdict = 0
       AND event.name = ANY (CASE kept.name WHEN 1 THEN '{1,2}' ELSE ARRAY[kept.name] END::smallint[])
       AND event.subject_id IS NOT DISTINCT FROM kept.subject_id AND event.lead_id IS NOT DISTINCT FROM kept.lead_id
       AND event.occurred_at >= kept.day::timestamp AT TIME ZONE workspace.timezone
       AND event.occurred_at < (kept.day + 1)::timestamp AT TIME ZONE workspace.timezone
"""
BOUNDS = (
    """
    UPDATE tracking_daily AS daily
       SET first_at = found.first_at, last_at = found.last_at
      FROM (SELECT kept.id, min(human.occurred_at) AS first_at, max(human.occurred_at) AS last_at
              FROM tracking_daily AS kept
              JOIN tenancy_workspace AS workspace ON workspace.id = kept.tenant_id
             CROSS JOIN LATERAL ("""  # noqa: S608 - constants put together, values are parameters
    + _HUMAN
    + " AND kept.visitor_id IS NOT NULL AND event.visitor_id = kept.visitor_id UNION ALL "
    + _HUMAN
    + " AND kept.visitor_id IS NULL AND event.visitor_id IS NULL AND event.lead_id = kept.lead_id UNION ALL "
    + _HUMAN
    + """ AND kept.visitor_id IS NULL AND event.visitor_id IS NULL
          AND kept.lead_id IS NULL AND event.subject_id = kept.subject_id) AS human
             WHERE kept.tenant_id = %(tenant_id)s AND kept.id = ANY (%(rows)s::bigint[])
             GROUP BY kept.id) AS found
     WHERE daily.tenant_id = %(tenant_id)s AND daily.id = found.id
"""
)
