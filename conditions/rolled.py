"""Events counted from the counts by day instead of the log, where both give the same number.

A row of `tracking_daily` says how often somebody did one thing to one subject on one day, and between which moments.
Where that stretch lies wholly inside the window its count is taken; the few rows the window cuts through, and those
with something stated for later than now, are looked for beforehand and their events counted. So it does not matter
when a day begins or ends.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

import orjson

from conditions.kinds import Kind
from conditions.tree import Did, Node, Test, walk
from conditions.vocabulary import SUBJECT, EventWord, Field, Fields

if TYPE_CHECKING:
    from conditions.writer import Writer

HUMAN = 0
BY_DAY = "FROM (SELECT {doer}, {count} AS count FROM tracking_daily AS event WHERE {tests}) AS event"
ROW = """concat_ws('/', coalesce(event.lead_id, 0), coalesce(event.visitor_id, 0), coalesce(event.subject_id, 0),
          event.day)"""
TOLD = "CASE WHEN {whole} THEN event.count ELSE coalesce(({torn}::jsonb ->> {row})::bigint, event.count) END"
# Found first and handed over as values: the planner knows how few they are, and reads the rest with all its cores.
# OFFSET 0: by their days, of which there are two or three, rather than by what they are about.
TORN = """
    SELECT {row}, (SELECT count(*) FROM tracking_event AS told
                    WHERE told.tenant_id = %(tenant_id)s AND {told} = {doer}
                      AND told.name = event.name AND told.verdict = {human}
                      AND told.lead_id IS NOT DISTINCT FROM event.lead_id
                      AND told.visitor_id IS NOT DISTINCT FROM event.visitor_id
                      AND told.subject_id IS NOT DISTINCT FROM event.subject_id
                      AND told.occurred_at BETWEEN event.first_at AND event.last_at AND {window})
      FROM (SELECT * FROM tracking_daily AS event WHERE event.tenant_id = %(tenant_id)s AND {cut} OFFSET 0) AS event
     WHERE {tests}
     LIMIT {most}"""
# Ids of the dictionary a filter holds for, and NULL when it holds for events about nothing.
SUBJECTS = """
    SELECT subject.id FROM tracking_subject AS subject WHERE subject.tenant_id = %(tenant_id)s AND {where}
     UNION ALL
    SELECT subject.id FROM (SELECT) AS nothing LEFT JOIN tracking_subject AS subject ON FALSE WHERE {where}
     LIMIT {most}
