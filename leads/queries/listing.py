"""Lists of people and companies: searched, filtered by conditions, one page after the other."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from django.db import OperationalError, transaction
from psycopg2.errors import QueryCanceled
from psycopg2.sql import SQL, Composable

from conditions import WORDS, Compiled, estimate
from leads.names import company_key, search_key
from leads.queries.addresses import find_by_further, find_holder
from leads.queries.searching import BROAD_SEARCH, IS_BROAD, SEARCH
from leads.queries.sensitive import is_withheld
from ma_platform import clock
from ma_platform.db import sql
from ma_platform.errors import DomainError

BRANCH_LIMIT = 5_000  # of one way to match a search; a broader one is found along the order of the list
EVERYBODY = 2**31 - 1  # no branch of a search stops short
COUNT_LIMIT = 10_000
COUNT_MS = 1_500
MAX_ID = 2**63
Answer = TypeVar("Answer")


class UnknownSort(DomainError):
    """A list was asked for in an order it does not have."""

    code = "unknown_sort"


@dataclass(frozen=True, slots=True)
class Sort:
    """A column that orders the list, with its cast for cursors; every one has an index (tenant, column, id)."""

    column: SQL
    cast: SQL
    read: Callable[[str], object]
    descending: bool


_TIME, _TEXT = (SQL("timestamptz"), clock.instant), (SQL("text"), str)
SORTS: Mapping[str, Sort] = {
    "-updated": Sort(SQL("lead.updated_at"), *_TIME, descending=True),
    "updated": Sort(SQL("lead.updated_at"), *_TIME, descending=False),
    "-created": Sort(SQL("lead.created_at"), *_TIME, descending=True),
    "created": Sort(SQL("lead.created_at"), *_TIME, descending=False),
    "name": Sort(SQL("lead.name_key"), *_TEXT, descending=False),
    "-name": Sort(SQL("lead.name_key"), *_TEXT, descending=True),
}


# Orders that belong to rooms above, by the word they register; the list follows once the word is there.
WORD_SORTS: Mapping[str, str] = {"score": "score.total"}


@dataclass(frozen=True, slots=True)
class Word:
    """A registered word as an order: its key and value over its rows."""

    key: SQL
    source: SQL
    value: SQL
    descending: bool


@dataclass(frozen=True, slots=True)
class LeadFilter:
    """What a list shows. `condition` is compiled with `now` already; `after` is the `position` of the last row seen.

    back: the page that ends before `after`, still in the order of `sort`.
    """

    q: str = ""
    condition: Compiled | None = None
    lead_id: int | None = None
    company_id: int | None = None
    email_key: str | None = None
    external_id: str | None = None
    updated_since: datetime | None = None
    sort: str = "-updated"
    after: Sequence[Any] | None = None  # Any: a decoded cursor
    limit: int = 50
    back: bool = False


@dataclass(slots=True)
class LeadRow:
    """One line of the list; `position` continues after it. Not frozen: that takes five times as long to make."""

    id: int
    public_id: str
    email: str
    last_name: str
    first_name: str
    company_id: int | None
    company_name: str | None
    company_public_id: str | None
    department: str
    job_title: str
    job_rank: int | None
    phone: str
    prefecture: str
    owner_name: str | None
    last_seen_at: datetime | None
    created_at: datetime
    updated_at: datetime
    sort_value: str
    cells: dict[str, object] = field(default_factory=dict)

    @property
    def position(self) -> list[object]:
        return [self.sort_value, self.id]

    @property
    def company(self) -> str:
        return self.company_name or ""


def list_leads(wanted: LeadFilter) -> list[LeadRow]:
    """Up to `limit` people in order: one statement that walks an index, never a count, never an offset.

    Raises UnknownSort.
    """
    tests, params = _tests(wanted, broad=_is_broad(wanted.q))
    word = word_sort(wanted.sort)
    if word is not None:
        return _list_by_word(word, wanted, tests, params)
    if wanted.sort not in SORTS:
        raise UnknownSort(sort=wanted.sort)
    sort, falling = SORTS[wanted.sort], SORTS[wanted.sort].descending != wanted.back
    statement = SQL(LIST_LEADS).format(
        shown=SQL(SHOWN),
        sort=sort.column,
        tests=SQL(" ").join([*tests, *_after(wanted, sort, params)]),
        direction=SQL("DESC" if falling else "ASC"),
    )
    return _in_order(sql.typed(statement, LeadRow, limit=wanted.limit, **params), wanted)


def _in_order(rows: list[LeadRow], wanted: LeadFilter) -> list[LeadRow]:
    return rows[::-1] if wanted.back else rows


def count_leads(wanted: LeadFilter) -> tuple[int, bool]:
    """How many match, and whether that is exact: beyond COUNT_LIMIT, or COUNT_MS, the planner's estimate.

    A search gathers everybody here: a page may stop at its fiftieth, a number that stops is wrong.
    """
    tests, params = _tests(wanted)
    if "branch" in params:
        params["branch"] = EVERYBODY
    counted = SQL(COUNT_LEADS).format(tests=SQL(" ").join(tests))
    count = within(COUNT_MS, lambda: int(sql.run(counted, limit=COUNT_LIMIT + 1, **params).value()))
    if count is not None and count <= COUNT_LIMIT:
        return count, True
    planned = SQL(PLANNED).format(tests=SQL(" ").join(tests))
    expected = estimate(sql.run(planned, **params).value()).rows
    return max(expected, count or 0), False


def within(milliseconds: int, ask: Callable[[], Answer]) -> Answer | None:
    """The answer, or None when it took too long; the transaction around goes on."""
    try:
        with transaction.atomic(), sql.bounded(milliseconds):
            return ask()
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            return None
        raise


def word_sort(sort: str) -> Word | None:
    """`score`, `-score`: an order by a word of a room above, while it is registered; None for any other order."""
    field = WORDS.find(WORD_SORTS.get(sort.removeprefix("-"), ""))
    if field is None or field.through is None or field.through.key != "lead.id":
        return None
    head, _, tail = field.through.rows.partition("FROM")
    key = head.replace("SELECT", "", 1).strip()
    return Word(SQL(key), SQL(tail), SQL(field.sql), descending=sort.startswith("-"))


def _list_by_word(word: Word, wanted: LeadFilter, tests: list[Composable], params: dict[str, Any]) -> list[LeadRow]:
    """People that have a value of the word, walked along its index; behind them, in either order, those without."""
    place = None if wanted.after is None else read_position(wanted.after, read=_number_or_none)
    falling, rows = word.descending != wanted.back, list[LeadRow]()
    for valued in (False, True) if wanted.back else (True, False):
        if place is not None and (place[0] is not None) != valued:
            continue
        after = SQL("") if place is None else _behind(word, valued=valued, falling=falling)
        statement = _stretch(word, tests, after, valued=valued, falling=falling)
        more: dict[str, Any] = {"after_value": place[0], "after_id": place[1]} if place else {}
        rows += sql.typed(statement, LeadRow, limit=wanted.limit - len(rows), **params, **more)
        place = None
        if len(rows) == wanted.limit:
            break
    return _in_order(rows, wanted)


def _stretch(word: Word, tests: list[Composable], after: Composable, *, valued: bool, falling: bool) -> Composable:
    tested = SQL(" ").join(tests)
    return SQL(LIST_BY_WORD if valued else LIST_WITHOUT).format(
        shown=SQL(SHOWN),
        key=word.key,
        value=word.value,
        source=word.source,
        tests=tested,
        narrow=(NARROWED if len(tests) > 1 else NOT_MERGED).format(key=word.key, tests=tested),
        after=after,
        direction=SQL("DESC" if falling else "ASC"),
    )


def _number_or_none(text: str) -> float | None:
    return float(text) if text else None


def _behind(word: Word, *, valued: bool, falling: bool) -> Composable:
    text = "AND ({value}, {key}) {sign} (%(after_value)s::float8, %(after_id)s)" if valued else BEHIND_ID
    return SQL(text).format(value=word.value, key=word.key, sign=SQL("<" if falling else ">"))


BEHIND_ID = "AND lead.id {sign} %(after_id)s"
SHOWN = """lead.id, lead.public_id, lead.email, lead.last_name, lead.first_name, lead.company_id,
           company.name AS company_name, company.public_id AS company_public_id, lead.department, lead.job_title,
           lead.job_rank, lead.phone, lead.prefecture, coalesce(nullif(owner.name, ''), owner.email) AS owner_name,
           lead.last_seen_at, lead.created_at, lead.updated_at"""
# Almost nobody is merged: leaving those few out costs less than joining everybody.
NOT_MERGED = SQL("""AND {key} NOT IN (SELECT aside.id FROM leads_lead AS aside
                     WHERE aside.tenant_id = %(tenant_id)s AND aside.merged_into_id IS NOT NULL)""")
NARROWED = SQL("AND {key} IN (SELECT lead.id FROM leads_lead AS lead WHERE lead.tenant_id = %(tenant_id)s {tests})")

LIST_BY_WORD = """
    WITH ranked AS MATERIALIZED (
        SELECT {key} AS lead_id, {value} AS value FROM {source} AND {value} IS NOT NULL {narrow} {after}
         ORDER BY {value} {direction}, {key} {direction}
         LIMIT %(limit)s
    )
    SELECT {shown}, ranked.value::text AS sort_value
      FROM ranked
      JOIN leads_lead AS lead ON lead.tenant_id = %(tenant_id)s AND lead.id = ranked.lead_id
      LEFT JOIN leads_company AS company ON company.tenant_id = %(tenant_id)s AND company.id = lead.company_id
      LEFT JOIN tenancy_user AS owner ON owner.id = lead.owner_id
     ORDER BY ranked.value {direction}, ranked.lead_id {direction}
