"""Writes the SQL of a tree: parameters, leaves made total, and the events behind a did."""

from __future__ import annotations

import operator
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import assert_never, cast
from zoneinfo import ZoneInfo

from conditions.comparisons import Site
from conditions.fold import fold, folded_for
from conditions.kinds import CHOICES, Kind
from conditions.operators import OPERATORS, Operator
from conditions.refused import ConditionRefused
from conditions.rolled import HUMAN, Days, events_by_day, is_rolled
from conditions.times import Duration
from conditions.tree import Account, All, Any, Count, Did, Member, Node, Not, Order, Test, Value
from conditions.vocabulary import EventWord, Field, Fields, Through, Vocabulary

COMPARE = {"eq": operator.eq, "lt": operator.lt, "lte": operator.le, "gt": operator.gt, "gte": operator.ge}
SIGNS = {"eq": "=", "lt": "<", "lte": "<=", "gt": ">", "gte": ">="}
_COLUMN = re.compile(r"\w+\.\w+")
_TYPES = (  # bool before int and datetime before date: each is the other's subclass
    (bool, "boolean"), (int, "bigint"), (float, "float8"), (Decimal, "numeric"), (str, "text"),
    (datetime, "timestamptz"), (date, "date"),
)  # fmt: skip

FOUND = "EXISTS (SELECT FROM ({rows} AND ({test})) AS found (id) WHERE found.id = {key})"
MEMBER = "EXISTS (SELECT FROM unnest({array}) AS member (name) WHERE {test})"
DONE = "EXISTS (SELECT FROM (SELECT {doer} AS doer {events}) AS done WHERE done.doer = {key})"
DOERS = "LEFT JOIN (SELECT DISTINCT {doer} AS doer {events}) AS {alias} ON {alias}.doer = {key}"
OTHER = """JOIN (SELECT {doer} AS doer, min(event.occurred_at) AS first_at, max(event.occurred_at) AS last_at
           {events} GROUP BY {doer}) AS other ON other.doer = {doer} AND {order}"""
ORDERS = {"after": "event.occurred_at > other.first_at", "before": "event.occurred_at < other.last_at"}
# With a distance it matters which of the others it is near to, so all of them are held against it.
NEAR = """EXISTS (SELECT FROM (SELECT {doer} AS doer, event.occurred_at AS at, event.id AS id {events}) AS other
            WHERE other.doer = {doer} AND {near})"""
NEARNESS = {
    "after": "other.at < event.occurred_at AND other.at >= event.occurred_at - {distance}",
    "before": "other.at > event.occurred_at AND other.at <= event.occurred_at + {distance}",
    "around": "other.at BETWEEN event.occurred_at - {distance} AND event.occurred_at + {distance}"
    " AND other.id <> event.id",
}
# `lead` inside is a colleague. Found once by what is asked, then matched by the company.
COLLEAGUES = (
    "SELECT lead.company_id FROM leads_lead AS lead WHERE {everybody} AND lead.company_id IS NOT NULL AND {test}"
)
ACCOUNT = "EXISTS (SELECT FROM ({colleagues}) AS colleague WHERE colleague.company_id = lead.company_id)"
OF_THEIR_COMPANIES = """
    SELECT mate.id FROM leads_lead AS mate
     WHERE mate.tenant_id = %(tenant_id)s AND mate.merged_into_id IS NULL
       AND mate.company_id IN (SELECT lead.company_id FROM {rows} WHERE {everybody} AND {key} = ANY({few}))"""
# By who did them: the planner takes many subjects for few, and would read what everybody did to each (20 s, not 60 ms).
EVENTS_OF_FEW = "(SELECT * FROM tracking_event AS event WHERE {happened} OFFSET 0) AS event"
BY_ITSELF = " OFFSET 0"  # counted once with all cores, not by each of them
ANY_TEXT = """CASE jsonb_typeof({0}) WHEN 'string' THEN ({0}) #>> '{{}}' WHEN 'boolean' THEN ({0}) #>> '{{}}'
                                  WHEN 'number' THEN trim_scale(({0})::numeric)::text END"""
