"""Companies that go: those nothing belongs to, and those a member deletes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from psycopg2.sql import SQL, Identifier

from leads.actions.companies import Actor, say_updated
from leads.actions.company_finding import Firm
from leads.actions.company_joins import pointing
from leads.models import Company
from ma_platform import audit
from ma_platform.db import sql
from ma_platform.errors import DomainError, NotFound
from ma_platform.tenancy.models import User
from ma_platform.tenancy.reach import everybody


class CompanyExcluded(DomainError):
    """The company is on the exclusion list by a name of its own: without it, the line would leave nobody out."""

    code = "company_excluded"
    status = 409
    message = _(
        "This company is on the exclusion list (%(lines)s). If it were deleted, its people would no longer be left "
        "out. Take it off the list first."
    )


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of a company that was deleted: so many people have none now."""

    people: int


@transaction.atomic
def erase_company(company: Company, *, by: Actor, now: datetime, people: int | None = None) -> Ended:
    """Delete a company with its other names, its joins and those that stand aside for it. One of very many people is
    left by most of them first (`long_work.erase_or_hand_over`); `people`: how many it had then.

    People, deals and subsidiaries stay and have no company; whoever is left is told of by a fact, so that everything
    that asks about their company is judged again. Raises NotFound when it is gone already, CompanyExcluded while
    the exclusion list names it.
    """
    family = going(company)
    with everybody():  # a company is everybody's, whoever may see its people
        left = leave(sql.run(HOLD, ids=family).values(), by=by, now=now)
        sql.run(ERASE, ids=family)
    ended = Ended(len(left) if people is None else people)
    audit.record(by, "company.erased", company.public_id, at=now, name=company.name, people=ended.people)
    return ended


def going(company: Company) -> list[int]:
    """The company, locked, with those that stand aside for it. Raises NotFound and CompanyExcluded."""
    family: list[int] = sql.run(LOCK, company_id=company.pk).values()
    if not family:
        raise NotFound(kind="company")
    if lines := sql.run(LINES, ids=family).values():
        raise CompanyExcluded(lines=", ".join(lines))
    return family


def leave(lead_ids: Sequence[int], *, by: Actor, now: datetime) -> list[int]:
    """These people, who are locked, have no company any more; returns those of them who stand for themselves."""
    source, by_id = ("user", by.pk) if isinstance(by, User) else ("api", None)
    standing: list[int] = sorted(sql.run(LEAVE, ids=list(lead_ids), now=now).values())
    sql.run(NOTE, ids=list(lead_ids), source=source, by_id=by_id, now=now)
    say_updated(standing, {"source": "company", "fields": ["company"]}, now=now)
    return standing


LOCK = """
    SELECT id FROM leads_company
     WHERE tenant_id = %(tenant_id)s AND (id = %(company_id)s OR merged_into_id = %(company_id)s)
     ORDER BY id FOR UPDATE
"""
LINES = """
    SELECT listed.text FROM leads_exclusion AS listed
     WHERE listed.tenant_id = %(tenant_id)s AND listed.kind = 'company'
       AND (EXISTS (SELECT FROM leads_company AS company
                     WHERE company.tenant_id = %(tenant_id)s AND company.id = ANY (%(ids)s::bigint[])
                       AND company.name_key = listed.key)
            OR EXISTS (SELECT FROM leads_companyalias AS alias
                        WHERE alias.tenant_id = %(tenant_id)s AND alias.company_id = ANY (%(ids)s::bigint[])
                          AND alias.kind = 'name' AND alias.key = listed.key))
     ORDER BY listed.id
"""
HOLD = """
    SELECT id FROM leads_lead WHERE tenant_id = %(tenant_id)s AND company_id = ANY (%(ids)s::bigint[])
     ORDER BY id FOR NO KEY UPDATE
"""
LEAVE = """
    WITH left_it AS (
        UPDATE leads_lead SET company_id = NULL, updated_at = %(now)s
         WHERE tenant_id = %(tenant_id)s AND id = ANY (%(ids)s::bigint[])
        RETURNING id, merged_into_id
    )
    SELECT id FROM left_it WHERE merged_into_id IS NULL
"""
NOTE = """
    INSERT INTO leads_fieldhistory (tenant_id, lead_id, field, value, source, at, by_id)
    SELECT %(tenant_id)s, lead_id, 'company', '', %(source)s, %(now)s, %(by_id)s
      FROM unnest(%(ids)s::bigint[]) AS left_alone(lead_id)
"""
# Plain SQL: the database's own keys let go of what points at the row, also in rooms above this one.
ERASE = "DELETE FROM leads_company WHERE tenant_id = %(tenant_id)s AND id = ANY (%(ids)s::bigint[])"


def living(company_ids: Iterable[object]) -> set[int]:
    """Those of these companies that are still there."""
    asked = sorted({one for one in company_ids if isinstance(one, int)})
    return set(Company.objects.filter(pk__in=asked).values_list("pk", flat=True)) if asked else set()


def let_go(made: Mapping[str, Firm], *, stated: Collection[str | None]) -> set[str]:
    """Of companies found or made for a batch ({name: company}), those made for rows that were not taken in the end go,
    unless somebody belongs to them all the same. `stated`: the names of rows that were taken."""
    used = {firm.id for name, firm in made.items() if name in stated}
    unused = {firm.public_id for firm in made.values() if firm.created and firm.id not in used}
    return drop_lonely(sorted(unused), edited=True) if unused else set()


def drop_lonely(public_ids: Sequence[str], *, edited: bool) -> set[str]:
    """Let the ones of these companies go to which nothing belongs; returns them. `edited`: those changed since too."""
    alone = [SQL(ALONE).format(table=Identifier(table), column=Identifier(column)) for table, column in pointing()]
    drop = SQL(DROP).format(alone=SQL(" AND ").join(alone))
    with everybody():  # nobody out of reach loses their company by it
        return set(sql.run(drop, public_ids=list(public_ids), edited=edited).values())


DROP = """
    DELETE FROM leads_company AS company
     WHERE company.tenant_id = %(tenant_id)s AND company.public_id = ANY(%(public_ids)s::text[])
       AND (%(edited)s OR company.updated_at = company.created_at) AND {alone}
    RETURNING public_id
"""
ALONE = """
    NOT EXISTS (SELECT FROM {table} AS row WHERE row.tenant_id = %(tenant_id)s AND row.{column} = company.id)
"""
