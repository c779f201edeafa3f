"""When time alone may change an answer: the next such moment of every leaf, as SQL.

Between now and that moment the answer stays, whatever the clock says, as long as no new fact arrives. It may come early
(then the answer is simply the same again), never late.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

from conditions.kinds import Kind
from conditions.operators import OPERATORS
from conditions.times import Duration, Period, day_start, local_day, period_days
from conditions.tree import Account, Count, Did, Node, Test, walk
from conditions.vocabulary import WORDS, Field, Fields, Through, Vocabulary
from conditions.writer import Writer, named_array, only_zero

OF_VALUE = "(SELECT {due} FROM (SELECT {value} AS at OFFSET 0) AS point)"
OF_ROWS = "(SELECT min({due}) {rows} AND {id} = {key})"
LATER = "CASE WHEN {point} > {now} THEN {point} END"
SHIFT = "CASE WHEN point.at >= {first} THEN {shift} END"
# The next turn of an anniversary: it leaves the window the day after, and enters it `days` before.
TURNS = """(
    SELECT LEAST(min(CASE WHEN turn.leaves > {now} THEN turn.leaves END),
                 min(CASE WHEN turn.enters > {now} THEN turn.enters END), {new_year})
      FROM (SELECT ((day + 1)::timestamp AT TIME ZONE {zone}) AS leaves,
                   ((day + 1 - {days}::int)::timestamp AT TIME ZONE {zone}) AS enters
              FROM (SELECT (origin + make_interval(years => year - extract(year FROM origin)::int))::date AS day
                      FROM (SELECT {day} AS origin) AS one, generate_series({year}::int, {year}::int + 2) AS year
                     WHERE isfinite(origin)) AS anniversary) AS turn
     WHERE {day} IS NOT NULL)"""
EXPIRING = """
    SELECT past.doer, min(CASE WHEN past.at > {now} THEN past.at WHEN {counts} THEN past.at + {window} END) AS due
      FROM (SELECT {doer} AS doer, event.occurred_at AS at,
                   row_number() OVER (PARTITION BY {doer}, event.occurred_at > {now}
                                      ORDER BY event.occurred_at DESC) AS place
              {events}) AS past
     GROUP BY past.doer"""
SHIFTING = "SELECT {doer} AS doer, min(LEAST({dues})) AS due {events} GROUP BY {doer}"
JOINED = "LEFT JOIN ({rows}) AS {alias} ON {alias}.doer = {key}"
OF_ONE = "(SELECT due.due FROM ({rows}) AS due WHERE due.doer = {key})"
EARLIEST = "SELECT any_of.doer, min(any_of.due) AS due FROM ({rows}) AS any_of GROUP BY any_of.doer"
# By company, the earliest change of anybody's there: colleagues are people, whoever the condition is about.
OF_COMPANIES = """
    SELECT mate.company_id, min(change.due_at) AS due FROM ({changes}) AS change
      JOIN leads_lead AS mate ON mate.tenant_id = %(tenant_id)s AND mate.id = change.lead_id
     WHERE mate.company_id IS NOT NULL GROUP BY mate.company_id"""
JOINED_COMPANIES = "LEFT JOIN ({rows}) AS {alias} ON {alias}.company_id = lead.company_id"
OF_COMPANY = "(SELECT due.due FROM ({rows}) AS due WHERE due.company_id = lead.company_id)"
CHANGES = """
    SELECT change.lead_id, change.due_at
      FROM (SELECT {key} AS lead_id, LEAST({dues}) AS due_at FROM {rows} {joins}
             WHERE {everybody} OFFSET 0) AS change
     WHERE change.due_at IS NOT NULL"""


@dataclass(frozen=True)
class Changes:
    """`sql` selects (lead_id, due_at), nobody twice; None when time changes nothing. `tenant_id` is not in `params`.

    whole: every leaf is in it; otherwise some answers can change at moments nobody can tell, and want looking at.
    """

    sql: str | None
    params: dict[str, Any]  # Any: whatever the driver adapts
    whole: bool


def next_changes(
    node: Node,
    *,
    now: datetime,
    tz: ZoneInfo,
    vocabulary: Vocabulary = WORDS,
    among: str | None = None,
    prefix: str = "d",
) -> Changes:
    """The earliest moment after `now` at which each lead's answer may change by time alone. Words as for `compile`."""
    moments = Moments(Writer(vocabulary=vocabulary, now=now, tz=tz, prefix=prefix, among=named_array(among)))
    asked = moments.changes(node)
    return Changes(asked, moments.writer.params if asked else {}, moments.whole)


