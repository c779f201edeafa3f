"""Companies found or made for people: by folded name, or by a mail domain that is theirs alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from leads.entry import Entry
from leads.models import Company, Lead
from leads.names import company_key
from ma_platform import audit, ids
from ma_platform.db import sets, sql
from ma_platform.tenancy.models import ApiKey, User
from tracking.actions import NewFact, record_many
from tracking.catalogue import Event


@dataclass(frozen=True, slots=True)
class _Wanted:
    public_id: str
    name: str
    name_key: str
    domain: str


def found_companies(entries: Sequence[Entry], *, now: object) -> dict[str, tuple[int, str]]:
    """Each stated company name → (id, name) of the one company with that name key; missing ones are made."""
    keys = {entry.company: company_key(entry.company) for entry in entries if entry.company}
    if not keys:
        return {}
    wanted: dict[str, _Wanted] = {}
    for entry in entries:
        if entry.company:
            domain = str(entry.values.get("email_domain") or "") if entry.values.get("email_kind") != "free" else ""
            key = keys[entry.company]
            wanted.setdefault(key, _Wanted(ids.new("comp"), entry.company, key, domain))
    rows = sorted(wanted.values(), key=lambda company: company.name_key)
    columns: dict[str, Any] = sets.columns(rows)
    sql.run(MAKE_COMPANIES, now=now, **columns)
    present = Company.objects.filter(name_key__in=list(wanted)).values_list("name_key", "id", "name")
    by_key = {key: (pk, name) for key, pk, name in present}
    return {name: by_key[key] for name, key in keys.items()}


MAKE_COMPANIES = """
    INSERT INTO leads_company
           (tenant_id, public_id, name, name_key, domain, industry, prefecture, created_at, updated_at)
    SELECT %(tenant_id)s, wanted.public_id, wanted.name, wanted.name_key, wanted.domain, '', '', %(now)s, %(now)s
      FROM unnest(%(public_id)s::text[], %(name)s::text[], %(name_key)s::text[], %(domain)s::text[])
               AS wanted(public_id, name, name_key, domain)
        ON CONFLICT (tenant_id, name_key) DO NOTHING
"""


def companies_of_domains(entries: Sequence[Entry]) -> dict[str, tuple[int, str]]:
    """Mail domain → (id, name) where exactly one company owns it. Free-mail domains never join anybody."""
    domains = {
        str(entry.values["email_domain"])
        for entry in entries
        if entry.company is None and entry.values.get("email_domain") and entry.values["email_kind"] != "free"
    }
    if not domains:
        return {}
    rows = sql.run(OWNERS_OF_DOMAINS, domains=sorted(domains)).rows
    return {domain: (pk, name) for domain, pk, name in rows}


OWNERS_OF_DOMAINS = """
    SELECT company.domain, min(company.id), min(company.name)
      FROM leads_company AS company
     WHERE company.tenant_id = %(tenant_id)s AND company.domain = ANY(%(domains)s::text[])
     GROUP BY company.domain
    HAVING count(*) = 1
"""

COMPANY_FIELDS = ("name", "domain", "industry", "employees", "prefecture")


def edit_company(
    company: Company, values: Mapping[str, object], *, by: User | ApiKey | None, now: datetime
) -> tuple[str, ...]:
    """Set the given fields of COMPANY_FIELDS; returns those that changed. Renaming changes the key it is found by.

    Its people are said to have changed, so that what depends on the company is judged again.
    Raises django.db.IntegrityError when another company already has that name.
    """
    given = {name: values[name] for name in COMPANY_FIELDS if name in values}
    changes = {name: value for name, value in given.items() if value != getattr(company, name)}
    changed = tuple(changes)
    if not changed:
        return ()
    if "name" in changes:
        changes["name_key"] = company_key(str(changes["name"]))
    Company.objects.filter(pk=company.pk).update(**changes, updated_at=now)
    _say_changed([company.pk], now=now, fields=changed)
    audit.record(by, "company.edited", company.public_id, at=now, fields=list(changed))
    return changed


def upsert_companies(rows: Sequence[Mapping[str, object]], *, now: datetime) -> list[tuple[str, bool]]:
    """Companies by name key, facts overwritten where given; returns (public id, created) per row, in order.

    Each row has `name` and any of the other COMPANY_FIELDS.
    """
    lines = [
        {
            "public_id": ids.new("comp"),
            "name_key": company_key(str(row["name"])),
            **{key: row.get(key) for key in COMPANY_FIELDS},
        }
        for row in rows
    ]
    unique = list({line["name_key"]: line for line in lines}.values())
    found = sql.run(UPSERT_COMPANIES, now=now, rows=orjson.dumps(unique).decode()).rows
    by_key = {name_key: (public_id, created) for name_key, public_id, created, _pk, _changed in found}
    _say_changed([pk for *_known, pk, changed in found if changed], now=now)
    return [by_key[str(line["name_key"])] for line in lines]


def _say_changed(company_ids: Sequence[int], *, now: datetime, fields: Sequence[str] = ()) -> None:
    people = Lead.objects.filter(company_id__in=company_ids).order_by("pk").values_list("pk", flat=True)
    props = {"source": "company", "fields": [f"company.{name}" for name in fields] or ["company"]}
    record_many([NewFact(Event.LEAD_UPDATED, lead=pk, at=now, props=dict(props)) for pk in people])


# A company that only lends its name changes nothing for its people.
UPSERT_COMPANIES = """
    INSERT INTO leads_company AS company
           (tenant_id, public_id, name, name_key, domain, industry, employees, prefecture, created_at, updated_at)
    SELECT %(tenant_id)s, stated.public_id, stated.name, stated.name_key, coalesce(stated.domain, ''),
           coalesce(stated.industry, ''), stated.employees, coalesce(stated.prefecture, ''), %(now)s, %(now)s
      FROM jsonb_to_recordset(%(rows)s::jsonb) AS stated(public_id text, name text, name_key text, domain text,
               industry text, employees int, prefecture text)
     ORDER BY stated.name_key
        ON CONFLICT (tenant_id, name_key) DO UPDATE
       SET domain = coalesce(nullif(excluded.domain, ''), company.domain),
           industry = coalesce(nullif(excluded.industry, ''), company.industry),
           employees = coalesce(excluded.employees, company.employees),
           prefecture = coalesce(nullif(excluded.prefecture, ''), company.prefecture),
           updated_at = %(now)s
    RETURNING company.name_key, company.public_id, (old.id IS NULL) AS created, company.id,
              (old.id IS NOT NULL AND (old.domain, old.industry, old.employees, old.prefecture)
                  IS DISTINCT FROM (new.domain, new.industry, new.employees, new.prefecture)) AS changed
"""
