"""Events counted from the counts by day instead of the log, where both give the same number.

A row of `tracking_daily` says how often somebody did one thing to one subject on one day, and between which moments.
Where that stretch lies wholly inside the window its count is taken; of the few rows the window cuts through, and those
with something stated for later than now, the events are read. So it does not matter when a day begins or ends.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from conditions.kinds import Kind
from conditions.tree import Did, Node, Test, walk
from conditions.vocabulary import SUBJECT, EventWord, Field, Fields

if TYPE_CHECKING:
    from conditions.writer import Writer

HUMAN = 0
BY_DAY = """
    FROM (SELECT {doer}, event.count FROM tracking_daily AS event WHERE {whole}
           UNION ALL
          SELECT {doer}, 1 FROM tracking_daily AS event
            JOIN tracking_event AS told ON told.tenant_id = %(tenant_id)s AND {told} = {doer}
             AND told.name = event.name AND told.verdict = {human}
             AND told.lead_id IS NOT DISTINCT FROM event.lead_id
             AND told.visitor_id IS NOT DISTINCT FROM event.visitor_id
             AND told.subject_id IS NOT DISTINCT FROM event.subject_id
             AND told.occurred_at BETWEEN event.first_at AND event.last_at AND {window}
           WHERE {cut}) AS event"""
# Ids of the dictionary a filter holds for, and NULL when it holds for events about nothing.
SUBJECTS = """
    SELECT subject.id FROM tracking_subject AS subject WHERE subject.tenant_id = %(tenant_id)s AND {where}
     UNION ALL
    SELECT subject.id FROM (SELECT) AS nothing LEFT JOIN tracking_subject AS subject ON FALSE WHERE {where}
     LIMIT {most}
"""
MOST = 20_000  # named one by one; more are joined


class Days(Protocol):
    """What a caller that may ask the database knows of the counts by day."""

    def whole_since(self, code: int, *, now: datetime) -> datetime | None:
        """From when on the log still has every event of this name that is counted; None: these are not counted so."""

    def subjects(self, statement: str, params: Mapping[str, Any]) -> Sequence[int | None]:  # Any: SQL values
        """The answers of a SELECT of one column, run with these parameters and `tenant_id`."""


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


def events_by_day(did: Did, word: EventWord, writer: Writer, *, days: Days) -> str:
    """FROM of rows aliased `event` with the doer and a `count`, which may be 0. Only if `is_rolled`."""
    doer, now = writer.vocabulary.audience.doer, writer.bind(writer.now)
    tests = [f"event.tenant_id = %(tenant_id)s AND {doer} IS NOT NULL", f"event.name = {writer.bind(word.code)}"]
    if did.where:
        tests.append(_about(did.where, writer, days=days))
    ahead = f"event.day >= {writer.bind(_day(writer.now, -1))} AND event.first_at <= {now} AND event.last_at > {now}"
    whole, cut, window = [*tests, f"event.last_at <= {now}"], ahead, f"told.occurred_at <= {now}"
    if did.within:
        start = writer.now - did.within.delta
        low, first, after = writer.bind(start), writer.bind(_day(start, -1)), writer.bind(_day(start, 2))
        whole.append(f"event.day >= {first} AND event.first_at > {low}")
        at_low = f"event.day >= {first} AND event.day < {after} AND event.first_at <= {low} AND event.last_at > {low}"
        cut, window = f"({at_low} OR {ahead})", f"{window} AND told.occurred_at > {low}"
    return BY_DAY.format(
        doer=doer,
        told=doer.replace("event.", "told."),
        human=writer.bind(HUMAN),
        whole=" AND ".join(whole),
        window=window,
        cut=" AND ".join([*tests, cut]),
    )


def _day(moment: datetime, shift: int) -> date:
    """Its day in UTC, some days on. Whatever the zone was when it was counted, it counts to that day or the next ones:
    a row of the moment's day lies from one day before to one day after.
    """
    return moment.astimezone(UTC).date() + timedelta(days=shift)


def _about(where: Node, writer: Writer, *, days: Days) -> str:
    """What the events are about, named one by one: so the planner knows how many rows there are, and has an index."""
    asking = replace(writer, prefix="s", joined=frozenset({SUBJECT.alias}), params={}, known={})
    test = asking.condition(where, fields=writer.vocabulary.events.fields)
    found = days.subjects(SUBJECTS.format(where=test, most=MOST + 1), asking.params)
    if len(found) > MOST:
        return writer.condition(where, fields=writer.vocabulary.events.fields)
    ids = tuple(sorted(one for one in found if one is not None))
    named = f"event.subject_id = ANY({writer.bind(ids)})" if ids else "FALSE"
    return f"({named} OR event.subject_id IS NULL)" if None in found else named