"""

LIST_WITHOUT = """
    SELECT {shown}, '' AS sort_value
      FROM leads_lead AS lead
      LEFT JOIN leads_company AS company ON company.tenant_id = %(tenant_id)s AND company.id = lead.company_id
      LEFT JOIN tenancy_user AS owner ON owner.id = lead.owner_id
     WHERE lead.tenant_id = %(tenant_id)s {tests} {after}
       AND NOT EXISTS (SELECT FROM {source} AND {key} = lead.id AND {value} IS NOT NULL)
     ORDER BY lead.id {direction}
     LIMIT %(limit)s
"""

LIST_LEADS = """
    SELECT {shown}, {sort}::text AS sort_value
      FROM leads_lead AS lead
      LEFT JOIN leads_company AS company ON company.tenant_id = %(tenant_id)s AND company.id = lead.company_id
      LEFT JOIN tenancy_user AS owner ON owner.id = lead.owner_id
     WHERE lead.tenant_id = %(tenant_id)s {tests}
     ORDER BY {sort} {direction}, lead.id {direction}
     LIMIT %(limit)s
"""

COUNT_LEADS = """
    SELECT count(*) FROM (
        SELECT FROM leads_lead AS lead WHERE lead.tenant_id = %(tenant_id)s {tests} LIMIT %(limit)s) AS counted