"""
MOST = 20_000  # named one by one; of more subjects the dictionary is joined, of more torn rows the log is read


class Days(Protocol):
    """What a caller that may ask the database knows of the counts by day."""

    def whole_since(self, code: int, *, now: datetime) -> datetime | None:
        """From when on the log still has every event of this name that is counted; None: these are not counted so."""

    def rows(self, statement: str, params: Mapping[str, Any]) -> Sequence[tuple[Any, ...]]:  # Any: SQL values
        """The answers of a SELECT, run with these parameters and `tenant_id`."""


def is_rolled(did: Did, word: EventWord, *, fields: Fields, days: Days, now: datetime) -> bool:
    """Whether the counts by day tell what the log does: a number of events, narrowed by what they were about alone."""
    if did.sum or did.order or word.sql or not _of_subjects(did.where, fields):
        return False
    since = days.whole_since(word.code, now=now)
    return since is not None and since <= (now - did.within.delta if did.within else _EVER)


_EVER = datetime.min.replace(tzinfo=UTC)


def _of_subjects(where: Node | None, fields: Fields) -> bool:
    tests = [leaf for _, leaf in walk(where) if isinstance(leaf, Test)] if where else []
    return all(_of_subject(fields.find(test.field)) for test in tests)


def _of_subject(one: Field | None) -> bool:
    return one is not None and one.through == SUBJECT and one.kind is not Kind.SET and "event." not in one.sql


def events_by_day(did: Did, word: EventWord, writer: Writer, *, days: Days) -> str | None:
    """FROM of rows aliased `event` with the doer and a `count`, which may be 0. Only if `is_rolled`.

    None where the window cuts through so many rows that the log is read sooner.
    """
    subjects = _subjects(did.where, writer, days) if did.where else None
    rows = _Rows(did, word, subjects)
    torn = {row: count for ahead in (False, True) for row, count in rows.torn(writer, days, ahead=ahead)}
    if len(torn) > MOST:
        return None
    count, tests = "event.count", rows.touched(writer)
    if torn:
        found = writer.bind(orjson.dumps(torn).decode())
        count = TOLD.format(whole=rows.whole(writer), torn=found, row=ROW)
    else:
        tests = f"{tests} AND {rows.whole(writer)}"
    return BY_DAY.format(doer=writer.vocabulary.audience.doer, count=count, tests=tests)


@dataclass(frozen=True)
class _Rows:
    """The counts by day that the window touches: those it covers, and those it cuts through.

    subjects: those the filter holds for, None among them for nothing at all; None where they are too many to be named.
    """

    did: Did
    word: EventWord
    subjects: Sequence[int | None] | None

    def touched(self, writer: Writer) -> str:
        """That the window touches a row."""
        doer, start = writer.vocabulary.audience.doer, self._start(writer)
        name = writer.bind(self.word.code)
        tests = [f"event.tenant_id = %(tenant_id)s AND {doer} IS NOT NULL", f"event.name = {name}"]
        if self.did.where:
            tests.append(self._about(self.did.where, writer))
        tests.append(f"event.first_at <= {writer.bind(writer.now)}")
        if start:  # OR: later days lie inside anyway, and the planner takes what it is told twice for rarer than it is
            first, last = map(writer.bind, _days(start))
            tests.append(f"event.day >= {first} AND (event.day > {last} OR event.last_at > {writer.bind(start)})")
        return " AND ".join(tests)

    def whole(self, writer: Writer) -> str:
        """That it covers a row it touches."""
        start, last = self._start(writer), f"event.last_at <= {writer.bind(writer.now)}"
        return f"{last} AND event.first_at > {writer.bind(start)}" if start else last

    def torn(self, writer: Writer, days: Days, *, ahead: bool) -> Sequence[tuple[Any, ...]]:  # Any: SQL values
        """(row, events inside the window) of those it cuts through: by what is stated ahead, or at its beginning."""
        asking, doer = replace(writer, prefix="t", params={}, known={}), writer.vocabulary.audience.doer
        cut, window = self._ahead(asking), f"told.occurred_at <= {asking.bind(writer.now)}"
        if start := self._start(writer):
            window = f"{window} AND told.occurred_at > {asking.bind(start)}"
        if not ahead:
            if start is None:
                return ()
            cut = self._begun_before(start, asking)
        statement = TORN.format(
            row=ROW,
            doer=doer,
            told=doer.replace("event.", "told."),
            human=asking.bind(HUMAN),
            window=window,
            tests=self.touched(asking),
            cut=cut,
            most=MOST + 1,
        )
        return days.rows(statement, asking.params)

    def _ahead(self, writer: Writer) -> str:
        first, _last = _days(writer.now)
        return f"event.day >= {writer.bind(first)} AND event.last_at > {writer.bind(writer.now)}"

    def _begun_before(self, start: datetime, writer: Writer) -> str:
        first, last, low = map(writer.bind, (*_days(start), start))
        return f"event.day BETWEEN {first} AND {last} AND event.first_at <= {low} AND event.last_at > {low}"

    def _start(self, writer: Writer) -> datetime | None:
        return writer.now - self.did.within.delta if self.did.within else None

    def _about(self, where: Node, writer: Writer) -> str:
        """What the events are about, named one by one: the planner knows how many rows there are, and has an index."""
        if self.subjects is None:
            return writer.condition(where, fields=writer.vocabulary.events.fields)
        ids = tuple(sorted(one for one in self.subjects if one is not None))
        named = f"event.subject_id = ANY({writer.bind(ids)})" if ids else "FALSE"
        return f"({named} OR event.subject_id IS NULL)" if None in self.subjects else named


def _days(moment: datetime) -> tuple[date, date]:
    """The first and the last day it may have been counted to, whatever the workspace's zone was then."""
    plain = moment.astimezone(UTC)
    return (plain - WEST).date(), (plain + EAST).date()


WEST, EAST = timedelta(hours=12), timedelta(hours=14)  # no zone is further from UTC


def _subjects(where: Node, writer: Writer, days: Days) -> Sequence[int | None] | None:
    asking = replace(writer, prefix="s", joined=frozenset({SUBJECT.alias}), params={}, known={})
    test = asking.condition(where, fields=writer.vocabulary.events.fields)
    found = [subject for (subject,) in days.rows(SUBJECTS.format(where=test, most=MOST + 1), asking.params)]
    return None if len(found) > MOST else found
