"""Two companies made one, and two again: a link, with everything that was handed over remembered by row."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from psycopg2.sql import SQL, Identifier

from leads.actions.companies import CompanyRefused, say_changed, say_updated
from leads.actions.company_past import Moved, differences, remember
from leads.actions.company_twins import suggest_twins
from leads.actions.left_behind import look_at_left
from leads.actions.provenance import Provenance
from leads.models import Company, CompanyJoin
from ma_platform import audit
from ma_platform.db import sql
from ma_platform.tenancy.models import User
from ma_platform.tenancy.reach import everybody

FACTS = ("domain", "industry", "employees", "prefecture", "corporate_number", "parent_id", "attributes")
PEOPLE = "leads_lead.company_id"
_columns: list[tuple[str, str]] = [
    ("leads_lead", "company_id"),
    ("leads_companyalias", "company_id"),
    ("leads_company", "parent_id"),
    ("leads_company", "merged_into_id"),
]


def hands_over(table: str, column: str) -> None:
    """Rows of `table` point at a company by `column`: a join hands them to the one that stays, an undo back."""
    if (table, column) not in _columns:
        _columns.append((table, column))


def pointing() -> tuple[tuple[str, str], ...]:
    """(table, column) of every row that may belong to a company."""
    return tuple(_columns)


@everybody()
@transaction.atomic
def join_companies(keep: Company, drop: Company, *, by: User, now: datetime) -> CompanyJoin:
    """`keep` speaks for both: people, other names, subsidiaries and deals are its own now, its blanks are filled.

    Raises CompanyRefused when they are one already, or one stands aside.
    """
    here = Company.objects.select_for_update().filter(pk__in=[keep.pk, drop.pk]).order_by("pk").in_bulk()
    if keep.pk == drop.pk or len(here) != 2:
        raise CompanyRefused("one_and_the_same")
    keep, drop = here[keep.pk], here[drop.pk]
    if keep.merged_into_id or drop.merged_into_id:
        raise CompanyRefused("stands_aside")
    rows = {f"{table}.{column}": _hand(table, column, keep, drop) for table, column in _columns}
    facts = _fill(keep, drop)
    Company.objects.filter(pk=keep.pk).update(**{name: after for name, (_, after) in facts.items()}, updated_at=now)
    Company.objects.filter(pk=drop.pk).update(merged_into=keep, updated_at=now)
    moved = {"rows": {name: ids for name, ids in rows.items() if ids}, "facts": facts}
    made: CompanyJoin = CompanyJoin.objects.create(keep=keep, drop=drop, moved=moved, at=now, by=by)
    remember({keep.pk: _between(facts, 0, 1)}, Provenance.of(by, at=now, source=f"join:{made.public_id}"))
    _say(rows[PEOPLE], now=now)
    if facts:
        say_changed([keep.pk], now=now, fields=[name.removesuffix("_id") for name in facts])
    suggest_twins([keep.pk], now=now)
    audit.record(by, "company.joined", keep.public_id, at=now, dropped=drop.public_id, people=len(rows[PEOPLE]))
    return made


@everybody()
@transaction.atomic
def undo_join(join: CompanyJoin, *, by: User, now: datetime) -> bool:
    """Two companies again: what was handed over goes back, what is theirs since then stays. False when it was undone.

    Facts filled in go back to what they were, unless somebody changed them since.
    """
    standing = CompanyJoin.objects.select_for_update().filter(pk=join.pk, undone_at=None).first()
    if standing is None:
        return False
    pair = Company.objects.select_for_update().filter(pk__in=[standing.keep_id, standing.drop_id]).order_by("pk")
    here = pair.in_bulk()
    keep, drop = here[standing.keep_id], here[standing.drop_id]
    holder = keep.merged_into_id or keep.pk
    for name, ids in standing.moved["rows"].items():
        _hand_back(*name.split("."), ids=ids, holder=holder, drop=drop.pk)
    look_at_left([holder] if standing.moved["rows"].get(PEOPLE) else [])
    back = _empty(keep, standing.moved["facts"], now)
    remember({keep.pk: _between(back, 1, 0)}, Provenance.of(by, at=now, source=f"undo:join:{standing.public_id}"))
    Company.objects.filter(pk=drop.pk).update(merged_into=None, updated_at=now)
    CompanyJoin.objects.filter(pk=standing.pk).update(undone_at=now, undone_by=by)
    _say(standing.moved["rows"].get(PEOPLE, []), now=now)
    suggest_twins([keep.pk, drop.pk], now=now)
    audit.record(by, "company.parted", keep.public_id, at=now, dropped=drop.public_id)
    return True


def _say(people: list[int], *, now: datetime) -> None:
    say_updated(people, {"source": "company", "fields": ["company"]}, now=now)


def _hand(table: str, column: str, keep: Company, drop: Company) -> list[int]:
    statement = SQL(HAND).format(table=Identifier(table), column=Identifier(column))
    return sorted(sql.run(statement, keep=keep.pk, drop=drop.pk, itself=table == "leads_company").values())


HAND = """
    UPDATE {table} AS row SET {column} = %(keep)s
     WHERE row.tenant_id = %(tenant_id)s AND row.{column} = %(drop)s AND NOT (%(itself)s AND row.id = %(keep)s)
    RETURNING row.id
"""


def _hand_back(table: str, column: str, *, ids: list[int], holder: int, drop: int) -> None:
    statement = SQL(HAND_BACK).format(table=Identifier(table), column=Identifier(column))
    sql.run(statement, ids=ids, holder=holder, drop=drop)


HAND_BACK = """
    UPDATE {table} AS row SET {column} = %(drop)s
     WHERE row.tenant_id = %(tenant_id)s AND row.{column} = %(holder)s AND row.id = ANY (%(ids)s::bigint[])
"""


def _fill(keep: Company, drop: Company) -> dict[str, list[Any]]:  # Any: JSON
    """{field: [before, after]} of what `keep` takes over."""
    after: dict[str, Any] = {
        name: getattr(drop, name)
        for name in FACTS[:-1]
        if getattr(keep, name) in ("", None) and getattr(drop, name) not in ("", None, keep.pk)
    }
    if keep.parent_id == drop.pk:
        after["parent_id"] = drop.parent_id
    attributes = {**drop.attributes, **keep.attributes}
    if attributes != keep.attributes:
        after["attributes"] = attributes
    return {name: [getattr(keep, name), value] for name, value in after.items()}


def _empty(keep: Company, facts: Mapping[str, list[Any]], now: datetime) -> dict[str, list[Any]]:  # Any: JSON
    """Take back what nobody changed since; returns those of `facts`."""
    back = {name: pair for name, pair in facts.items() if getattr(keep, name) == pair[1]}
    Company.objects.filter(pk=keep.pk).update(**{name: before for name, (before, _) in back.items()}, updated_at=now)
    return back


def _between(facts: Mapping[str, list[Any]], of: int, to: int) -> Moved:  # Any: JSON
    return differences(*({name: pair[at] for name, pair in facts.items()} for at in (of, to)))