"""
PLANNED = """
    EXPLAIN (FORMAT JSON) SELECT lead.id FROM leads_lead AS lead WHERE lead.tenant_id = %(tenant_id)s {tests}
"""


def _after(wanted: LeadFilter, sort: Sort, params: dict[str, Any]) -> list[Composable]:
    if wanted.after is None:
        return []
    value, lead_id = read_position(wanted.after, read=sort.read)
    params.update(after_value=value, after_id=lead_id)
    sign = SQL("<") if sort.descending != wanted.back else SQL(">")
    return [SQL("AND ({}, lead.id) {} (%(after_value)s::{}, %(after_id)s)").format(sort.column, sign, sort.cast)]


class BadCursor(DomainError):
    """The cursor is not one this list gave out."""

    code = "bad_cursor"


def read_position(after: Sequence[Any], *, read: Callable[[str], object]) -> tuple[object, int]:
    """A cursor of (sort value as text, id) as the database takes it; what Postgres would not read is refused here."""
    match list(after):
        case [str() as value, int() as row_id] if abs(row_id) < MAX_ID and "\0" not in value:
            try:
                return read(value), int(row_id)  # True is a number to Python, and none to Postgres
            except (ValueError, OverflowError):
                raise BadCursor() from None
    raise BadCursor()


def _is_broad(q: str) -> bool:
    """Whether one way to match the search finds more people than are worth gathering before they are sorted."""
    return bool(q.strip()) and sql.run(IS_BROAD, **_looked_for(q), branch=BRANCH_LIMIT).value() is True


def _tests(wanted: LeadFilter, *, broad: bool = False) -> tuple[list[Composable], dict[str, Any]]:
    tests: list[Composable] = [SQL("AND lead.merged_into_id IS NULL")]
    params: dict[str, Any] = {}
    for name, value in (
        ("lead_id", wanted.lead_id),
        ("company_id", wanted.company_id),
        ("external_id", wanted.external_id),
        ("updated_since", wanted.updated_since),
    ):
        if value is not None:
            tests.append(PLAIN_TESTS[name])
            params[name] = value
    if wanted.email_key is not None:
        tests.append(HOLDER)
        params["holder_id"] = None if is_withheld("email") else find_holder(email_key=wanted.email_key)
    if wanted.q.strip():
        tests.append(BROAD_SEARCH if broad else SEARCH)
        params |= search_params(wanted.q)
    if wanted.condition is not None:
        tests.append(SQL("AND " + wanted.condition.sql))
        params |= wanted.condition.params
    return tests, params


HOLDER = SQL("AND lead.id = %(holder_id)s::bigint")
PLAIN_TESTS = {
    "lead_id": SQL("AND lead.id = %(lead_id)s"),
    "company_id": SQL("AND lead.company_id = %(company_id)s"),
    "updated_since": SQL("AND lead.updated_at >= %(updated_since)s"),
    "external_id": SQL(
        """AND lead.id IN (SELECT identifier.lead_id FROM leads_leadidentifier AS identifier
                            WHERE identifier.tenant_id = %(tenant_id)s AND identifier.value = %(external_id)s
                              AND identifier.kind = 'external_id')"""
    ),
}


def search_params(q: str, *, branch: int | None = None) -> dict[str, Any]:
    """The text as it is looked for, and who has a further address like it. branch: the most of one way to match."""
    folded, most = _looked_for(q), BRANCH_LIMIT if branch is None else branch
    further = [] if is_withheld("email") else find_by_further(start=folded["q_mail"], limit=most)
    return {**folded, "branch": most, "further": further}


def _looked_for(q: str) -> dict[str, Any]:
    """Folded for names, digits for numbers, without legal form for companies."""
    text = q.strip()[:200].replace("\x00", "")
    digits = "".join(filter(str.isdigit, search_key(text)))
    plain_number = all(char.isdigit() or char in "+-()ー " for char in search_key(text))
    return {
        "q_name": search_key(text),
        "q_mail": text.casefold(),
        "q_phone": digits if plain_number and len(digits) >= 3 else None,
        "q_company": company_key(text),
    }