ANY_NUMBER = "CASE WHEN jsonb_typeof({0}) = 'number' THEN ({0})::numeric END"
ANY_BOOLEAN = "CASE WHEN jsonb_typeof({0}) = 'boolean' THEN ({0})::boolean END"
ANY_VALUE = "NULLIF(NULLIF({0}, 'null'::jsonb), '\"\"'::jsonb)"


@dataclass
class Writer:
    """One statement's parameters in the making. joined: aliases the caller's FROM has, which nothing goes through.

    among: SQL of what stands in ANY(…): only these are looked at, and events only read of them.
    days: where it is given, events are counted from the counts by day as far as those say the same. joins: where it is
    given, sets of doers go there, to be joined to the audience by the caller, and are not asked for by EXISTS.
    """

    vocabulary: Vocabulary
    now: datetime
    tz: ZoneInfo
    prefix: str
    among: str | None = None
    joined: frozenset[str] = frozenset()
    days: Days | None = None
    joins: list[str] | None = None
    params: dict[str, object] = field(default_factory=dict)
    known: dict[tuple[str, object], str] = field(default_factory=dict)

    def bind(self, value: object) -> str:
        """A placeholder with its type. Equal values share one."""
        values = value if isinstance(value, tuple) else (value,)
        kind = sql_type(values) + ("[]" if isinstance(value, tuple) else "")
        name = self.known.get((kind, value))
        if name is None:
            name = f"{self.prefix}_{len(self.params) + 1}"
            self.params[name] = list(value) if isinstance(value, tuple) else value
            self.known[kind, value] = name
        return f"%({name})s::{kind}"

    def condition(self, node: Node, *, fields: Fields) -> str:
        """True or false, never NULL."""
        match node:
            case All(nodes):
                return "({})".format(" AND ".join(self.condition(each, fields=fields) for each in nodes))
            case Any(nodes):
                return "({})".format(" OR ".join(self.condition(each, fields=fields) for each in nodes))
            case Not(inner):
                return f"(NOT {self.condition(inner, fields=fields)})"
            case Test():
                return self.test(node, fields=fields)
            case Did():
                return self.did(node)
            case Member():
                return self.member(node)
            case Account():
                return ACCOUNT.format(colleagues=self.colleagues(node))
            case _:
                assert_never(node)

    # One field

    def test(self, test: Test, *, fields: Fields) -> str:
        found = fields.find(test.field)
        if found is None:
            raise ConditionRefused("unknown_field", path="", key=test.field)
        one, value = as_typed(found, test.value)
        if one.kind is Kind.SET:
            return self._set(test, one)
        if one.through and one.through.alias not in self.joined:
            return self._through(test, one, value)
        return self._direct(test, one, value)

    def _direct(self, test: Test, one: Field, value: Value) -> str:
        row = OPERATORS[test.op]
        site = self._site(test, one, value)
        truth = row.build(site)
        if test.op in ("is_set", "is_not_set"):
            return f"({truth})"
        if row.negative:
            return "(({}) {})".format(truth, "IS NOT FALSE" if test.unknown else "IS TRUE")
        if _COLUMN.fullmatch(site.sql):  # IS TRUE would hide a plain comparison from its index
            return f"({site.sql} IS NOT NULL AND {truth})"
        return f"(({truth}) IS TRUE)"

    def _through(self, test: Test, one: Field, value: Value) -> str:
        row, negated = _positive(test)
        truth = row.build(self._site(test, one, value))
        if row.negative and test.unknown:
            return "(NOT {})".format(self._found(one, f"({truth}) IS FALSE"))
        found = self._found(one, truth)
        return f"(NOT {found})" if negated else found

    def _set(self, test: Test, one: Field) -> str:
        row, negated = _positive(test)
        if one.through is None:
            array = self.own(one, one.folded_sql if one.folded_sql and not test.exact else one.sql)
            stored = "member.name" if one.folded_sql else None
            element = replace(one, sql="member.name", folded_sql=stored)
            found = MEMBER.format(array=array, test=row.build(self._site(test, element, test.value)))
        else:
            found = self._found(one, row.build(self._site(test, one, test.value)))
        if row.negative and one.given and not test.unknown:
            return f"({one.given} AND NOT {found})"
        return f"(NOT {found})" if negated or row.negative else found

    def _found(self, one: Field, test: str) -> str:
        through = cast("Through", one.through)
        return FOUND.format(rows=self.own(one, through.rows), key=through.key, test=test)

    def _site(self, test: Test, one: Field, value: Value) -> Site:
        sql, compared = self.own(one, one.sql), cast("object", value)
        if one.kind in CHOICES:
            compared = stored(one, test)
        elif value is not None and one.kind in (Kind.FOLDED, Kind.SET) and not test.exact and test.op != "matches":
            compared = (
                tuple(map(fold, cast("tuple[str, ...]", value)))
                if isinstance(value, tuple)
                else fold(cast("str", value))
            )
            sql = self.own(one, one.folded_sql) if one.folded_sql else folded_for(sql, compared)
        return Site(sql=sql, kind=one.kind, value=compared, bind=self.bind, now=self.now, tz=self.tz)

    def own(self, one: Field | EventWord, sql: str) -> str:
        """The app's SQL with its own parameters renamed, and `%(now)s` bound to the moment asked about."""
        for name, value in one.params.items():
            sql = sql.replace(f"%({name})s", self.bind(value))
        return sql.replace("%(now)s", self.bind(self.now)) if "%(now)s" in sql else sql

    # Events

    def did(self, did: Did) -> str:
        """Those whose events satisfy the count, as a set found once; where zero does, those not among who break it."""
        zero = COMPARE[did.count.op](0, did.count.value)
        rows = self._among_doers(self._satisfying(did, negated=zero))
        if not zero:
            return rows
        newcomers = ""
        if did.within and only_zero(did.count):
            newcomers = f"({self.known_since} <= {self.bind(self.now - did.within.delta)}) IS TRUE AND "
        return f"({newcomers}NOT {rows})"

    def _among_doers(self, events: str) -> str:
        who = self.vocabulary.audience
        if self.joins is None:
            return DONE.format(doer=who.doer, key=who.key, events=events)
        alias = f"done_{len(self.joins) + 1}"
        self.joins.append(DOERS.format(doer=who.doer, key=who.key, events=events, alias=alias))
        return f"({alias}.doer IS NOT NULL)"

    @property
    def known_since(self) -> str:
        return self.vocabulary.audience.known_since or self.vocabulary.events.known_since

    def events(self, did: Did) -> str:
        """FROM … WHERE of the events it counts."""
        near = [self._near(did.order, did.order.distance)] if did.order and did.order.distance else []
        return self.log(self.happened(did), [*self.narrowed(did), *near], joined=self._other(did.order))

    def log(self, happened: Sequence[str], narrowed: Sequence[str], *, joined: str = "") -> str:
        """FROM … WHERE of rows aliased `event`. happened: tests of their own columns; narrowed: any others."""
        if self.among:
            few = EVENTS_OF_FEW.format(happened=" AND ".join(happened))
            return f"FROM {few} {joined} WHERE {' AND '.join(narrowed) or 'TRUE'}"
        return f"FROM tracking_event AS event {joined} WHERE {' AND '.join([*happened, *narrowed])}"

    def narrowed(self, did: Did) -> list[str]:
        """Its `where` as a test, if it has one."""
        return [self.condition(did.where, fields=self.vocabulary.events.fields)] if did.where else []

    def happened(self, did: Did, *, ahead: bool = False) -> list[str]:
        """Tests of its events but for `where` and order. ahead: those stated for a moment yet to come as well."""
        word, doer = self._word(did), self.vocabulary.audience.doer
        tests = [
            f"event.tenant_id = %(tenant_id)s AND {doer} IS NOT NULL",
            f"event.name = {self.bind(word.code)} AND event.verdict = {self.bind(HUMAN)}",
        ]
        if not ahead:
            tests.append(f"event.occurred_at <= {self.bind(self.now)}")
        if did.within:
            tests.append(f"event.occurred_at > {self.bind(self.now - did.within.delta)}")
        if word.sql:
            tests.append(f"({self.own(word, word.sql)})")
        if self.among:
            tests.append(f"{doer} = ANY({self.among})")
        return tests

    def _word(self, did: Did) -> EventWord:
        word = self.vocabulary.events.find(did.event)
        if word is None:
            raise ConditionRefused("unknown_event", path="", key=did.event)
        return word

    def _other(self, order: Order | None) -> str:
        if order is None or order.distance:
            return ""
        doer = self.vocabulary.audience.doer
        return OTHER.format(doer=doer, events=self.events(order.did), order=ORDERS[order.relation])

    def _near(self, order: Order, distance: Duration) -> str:
        near = NEARNESS[order.relation].format(distance=self.interval(distance))
        return NEAR.format(doer=self.vocabulary.audience.doer, events=self.events(order.did), near=near)

    def interval(self, duration: Duration) -> str:
        minutes = self.bind(int(duration.delta.total_seconds() // 60))
        return f"make_interval(mins => {minutes}::int)"

    def _satisfying(self, did: Did, *, negated: bool) -> str:
        """FROM … of those whose number satisfies the count, or breaks it."""
        once, by_day = _any_decides(did, negated=negated), self._by_day(did)
        if by_day is None:
            return self.events(did) + ("" if once else self._having(did.count, self.measure(did), negated=negated))
        if once:
            return f"{by_day} WHERE event.count > 0"
        return by_day + self._having(did.count, "sum(event.count)", negated=negated) + BY_ITSELF

    def _by_day(self, did: Did) -> str | None:
        if self.days is None:
            return None
        word = self._word(did)
        rolled = is_rolled(did, word, fields=self.vocabulary.events.fields, days=self.days, now=self.now)
        return events_by_day(did, word, self, days=self.days) if rolled else None

    def _having(self, count: Count, measure: str, *, negated: bool) -> str:
        told = f"{measure} {SIGNS[count.op]} {self.bind(decimal(count.value))}"
        return " GROUP BY {} HAVING {}({})".format(self.vocabulary.audience.doer, "NOT " if negated else "", told)

    def measure(self, did: Did) -> str:
        """How many events, the sum of what they carry, or what they come to together."""
        if did.sum is None:
            return "count(*)"
        one = self.vocabulary.events.summed(did.sum)
        if one is None:
            raise ConditionRefused("unknown_field", path="", key=did.sum)
        if one.total:
            return self.own(one, one.total)
        summed = self.own(one, one.sum_sql or one.sql)
        plain = one.kind is not Kind.ANY or one.sum_sql
        return f"COALESCE(sum({summed if plain else ANY_NUMBER.format(summed)}), 0)"

    # Colleagues and memberships

    def colleagues(self, account: Account) -> str:
        """SELECT of the companies (`company_id`, a line per person) where somebody is so."""
        writer = self.of_colleagues()
        test = writer.condition(account.node, fields=writer.vocabulary)
        return COLLEAGUES.format(everybody=self._of_these(writer), test=test)

    def of_colleagues(self) -> Writer:
        """Writes what is asked about colleagues into the same statement. Of a few: about their companies' people."""
        who, few = self.vocabulary.audience, None
        if self.among:
            few = OF_THEIR_COMPANIES.format(rows=who.rows, everybody=who.everybody, key=who.key, few=self.among)
        return replace(self, vocabulary=self.vocabulary.people, among=few, joins=None)

    @staticmethod
    def _of_these(writer: Writer) -> str:
        who = writer.vocabulary.audience
        return f"{who.everybody} AND {who.key} = ANY({writer.among})" if writer.among else who.everybody

    def member(self, member: Member) -> str:
        word = self.vocabulary.member_word(member.of)
        if word is None:
            raise ConditionRefused("not_yet", path="", what=member.of)
        piece = word(member)
        sql = piece.sql
        for name, value in piece.params.items():
            sql = sql.replace(f"%({name})s", self.bind(value))
        return f"({sql})"


def named_array(parameter: str | None) -> str | None:
    """The bigint[] parameter a caller puts the few into."""
    return f"%({parameter})s::bigint[]" if parameter else None


def sql_type(values: tuple[object, ...]) -> str:
    """The type all these values share; whole and broken numbers together are float8, or numeric."""
    names = {next(name for kind, name in _TYPES if isinstance(value, kind)) for value in values}
    for wide in ("numeric", "float8"):
        if wide in names:
            return wide
    (name,) = names
    return name


def decimal(value: object) -> object:
    return Decimal(str(value)) if isinstance(value, float) else value


def as_typed(one: Field, value: Value) -> tuple[Field, Value]:
    """An ANY field read as the type of the value it is compared with; other types count as absent."""
    if one.kind is not Kind.ANY:
        return one, value
    sample = value[0] if isinstance(value, tuple) else value
    if sample is None:
        return replace(one, kind=Kind.BOOLEAN, sql=ANY_VALUE.format(one.sql)), None
    if isinstance(sample, str):
        return replace(one, kind=Kind.FOLDED, sql=ANY_TEXT.format(one.sql)), value
    if isinstance(sample, bool):
        return replace(one, kind=Kind.BOOLEAN, sql=ANY_BOOLEAN.format(one.sql)), value
    exact = tuple(map(decimal, value)) if isinstance(value, tuple) else decimal(value)
    return replace(one, kind=Kind.NUMBER, sql=ANY_NUMBER.format(one.sql)), cast("Value", exact)


def stored(one: Field, test: Test) -> object:
    """What the database keeps for the choices asked for; for a rank with an order, every rank that qualifies."""
    if test.value is None:
        return None
    known = one.stored()
    keys = cast("tuple[str, ...]", test.value if isinstance(test.value, tuple) else (test.value,))
    if gone := [key for key in keys if key not in known]:
        raise ConditionRefused("choice", path="", value=gone[0])
    if test.op in COMPARE and test.op != "eq":
        return _ranks(known, test.op, keys[0])
    if test.op == "between":
        low, high = _ranks(known, "gte", keys[0]), _ranks(known, "lte", keys[1])
        return tuple(each for each in low if each in high)
    values = tuple(known[key] for key in keys)
    return values if isinstance(test.value, tuple) else values[0]


def _ranks(known: dict[str, str | int], op: str, key: str) -> tuple[str | int, ...]:
    limit = list(known).index(key)
    return tuple(value for place, value in enumerate(known.values()) if COMPARE[op](place, limit))


def only_zero(count: Count) -> bool:
    """The count says "has not": nothing but zero will do."""
    return (
        COMPARE[count.op](0, count.value) and not COMPARE[count.op](1, count.value) and count.op in ("eq", "lt", "lte")
    )


def _any_decides(did: Did, *, negated: bool) -> bool:
    """One event is enough to satisfy the count, or to break it."""
    once = only_zero(did.count) if negated else did.count in (Count("gte", 1), Count("gt", 0))
    return did.sum is None and once


def _positive(test: Test) -> tuple[Operator, bool]:
    """`is not known` is the absence of a row that is known."""
    return (OPERATORS["is_set"], True) if test.op == "is_not_set" else (OPERATORS[test.op], False)
