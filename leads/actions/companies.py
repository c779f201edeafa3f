"""Companies as members and other systems state them: facts, other names, number, parent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import orjson
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from leads.actions.company_finding import Stated, firms
from leads.actions.company_past import differences, remember, remember_made
from leads.actions.company_twins import suggest_twins
from leads.actions.provenance import Provenance
from leads.companies import company_key, is_shared_domain, near_key
from leads.exclusion import ExclusionRefused, exclusion_key
from leads.models import Company, CompanyAlias, Lead
from ma_platform import audit
from ma_platform.db import sql
from ma_platform.errors import DomainError
from ma_platform.tenancy.models import ApiKey, User
from ma_platform.tenancy.reach import everybody
from tracking.actions import NewFact, record_many
from tracking.catalogue import Event

Actor = User | ApiKey | None
COMPANY_FIELDS = ("name", "domain", "industry", "employees", "prefecture", "corporate_number")
SAID_AT_ONCE = 10_000  # people told of in one statement

REASONS = {
    "own_parent": _("A company cannot stand above itself."),
    "blank": _("Please give a name or a mail domain."),
    "invalid_domain": _("This is not a mail domain. Example: example.co.jp"),
    "shared_domain": _("Strangers share this mail domain, so it names no company."),
    "belongs_to_another_company": _("Another company is already known by this. Join the two if they are one."),
    "one_and_the_same": _("This is one and the same company."),
    "stands_aside": _("This company has been joined into another one."),
}


class CompanyRefused(DomainError):
    """What was asked of a company cannot be; `reason` is a key of REASONS."""

    code = "company_refused"
    message = _("This cannot be done with the company.")

    def __init__(self, reason: str) -> None:
        super().__init__(reason=reason)
        self.reason = reason
        self.said = REASONS[reason]


class CompanyKnown(DomainError):
    """The company is there already; `found` is the one."""

    code = "company_known"
    message = _("This company is known already.")

    def __init__(self, found: Company) -> None:
        super().__init__(company=found.public_id)
        self.found = found


@transaction.atomic
def create_company(values: Mapping[str, object], *, by: Actor, now: datetime) -> Company:
    """Add a company: COMPANY_FIELDS, of which the name is needed, and `parent`. Raises CompanyKnown, CompanyRefused."""
    (firm,) = firms([_stated(values)], now=now)
    company: Company = Company.objects.get(pk=firm.id)
    if not firm.created:
        raise CompanyKnown(company)
    origin = Provenance.of(by, at=now)
    remember_made([firm.id], origin)
    _change(company, values, origin)
    audit.record(by, "company.created", company.public_id, at=now)
    company.refresh_from_db()
    return company


@everybody()
def edit_company(company: Company, values: Mapping[str, object], *, by: Actor, now: datetime) -> tuple[str, ...]:
    """Set the given ones of COMPANY_FIELDS and `parent` (a Company or None); returns those that changed.

    Its people are said to have changed, so that what depends on the company is judged again. Raises CompanyRefused,
    and django.db.IntegrityError when another company already has that name.
    """
    changed = _change(company, values, Provenance.of(by, at=now))
    if changed:
        audit.record(by, "company.edited", company.public_id, at=now, fields=list(changed))
    return changed


def _change(company: Company, values: Mapping[str, object], origin: Provenance) -> tuple[str, ...]:
    given = {name: values[name] for name in COMPANY_FIELDS if name in values}
    changes = {name: value for name, value in given.items() if value != getattr(company, name)}
    if "parent" in values and _parent_id(company, values["parent"]) != company.parent_id:
        changes["parent_id"] = _parent_id(company, values["parent"])
    changed = tuple("parent" if name == "parent_id" else name for name in changes)
    if not changed:
        return ()
    now, keys = origin.at, _keys(company, str(changes["name"])) if "name" in changes else {}
    moved = differences({name: getattr(company, name) for name in changes}, changes)
    Company.objects.filter(pk=company.pk).update(**changes, **keys, updated_at=now)
    remember({company.pk: moved}, origin)
    if {"name", "domain", "corporate_number"} & set(changed):
        suggest_twins([company.pk], now=now)
    say_changed([company.pk], now=now, fields=changed)
    return changed


def _keys(company: Company, name: str) -> dict[str, object]:
    key, mark = company_key(name), company.name_key.partition("#")[1:]
    same = company.name_key.partition("#")[0] == key
    return {"name_key": key + "".join(mark) if same else key, "near_key": near_key(name)}


def _parent_id(company: Company, parent: object) -> int | None:
    if parent is None:
        return None
    assert isinstance(parent, Company)
    above = sql.run(ABOVE, company_id=parent.pk).values()
    if company.pk in above:
        raise CompanyRefused("own_parent")
    found: int = parent.pk
    return found


ABOVE = """
    WITH RECURSIVE above AS (
        SELECT company.id, company.parent_id FROM leads_company AS company
         WHERE company.tenant_id = %(tenant_id)s AND company.id = %(company_id)s
         UNION
        SELECT company.id, company.parent_id FROM above
          JOIN leads_company AS company ON company.tenant_id = %(tenant_id)s AND company.id = above.parent_id
    )
    SELECT id FROM above