@dataclass
class Moments:
    """Due moments of leaves, in the parameters of `writer`."""

    writer: Writer
    whole: bool = field(default=True)

    def changes(self, node: Node) -> str | None:
        """SELECT of (lead_id, due_at) for a whole tree; None when time changes nothing."""
        who, few = self.writer.vocabulary.audience, self.writer.among
        dues, joins = list[str](), list[str]()
        for place, (_, leaf) in enumerate(walk(node)):
            alias = f"due_{place}"
            if isinstance(leaf, Did):
                joins.append(JOINED.format(rows=self.rows_of(leaf), alias=alias, key=who.key))
                dues.extend([f"{alias}.due", *self.newcomers(leaf)])
            elif isinstance(leaf, Test):
                dues.extend(self.of_test(leaf, self.writer.vocabulary))
            elif isinstance(leaf, Account) and (rows := self.companies(leaf)):
                joins.append(JOINED_COMPANIES.format(rows=rows, alias=alias))
                dues.append(f"{alias}.due")
        if not dues:
            return None
        some = f" AND {who.key} = ANY({few})" if few else ""
        parts = {"dues": ", ".join(dues), "joins": " ".join(joins), "everybody": who.everybody + some}
        return CHANGES.format(key=who.key, rows=who.rows, **parts)

    def companies(self, account: Account) -> str | None:
        """SELECT of (company_id, due) for what is asked about colleagues; None when time changes nothing."""
        inner = Moments(self.writer.of_colleagues())
        asked = inner.changes(account.node)
        self.whole = self.whole and inner.whole
        return None if asked is None else OF_COMPANIES.format(changes=asked)

    def of(self, leaf: Node) -> str:
        """One expression for a leaf over its row; NULL when time does not change it."""
        dues: list[str] = []
        if isinstance(leaf, Did):
            key = self.writer.vocabulary.audience.key
            dues = [OF_ONE.format(rows=self.rows_of(leaf), key=key)]
            dues.extend(self.newcomers(leaf))
        elif isinstance(leaf, Test):
            dues = list(self.of_test(leaf, self.writer.vocabulary))
        elif isinstance(leaf, Account) and (rows := self.companies(leaf)):
            dues = [OF_COMPANY.format(rows=rows)]
        return "LEAST({})".format(", ".join(dues)) if dues else "NULL::timestamptz"

    # One field

    def of_test(self, test: Test, fields: Fields) -> Iterator[str]:
        one = fields.find(test.field)
        if one is None:
            return
        if "%(now)s" in one.sql:
            self.whole = self.whole and one.ticks is not None
            if one.ticks:
                yield self._placed(one, LATER.format(point=self.writer.own(one, one.ticks), now=self._now))
        due = self._due(test, one.kind)
        if due:
            value = self.writer.own(one, one.sql)
            yield self._placed(one, OF_VALUE.format(due=due, value=value))

    def _placed(self, one: Field, due: str) -> str:
        through = one.through
        if through is None or through.alias in self.writer.joined:
            return due
        key, rows = split_rows(through)
        return OF_ROWS.format(due=due, rows=self.writer.own(one, rows), id=key, key=through.key)

    def _due(self, test: Test, kind: Kind) -> str | None:
        """Over `point.at`, the value."""
        if isinstance(test.value, Period):
            return self._period(test.value, kind)
        if not OPERATORS[test.op].clock:
            return None
        duration = cast("Duration", test.value)
        if test.op == "anniversary_within":
            return self._anniversary(duration.amount, kind)
        points = self._days(test.op, duration) if kind is Kind.DAY else self._moments(test.op, duration)
        return "LEAST({})".format(", ".join(LATER.format(point=point, now=self._now) for point in points))

    def _moments(self, op: str, duration: Duration) -> tuple[str, ...]:
        window = self.writer.interval(duration)
        return (f"(point.at - {window})", "point.at") if op == "within_next" else ("point.at", f"(point.at + {window})")

    def _days(self, op: str, duration: Duration) -> tuple[str, ...]:
        ahead = op == "within_next"
        return tuple(
            f"((point.at + {days})::timestamp AT TIME ZONE {self._zone})"
            for days in ((1 - duration.amount, 1) if ahead else (0, duration.amount))
        )

    def _period(self, period: Period, kind: Kind) -> str:
        """A named stretch moves on as a whole; what lies before it is never in it again."""
        today = local_day(self.writer.now, tz=self.writer.tz)
        days = period_days(period, today=today)
        shift = next(
            today + timedelta(days=ahead)
            for ahead in range(1, 400)
            if period_days(period, today=today + timedelta(days=ahead)) != days
        )
        first = days[0] if kind is Kind.DAY else day_start(days[0], tz=self.writer.tz)
        return SHIFT.format(first=self.writer.bind(first), shift=self.writer.bind(day_start(shift, tz=self.writer.tz)))

    def _anniversary(self, days: int, kind: Kind) -> str:
        today = local_day(self.writer.now, tz=self.writer.tz)
        new_year = day_start(today.replace(year=today.year + 1, month=1, day=1), tz=self.writer.tz)
        day = "point.at" if kind is Kind.DAY else f"(point.at AT TIME ZONE {self._zone})::date"
        return TURNS.format(
            day=day,
            days=self.writer.bind(days),
            year=self.writer.bind(today.year),
            zone=self._zone,
            now=self._now,
            new_year=self.writer.bind(new_year),
        )

    # Events

    def rows_of(self, did: Did, *, every: bool = False) -> str:
        """SELECT of (doer, due): what expires, what is still to come, and what moves the filter or the order.

        every: each event counts when it expires, as for the other event of an order, whose first and last decide.
        """
        pieces = [self._expiring(did, every=every), *self._shifting(did)]
        if did.order:
            pieces.append(self.rows_of(did.order.did, every=True))
        return EARLIEST.format(rows=" UNION ALL ".join(f"({piece})" for piece in pieces))

    def newcomers(self, did: Did) -> Iterator[str]:
        """When somebody has been known for the whole window of a "has not"."""
        if did.within and only_zero(did.count):
            point = f"({self.writer.known_since} + {self.writer.interval(did.within)})"
            yield LATER.format(point=point, now=self._now)

    def _expiring(self, did: Did, *, every: bool) -> str:
        narrowed = [] if self._clocks(did) else self.writer.narrowed(did)
        return EXPIRING.format(
            doer=self.writer.vocabulary.audience.doer,
            now=self._now,
            counts=self._counts(did, every=every) if did.within else "FALSE",
            window=self.writer.interval(did.within) if did.within else "interval '0'",
            events=self.writer.log(self.writer.happened(did, ahead=True), narrowed),
        )

    def _counts(self, did: Did, *, every: bool) -> str:
        """Which events matter when they expire: the n-th newest for "n or more", each one for a sum or an order."""
        if every or did.sum or did.order or self._clocks(did):
            return "TRUE"
        return f"past.place = ANY({self.writer.bind(_turning(did.count))})"

    def _shifting(self, did: Did) -> Iterator[str]:
        dues = self._clocks(did)
        if dues:
            events = self.writer.log(self.writer.happened(did, ahead=True), [])
            yield SHIFTING.format(doer=self.writer.vocabulary.audience.doer, dues=", ".join(dues), events=events)

    def _clocks(self, did: Did) -> list[str]:
        """Moments at which its filter itself turns, over `event`."""
        if did.where is None:
            return []
        fields = self.writer.vocabulary.events.fields
        return [due for _, leaf in walk(did.where) if isinstance(leaf, Test) for due in self.of_test(leaf, fields)]

    # Pieces

    @property
    def _now(self) -> str:
        return self.writer.bind(self.writer.now)

    @property
    def _zone(self) -> str:
        return self.writer.bind(self.writer.tz.key)


def split_rows(through: Through) -> tuple[str, str]:
    """The id a Through selects, and everything from its FROM on."""
    head, _, tail = through.rows.partition("FROM")
    return head.replace("SELECT", "", 1).strip(), f"FROM{tail}"


def _turning(count: Count) -> tuple[int, ...]:
    """The numbers of events at which the answer becomes another when one goes: `gte 3` turns when the 3rd does."""
    value = int(count.value)
    return {"gte": (value,), "lt": (value,), "gt": (value + 1,), "lte": (value + 1,), "eq": (value, value + 1)}[
        count.op
    ]
