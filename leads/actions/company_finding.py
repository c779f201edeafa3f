"""The one company a name, a number or a mail domain means: found by what it is known by, or made. In sets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from leads.actions.company_twins import suggest_twins
from leads.companies import FAMILIES, company_key, family_of, is_shared_domain, near_key, stored_key
from leads.entry import Entry
from ma_platform import ids
from ma_platform.db import sets, sql


@dataclass(frozen=True, slots=True)
class Stated:
    """A company as somebody states it. `number`: a valid 法人番号; `domain`: a mail domain that may be its own."""

    name: str
    number: str = ""
    domain: str = ""


@dataclass(frozen=True, slots=True)
class Firm:
    """The company that was meant. `created`: it was not there before."""

    id: int
    public_id: str
    name: str
    created: bool = False


@dataclass(frozen=True, slots=True)
class _Known:
    """A way into a company: `key` is a name key, an alias or a number; `own` the name it stands for."""

    key: str
    id: int
    public_id: str
    name: str
    own: str
    number: str
    way: str


@dataclass(frozen=True, slots=True)
class _New:
    public_id: str
    name: str
    name_key: str
    near_key: str
    domain: str
    number: str


def firms(stated: Sequence[Stated], *, now: datetime) -> list[Firm]:
    """The company of each, in order; missing ones are made, and looked at for doubles. At most four statements."""
    keys = [company_key(one.name) for one in stated]
    book = _book(keys, [one.number for one in stated])
    made: dict[str, _New] = {}
    chosen = [_choose(one, key, book) or _plan(one, key, book, made) for one, key in zip(stated, keys, strict=True)]
    fresh = _make(list(made.values()), now=now) if made else {}
    return [_firm(known, fresh) for known in chosen]


def find_firms(names: Sequence[str]) -> list[Firm | None]:
    """Like `firms`, and nothing is made."""
    keys = [company_key(name) for name in names]
    book = _book(keys, [])
    found = [_choose(Stated(name), key, book) for name, key in zip(names, keys, strict=True)]
    return [Firm(known.id, known.public_id, known.name) if known else None for known in found]


_Book = dict[str, list[_Known]]


def _book(keys: Sequence[str], numbers: Sequence[str]) -> _Book:
    stated = [number for number in numbers if number]
    marks = [*FAMILIES, *stated]
    wanted = set(keys) | {stored_key(key, mark) for key in keys for mark in marks}
    book: _Book = defaultdict(list)
    if wanted:
        for known in sql.typed(KNOWN, _Known, keys=sorted(wanted), numbers=sorted(set(stated))):
            book[known.key].append(known)
    return book


# A company that stands aside is answered for by the one it was joined into. In two steps, each by an index: of a new
# workspace the planner thinks that it has no companies, and in one step would read all of them for every one.
KNOWN = """
    WITH way AS MATERIALIZED (
        SELECT company.name_key AS key, coalesce(company.merged_into_id, company.id) AS id, company.name AS own,
               'name' AS way
          FROM leads_company AS company
         WHERE company.tenant_id = %(tenant_id)s AND company.name_key = ANY (%(keys)s::text[])
         UNION ALL
        SELECT alias.key, alias.company_id, alias.text, 'alias'
          FROM leads_companyalias AS alias
         WHERE alias.tenant_id = %(tenant_id)s AND alias.kind = 'name' AND alias.key = ANY (%(keys)s::text[])
         UNION ALL
        SELECT company.corporate_number, coalesce(company.merged_into_id, company.id), company.name, 'number'
          FROM leads_company AS company
         WHERE company.tenant_id = %(tenant_id)s AND company.corporate_number <> ''
           AND company.corporate_number = ANY (%(numbers)s::text[])
    ), firm AS MATERIALIZED (
        SELECT id, public_id, name, corporate_number AS number FROM leads_company
         WHERE tenant_id = %(tenant_id)s AND id = ANY (ARRAY(SELECT id FROM way))
    )
    SELECT way.key, firm.id, firm.public_id, firm.name, way.own, firm.number, way.way
      FROM way JOIN firm ON firm.id = way.id
     ORDER BY firm.id