"""


@everybody()
def add_alias(company: Company, kind: str, text: str, *, by: Actor, now: datetime) -> CompanyAlias:
    """Another name or mail domain of the company; from now on it finds this one. Raises CompanyRefused."""
    key = _alias_key(kind, text)
    taken = Company.objects.filter(name_key=key) if kind == CompanyAlias.Kind.NAME else Company.objects.none()
    if taken.exclude(pk=company.pk).exclude(merged_into=company).exists():
        raise CompanyRefused("belongs_to_another_company")
    try:
        with transaction.atomic():
            made: CompanyAlias = CompanyAlias.objects.create(
                company=company, kind=kind, text=text.strip()[:200], key=key, source="user", added_at=now
            )
    except IntegrityError as twice:
        raise CompanyRefused("belongs_to_another_company") from twice
    suggest_twins([company.pk], now=now)
    say_changed([company.pk], now=now)
    audit.record(by, "company.alias_added", company.public_id, at=now, text=made.text)
    return made


def _alias_key(kind: str, text: str) -> str:
    try:
        key = exclusion_key("domain" if kind == CompanyAlias.Kind.DOMAIN else "company", text)
    except ExclusionRefused as refused:
        raise CompanyRefused(refused.code) from refused
    if kind == CompanyAlias.Kind.DOMAIN and is_shared_domain(key):
        raise CompanyRefused("shared_domain")
    return key


@everybody()
def remove_alias(company: Company, alias_id: int, *, by: Actor, now: datetime) -> bool:
    """It is not called so any more; False when it was not."""
    found = CompanyAlias.objects.filter(company=company, pk=alias_id).first()
    if found is None:
        return False
    found.delete()
    say_changed([company.pk], now=now)
    audit.record(by, "company.alias_removed", company.public_id, at=now, text=found.text)
    return True


def upsert_companies(
    rows: Sequence[Mapping[str, object]], *, now: datetime, by: Actor = None, source: str = ""
) -> list[tuple[str, bool]]:
    """Companies found by number or name, facts overwritten where given; returns (public id, created) per row, in order.

    Each row has `name` and any of the other COMPANY_FIELDS. `source`: kept beside every value; "" goes by who does it.
    """
    origin = Provenance.of(by, at=now, source=source)
    found = firms([_stated(row) for row in rows], now=now) if rows else []
    lines: dict[int, dict[str, object]] = {}
    for row, firm in zip(rows, found, strict=True):
        facts = {name: row[name] for name in COMPANY_FIELDS[1:] if row.get(name) not in (None, "")}
        lines[firm.id] = {**lines.get(firm.id, {}), **facts}
    remember_made([firm.id for firm in found if firm.created], origin)
    state_facts(lines, origin)
    return [(firm.public_id, firm.created) for firm in found]


def state_facts(lines: Mapping[int, Mapping[str, object]], origin: Provenance) -> list[int]:
    """Set what is given of each company, {primary key: {COMPANY_FIELDS but the name, attributes}}; returns whose
    changed. Values are remembered, doubles are looked for, and their people are said to have changed.
    """
    now, rows = origin.at, orjson.dumps([{"id": pk, **facts} for pk, facts in lines.items()]).decode()
    found = sql.run(STATE_FACTS, now=now, rows=rows).rows if lines else []
    changed = [pk for pk, _before, _after in found]
    remember({pk: differences(orjson.loads(before), orjson.loads(after)) for pk, before, after in found}, origin)
    suggest_twins([pk for pk in changed if {"domain", "corporate_number"} & lines[pk].keys()], now=now)
    say_changed(changed, now=now)
    return changed


def _stated(row: Mapping[str, object]) -> Stated:
    return Stated(str(row["name"]), str(row.get("corporate_number") or ""), str(row.get("domain") or ""))


# A company that only lends its name changes nothing for its people.
STATE_FACTS = """
    UPDATE leads_company AS company
       SET domain = coalesce(stated.domain, company.domain), industry = coalesce(stated.industry, company.industry),
           employees = coalesce(stated.employees, company.employees),
           prefecture = coalesce(stated.prefecture, company.prefecture),
           corporate_number = coalesce(stated.corporate_number, company.corporate_number),
           attributes = coalesce(stated.attributes, company.attributes), updated_at = %(now)s
      FROM jsonb_to_recordset(%(rows)s::jsonb) AS stated(id bigint, domain text, industry text, employees int,
               prefecture text, corporate_number text, attributes jsonb)
     WHERE company.tenant_id = %(tenant_id)s AND company.id = stated.id
       AND (company.domain, company.industry, company.employees, company.prefecture, company.corporate_number,
            company.attributes)
           IS DISTINCT FROM (coalesce(stated.domain, company.domain), coalesce(stated.industry, company.industry),
                             coalesce(stated.employees, company.employees),
                             coalesce(stated.prefecture, company.prefecture),
                             coalesce(stated.corporate_number, company.corporate_number),
                             coalesce(stated.attributes, company.attributes))
    RETURNING WITH (OLD AS before, NEW AS after) after.id,
              json_build_object('domain', before.domain, 'industry', before.industry, 'employees', before.employees,
                                'prefecture', before.prefecture, 'corporate_number', before.corporate_number,
                                'attributes', before.attributes)::text,
              json_build_object('domain', after.domain, 'industry', after.industry, 'employees', after.employees,
                                'prefecture', after.prefecture, 'corporate_number', after.corporate_number,
                                'attributes', after.attributes)::text
"""


@everybody()
def say_changed(company_ids: Sequence[int], *, now: datetime, fields: Sequence[str] = ()) -> None:
    """Record that the people of these companies changed by them; `fields` are the company's."""
    if not company_ids:
        return
    people = Lead.objects.filter(company_id__in=company_ids, merged_into=None).order_by("pk")
    props = {"source": "company", "fields": [f"company.{name}" for name in fields] or ["company"]}
    say_updated(list(people.values_list("pk", flat=True)), props, now=now)


def say_updated(lead_ids: Sequence[int], props: Mapping[str, object], *, now: datetime) -> None:
    """One LEAD_UPDATED each, in large sets."""
    for start in range(0, len(lead_ids), SAID_AT_ONCE):
        some = lead_ids[start : start + SAID_AT_ONCE]
        record_many([NewFact(Event.LEAD_UPDATED, lead=pk, at=now, props=dict(props)) for pk in some])
