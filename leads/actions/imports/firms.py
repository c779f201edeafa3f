"""Files of companies: found by name, their facts merged by the rules of the columns, and put back by undo."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from django.utils.translation import gettext_lazy as _

from leads.actions.companies import upsert_companies
from leads.actions.imports.kinds import (
    CREATED,
    DUPLICATE,
    REJECTED,
    SAME,
    UPDATED,
    Done,
    ImportField,
    ImportKind,
    Kept,
    Order,
    Outcome,
    Row,
    register,
)
from leads.entry import COMPANY_LIMIT, clean_text
from leads.files.words import COMPANIES
from leads.models import Company, Lead
from leads.names import company_key
from ma_platform.db import sql
from ma_platform.tenancy.permissions import Capability
from tracking.actions import NewFact, record_many
from tracking.catalogue import Event

LABELS = {
    "name": _("Company"),
    "domain": _("Company domain"),
    "industry": _("Industry"),
    "employees": _("Employees"),
    "prefecture": _("Company's prefecture"),
}
FACTS = tuple(LABELS)[1:]
Facts = dict[str, Any]  # Any: text, or a number of people
MOST_EMPLOYEES = 10_000_000


def fields() -> list[ImportField]:
    """Fields of a company that a column can fill."""
    words = {target.key: target.words for target in COMPANIES}
    choices = ("overwrite", "fill", "never")
    return [ImportField(key, label, words[key], () if key == "name" else choices) for key, label in LABELS.items()]


def same_company(cells: Mapping[str, str]) -> str:
    return company_key(cells.get("name", ""))


class _Refused(ValueError):
    def __init__(self, **errors: str) -> None:
        super().__init__(errors)
        self.errors = errors


def write(rows: Sequence[Row], order: Order) -> list[Outcome]:
    """Find or make each company and merge its facts; the same company twice is one."""
    stated, outcomes = _read(rows)
    keys = {company_key(facts["name"]) for _row, facts in stated}
    present = _present(Company.objects.filter(name_key__in=keys))
    planned = [(row, facts, *_merge(present, facts, order)) for row, facts in stated]
    changed = [{"name": facts["name"], **moved} for _row, facts, moved, was in planned if moved or was is None]
    subjects = {} if order.dry or not changed else _written(changed, order)
    for row, facts, moved, was in planned:
        key = company_key(facts["name"])
        subject = subjects.get(key) or present[key]["public_id"]
        outcomes.append(_outcome(row, subject, moved, was))
    return sorted(outcomes, key=lambda outcome: outcome.number)


def _written(changed: Sequence[Facts], order: Order) -> dict[str, str]:
    """Public ids by name key."""
    keys = dict.fromkeys(company_key(facts["name"]) for facts in changed)
    made = upsert_companies(_unique(changed), now=order.now)
    return {key: public_id for key, (public_id, _new) in zip(keys, made, strict=True)}


def _unique(changed: Sequence[Facts]) -> list[Facts]:
    """One line per company, later facts over earlier ones."""
    lines: dict[str, Facts] = {}
    for facts in changed:
        key = company_key(facts["name"])
        lines[key] = {**lines.get(key, {}), **facts, "name": lines.get(key, facts)["name"]}
    return list(lines.values())


def _read(rows: Sequence[Row]) -> tuple[list[tuple[Row, Facts]], list[Outcome]]:
    stated, refused = [], []
    for row in rows:
        try:
            stated.append((row, _facts(row.cells)))
        except _Refused as error:
            refused.append(Outcome(row.number, REJECTED, reasons=error.errors))
    return stated, refused


def _facts(cells: Mapping[str, str]) -> Facts:
    texts = {name: clean_text(text) for name, text in cells.items() if name in LABELS}
    if not company_key(texts.get("name", "")):
        raise _Refused(name="name_missing")
    long = [name for name, text in texts.items() if len(text) > COMPANY_LIMIT]
    if long:
        raise _Refused(**dict.fromkeys(long, "too_long"))
    facts: Facts = {name: text for name, text in texts.items() if text}
    if "employees" in facts:
        facts["employees"] = _people_count(facts["employees"])
    if "domain" in facts:
        facts["domain"] = _domain(facts["domain"])
    return facts


def _people_count(text: str) -> int:
    digits = (
        text.translate(str.maketrans("０１２３４５６７８９", "0123456789"))
        .replace(",", "")
        .removesuffix("名")
        .removesuffix("人")
    )
    if not digits.isascii() or not digits.isdigit() or int(digits) > MOST_EMPLOYEES:
        raise _Refused(employees="not_a_number")
    return int(digits)


def _domain(text: str) -> str:
    """The host of a web address without www., or the text as a domain."""
    host = text.casefold().removeprefix("https://").removeprefix("http://").split("/")[0].split(":")[0]
    return host.removeprefix("www.").rpartition("@")[2]


def _present(companies: Any) -> dict[str, Facts]:  # Any: a queryset
    return {line["name_key"]: line for line in companies.values("name_key", "public_id", *FACTS)}


def _merge(present: dict[str, Facts], facts: Facts, order: Order) -> tuple[Facts, Facts | None]:
    """(facts that change, facts as they were; None for a new company); `present` moves along with the file."""
    key = company_key(facts["name"])
    known = present.get(key)
    moved = {
        name: facts[name]
        for name in FACTS
        if name in facts and _may(order.rules.of(name), (known or {}).get(name), facts[name])
    }
    present[key] = {**dict.fromkeys(FACTS, ""), "public_id": "", **(known or {}), **moved}
    return moved, known


def _may(policy: str, old: object, new: object) -> bool:
    if policy == "never" or old == new:
        return False
    return policy == "overwrite" or old in ("", None)


def _outcome(row: Row, subject: str, moved: Facts, was: Facts | None) -> Outcome:
    if was is None or not was["public_id"]:
        outcome, before = CREATED if was is None else SAME, {}
    else:
        outcome = UPDATED if moved else SAME
        before = {name: [was[name], value] for name, value in moved.items()}
    return Outcome(
        row.number,
        DUPLICATE if row.repeated else outcome,
        subject,
        tuple(moved),
        {"values": before} if before else None,
    )


def withdraw(rows: Sequence[Done], order: Order) -> list[Kept]:
    """Facts return where nobody changed them since; companies the file made go while nobody belongs to them."""
    found = {
        line["public_id"]: line
        for line in Company.objects.filter(public_id__in=[done.subject for done in rows]).values(
            "id", "public_id", *FACTS
        )
    }
    kept: list[Kept] = []
    for done in rows:
        if done.subject in found and done.outcome != CREATED:
            kept += _put_back(found[done.subject], done)
    sql.run(RESTORE, rows=orjson.dumps(list(found.values())).decode(), now=order.now)
    made = {done.subject: done for done in rows if done.outcome == CREATED and done.subject in found}
    gone = set(sql.run(DROP, public_ids=list(made), source=order.source).values())
    kept += [Kept(done.number, subject) for subject, done in made.items() if subject not in gone]
    _say_changed([line["id"] for line in found.values()], order)
    return kept


def _put_back(line: Facts, done: Done) -> list[Kept]:
    moved = done.before.get("values", {})
    later = tuple(sorted(name for name, (_old, new) in moved.items() if line[name] != new))
    line.update({name: old for name, (old, _new) in moved.items() if name not in later})
    return [Kept(done.number, done.subject, later)] if later else []


def _say_changed(company_ids: Sequence[int], order: Order) -> None:
    people = Lead.objects.filter(company_id__in=company_ids).order_by("pk").values_list("pk", flat=True)
    props = {"source": f"undo:{order.source}", "fields": ["company"]}
    record_many([NewFact(Event.LEAD_UPDATED, lead=pk, at=order.now, props=dict(props)) for pk in people])


RESTORE = """
    UPDATE leads_company AS company
       SET domain = old.domain, industry = old.industry, employees = old.employees, prefecture = old.prefecture,
           updated_at = %(now)s
      FROM jsonb_to_recordset(%(rows)s::jsonb)
           AS old(id bigint, domain text, industry text, employees int, prefecture text)
     WHERE company.tenant_id = %(tenant_id)s AND company.id = old.id
       AND (company.domain, company.industry, company.employees, company.prefecture)
           IS DISTINCT FROM (old.domain, old.industry, old.employees, old.prefecture)
"""
DROP = """
    DELETE FROM leads_company AS company
     WHERE company.tenant_id = %(tenant_id)s AND company.public_id = ANY(%(public_ids)s::text[])
       AND %(source)s <> ''
       AND NOT EXISTS (SELECT FROM leads_lead AS lead
                        WHERE lead.tenant_id = %(tenant_id)s AND lead.company_id = company.id)
       AND NOT EXISTS (SELECT FROM leads_company AS child
                        WHERE child.tenant_id = %(tenant_id)s AND child.parent_id = company.id)
    RETURNING public_id
"""


register(
    ImportKind(
        key="companies",
        label=_("Companies"),
        capability=Capability.IMPORT_LEADS,
        fields=fields,
        needs=(("name",),),
        same=same_company,
        write=write,
        undo=withdraw,
        order=20,
    )
)