"""


def _choose(one: Stated, key: str, book: _Book) -> _Known | None:
    """By number, else by name where neither number nor legal form speaks against it; the same form first."""
    if one.number and book.get(one.number):
        return book[one.number][0]
    family = family_of(one.name)
    places = [key, stored_key(key, one.number) if one.number else "", *(stored_key(key, mark) for mark in FAMILIES)]
    found = [known for place in places for known in book.get(place, ()) if _fits(known, family, one.number)]
    found.sort(key=lambda known: family_of(known.own) != family)
    return found[0] if found else None


def _fits(known: _Known, family: str, number: str) -> bool:
    if number and known.number and number != known.number:
        return False
    return known.way == "alias" or not family or family_of(known.own) in ("", family)


def _plan(one: Stated, key: str, book: _Book, made: dict[str, _New]) -> _Known:
    family = family_of(one.name)
    free = [key, *(stored_key(key, mark) for mark in (family, one.number) if mark)]
    place = next((name for name in free if not book.get(name)), stored_key(key, ids.new("firm")))
    domain = "" if is_shared_domain(one.domain) else one.domain
    new = made[place] = _New(ids.new("comp"), one.name, place, near_key(one.name), domain, one.number)
    known = _Known(place, 0, new.public_id, one.name, one.name, one.number, "name")
    book[place].append(known)
    if one.number:
        book[one.number].append(known)
    return known


def _make(new: Sequence[_New], *, now: datetime) -> dict[str, Firm]:
    """By stored key: those made, or those somebody else made meanwhile."""
    rows = sorted(new, key=lambda company: company.name_key)
    columns: dict[str, Any] = sets.columns(rows)  # Any: one list per column
    sql.run(MAKE, now=now, **columns)
    found = sql.run(MADE, keys=columns["name_key"]).rows
    mine = {company.public_id for company in rows}
    made = {key: Firm(pk, public_id, name, public_id in mine) for key, pk, public_id, name in found}
    suggest_twins([firm.id for firm in made.values() if firm.created], now=now)
    return made


MAKE = """
    INSERT INTO leads_company
           (tenant_id, public_id, name, name_key, near_key, domain, corporate_number, industry, prefecture,
            created_at, updated_at)
    SELECT %(tenant_id)s, wanted.public_id, wanted.name, wanted.name_key, wanted.near_key, wanted.domain,
           wanted.number, '', '', %(now)s, %(now)s
      FROM unnest(%(public_id)s::text[], %(name)s::text[], %(name_key)s::text[], %(near_key)s::text[],
                  %(domain)s::text[], %(number)s::text[])
               AS wanted(public_id, name, name_key, near_key, domain, number)
     ORDER BY wanted.name_key
        ON CONFLICT (tenant_id, name_key) DO NOTHING
"""
MADE = """
    SELECT company.name_key, firm.id, firm.public_id, firm.name
      FROM leads_company AS company
      JOIN leads_company AS firm
        ON firm.tenant_id = (SELECT %(tenant_id)s::bigint) AND firm.id = coalesce(company.merged_into_id, company.id)
     WHERE company.tenant_id = (SELECT %(tenant_id)s::bigint) AND company.name_key = ANY (%(keys)s::text[])
"""


def _firm(known: _Known, fresh: dict[str, Firm]) -> Firm:
    return Firm(known.id, known.public_id, known.name) if known.id else fresh[known.key]


def found_companies(entries: Sequence[Entry], *, now: datetime) -> dict[str, Firm]:
    """Each stated company name → its company; missing ones are made with a mail domain of their own."""
    stated: dict[str, Stated] = {}
    for entry in entries:
        if entry.company:
            domain = str(entry.values.get("email_domain") or "") if entry.values.get("email_kind") != "free" else ""
            stated.setdefault(entry.company, Stated(entry.company, domain=domain))
    if not stated:
        return {}
    return dict(zip(stated, firms(list(stated.values()), now=now), strict=True))


def companies_of_domains(entries: Sequence[Entry]) -> dict[str, tuple[int, str]]:
    """Mail domain → (id, name) where exactly one company owns it. Shared domains never join anybody."""
    return sole_owners({str(entry.values.get("email_domain") or "") for entry in entries if entry.company is None})


def sole_owners(domains: Collection[str]) -> dict[str, tuple[int, str]]:
    """The same of domains."""
    own = sorted(domain for domain in domains if domain and not is_shared_domain(domain))
    if not own:
        return {}
    return {domain: (pk, name) for domain, pk, name in sql.run(OWNERS_OF_DOMAINS, domains=own).rows}


OWNERS_OF_DOMAINS = """
    SELECT owned.domain, min(firm.id), min(firm.name)
      FROM (SELECT company.domain, coalesce(company.merged_into_id, company.id) AS id FROM leads_company AS company
             WHERE company.tenant_id = %(tenant_id)s AND company.domain = ANY (%(domains)s::text[])
             UNION
            SELECT alias.key, alias.company_id FROM leads_companyalias AS alias
             WHERE alias.tenant_id = %(tenant_id)s AND alias.kind = 'domain'
               AND alias.key = ANY (%(domains)s::text[])) AS owned
      JOIN leads_company AS firm ON firm.tenant_id = %(tenant_id)s AND firm.id = owned.id
     GROUP BY owned.domain
    HAVING count(DISTINCT firm.id) = 1
"""
