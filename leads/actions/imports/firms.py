"""Files of companies: found by number, name or alias as people's companies are, and put back by undo."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import orjson
from django.utils.translation import gettext_lazy as _

from leads.actions.companies import state_facts
from leads.actions.company_ends import drop_lonely
from leads.actions.company_finding import Firm, Stated, firms
from leads.actions.company_past import differences, remember, remember_made
from leads.actions.company_twins import suggest_twins
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
from leads.actions.provenance import Provenance
from leads.attributes import PREFIX, Definition, joined, read_stated, values_of
from leads.companies import read_number
from leads.entry import COMPANY_LIMIT, clean_text
from leads.files.words import COMPANIES
from leads.models import Company, CompanyHistory, Lead
from leads.names import company_key
from leads.queries.attributes import definitions
from leads.queries.transfers import linked_companies
from ma_platform.db import sql
from ma_platform.tenancy.permissions import Capability
from tracking.actions import NewFact, record_many
from tracking.catalogue import Event

LABELS = {
    "name": _("Company"),
    "corporate_number": _("Corporate number"),
    "domain": _("Company domain"),
    "industry": _("Industry"),
    "employees": _("Employees"),
    "prefecture": _("Company's prefecture"),
}
FACTS = tuple(LABELS)[1:]
FIXED = ("name", "corporate_number")  # by these a company is found; a number that is known is never another one
Facts = dict[str, Any]  # Any: text, a number of people, or the value of an own field
MOST_EMPLOYEES = 10_000_000


@dataclass(slots=True)
class _Known:
    """A company a file speaks of, as it is and moves along with the file. `fresh`: the file made it."""

    id: int
    facts: Facts
    fresh: bool


def fields() -> list[ImportField]:
    """Fields of a company that a column can fill."""
    words = {target.key: target.words for target in COMPANIES}
    choices = ("overwrite", "fill", "never")
    plain = [ImportField(key, label, words[key], () if key in FIXED else choices) for key, label in LABELS.items()]
    own = definitions("company", archived=False).values()
    return [*plain, *(ImportField(one.name, one.label, (one.name,), _policies(one, choices)) for one in own)]


def _policies(one: Definition, choices: tuple[str, ...]) -> tuple[str, ...]:
    return (*choices, "append") if one.kind == "multi_choice" else choices


def same_company(cells: Mapping[str, str]) -> str:
    """By what two rows of a file are about one company: the number, else the name."""
    with suppress(ValueError):
        return f"number:{read_number(cells.get('corporate_number', ''))}"
    return company_key(cells.get("name", ""))


class _Refused(ValueError):
    def __init__(self, **errors: str) -> None:
        super().__init__(errors)
        self.errors = errors


def write(rows: Sequence[Row], order: Order) -> list[Outcome]:
    """Find or make each company and merge its facts; the same company twice is one. A dry run is rolled back."""
    stated, outcomes = _read(rows)
    found = firms([_identity(facts, order) for _row, facts in stated], now=order.now)
    known = _known(found)
    were = {pk: dict(company.facts) for pk, company in known.items()}
    moves = [_merge(known[firm.id], facts, order) for (_row, facts), firm in zip(stated, found, strict=True)]
    lines: dict[int, Facts] = {}
    for (row, _facts), firm, change in zip(stated, found, moves, strict=True):
        company, was = known[firm.id], were[firm.id]
        # What several rows change to and fro ends as it was: then nothing happened to it.
        moved = {name: pair for name, pair in change.items() if company.facts[name] != was.get(name)}
        lines[firm.id] = {**lines.get(firm.id, {}), **{name: new for name, (_old, new) in moved.items()}}
        outcomes.append(_outcome(row, firm, moved, fresh=company.fresh))
        company.fresh = False
    if not order.dry:
        origin = Provenance.of(order.by, at=order.now, source=order.source)
        remember_made([firm.id for firm in found if firm.created], origin)
        state_facts(_as_columns(lines, known), origin)
    return sorted(outcomes, key=lambda outcome: outcome.number)


def _identity(facts: Facts, order: Order) -> Stated:
    domain = "" if order.rules.of("domain") == "never" else facts.get("domain", "")
    return Stated(facts["name"], facts.get("corporate_number", ""), domain)


def _known(found: Sequence[Firm]) -> dict[int, _Known]:
    made = {firm.id for firm in found if firm.created}
    held = Company.objects.filter(pk__in={firm.id for firm in found}).order_by("pk").select_for_update(no_key=True)
    return {
        line["id"]: _Known(line["id"], _flat(line), line["id"] in made)
        for line in held.values("id", "attributes", *FACTS)
    }


def _flat(line: Facts) -> Facts:
    return {**{name: line[name] for name in FACTS}, **values_of(line["attributes"])}


def _as_columns(lines: Mapping[int, Facts], known: Mapping[int, _Known]) -> dict[int, Facts]:
    """What moved, by column: own fields together."""
    columns: dict[int, Facts] = {}
    for pk, moved in lines.items():
        if moved:
            columns[pk] = {name: value for name, value in moved.items() if not name.startswith(PREFIX)}
            if len(columns[pk]) < len(moved):
                columns[pk]["attributes"] = _own(known[pk].facts)
    return columns


def _own(facts: Facts) -> Facts:
    own = {name.removeprefix(PREFIX): value for name, value in facts.items() if name.startswith(PREFIX)}
    return {key: value for key, value in own.items() if value is not None}


def _read(rows: Sequence[Row]) -> tuple[list[tuple[Row, Facts]], list[Outcome]]:
    keys = {key.removeprefix(PREFIX) for row in rows for key in row.cells if key.startswith(PREFIX)}
    own = definitions("company", keys=keys) if keys else {}
    stated, refused = [], []
    for row in rows:
        try:
            stated.append((row, {**_facts(row.cells), **_stated_own(row.cells, own)}))
        except _Refused as error:
            refused.append(Outcome(row.number, REJECTED, reasons=error.errors))
    return stated, refused


def _stated_own(cells: Mapping[str, str], own: Mapping[str, Definition]) -> Facts:
    said = {key.removeprefix(PREFIX): text for key, text in cells.items() if key.startswith(PREFIX) and text}
    values, errors = read_stated(own, said)
    if errors:
        raise _Refused(**errors)
    return dict(values)


def _facts(cells: Mapping[str, str]) -> Facts:
    texts = {name: clean_text(text) for name, text in cells.items() if name in LABELS}
    if not company_key(texts.get("name", "")):
        raise _Refused(name="name_missing")
    long = [name for name, text in texts.items() if len(text) > COMPANY_LIMIT]
    if long:
        raise _Refused(**dict.fromkeys(long, "too_long"))
    facts: Facts = {name: text for name, text in texts.items() if text}
    for name, read in (("employees", _people_count), ("domain", _domain), ("corporate_number", _number)):
        if name in facts:
            facts[name] = read(facts[name])
    return facts


def _number(text: str) -> str:
    try:
        return read_number(text)
    except ValueError:
        raise _Refused(corporate_number="not_a_corporate_number") from None


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


def _merge(company: _Known, facts: Facts, order: Order) -> dict[str, list[Any]]:  # Any: as Facts
    """{field: [before, after]} of what the row changes; the company moves along."""
    moved: dict[str, list[Any]] = {}
    for name, said in facts.items():
        if name == "name":
            continue
        old, policy = company.facts.get(name), "fill" if name in FIXED else order.rules.of(name)
        new = joined(old, said) if policy == "append" and isinstance(old, list) else said
        if policy != "never" and old != new and (policy in ("overwrite", "append") or old in ("", None)):
            moved[name] = [old, new]
            company.facts[name] = new
    return moved


def _outcome(row: Row, firm: Firm, moved: dict[str, list[Any]], *, fresh: bool) -> Outcome:
    outcome = CREATED if fresh else DUPLICATE if row.repeated else UPDATED if moved else SAME
    return Outcome(
        row.number,
        outcome,
        firm.public_id,
        tuple(moved),
        {"values": moved} if moved and not fresh else None,
    )


def withdraw(rows: Sequence[Done], order: Order) -> list[Kept]:
    """Facts return where nobody changed them since; companies the file made go while nothing belongs to them and nobody
    else has said anything about them.
    """
    subjects = [done.subject for done in rows]
    columns = ("id", "public_id", "attributes", *FACTS)
    held = Company.objects.filter(public_id__in=subjects).order_by("pk").select_for_update(no_key=True)
    found = {line["public_id"]: line for line in held.values(*columns)}
    flat = {subject: _flat(line) for subject, line in found.items()}
    kept: list[Kept] = []
    for done in rows:
        if done.subject in found and done.outcome != CREATED:
            kept += _put_back(flat[done.subject], done)
    changed = _restore({found[subject]["id"]: (found[subject], facts) for subject, facts in flat.items()}, order)
    made = {done.subject: done for done in rows if done.outcome == CREATED and done.subject in found}
    gone = drop_lonely(sorted(made.keys() - _edited(made, order)), edited=True)
    kept += [Kept(done.number, subject) for subject, done in made.items() if subject not in gone]
    suggest_twins(changed, now=order.now)
    _say_changed(changed, order)
    return kept


def _edited(public_ids: Collection[str], order: Order) -> set[str]:
    """Those of which something other than the file has said a fact; files taken back have said nothing."""
    said = CompanyHistory.objects.filter(company__public_id__in=public_ids).exclude(source=order.source)
    pairs = set(said.values_list("company__public_id", "source").distinct())
    return {one for one, source in pairs if not source.startswith("undo:") and (one, f"undo:{source}") not in pairs}


def _restore(companies: Mapping[int, tuple[Facts, Facts]], order: Order) -> list[int]:
    """Write {primary key: (the row as it is, its facts as they are to be)}; returns whose changed."""
    after = {
        pk: {"attributes": _own(facts), **{name: facts[name] for name in FACTS}}
        for pk, (_row, facts) in companies.items()
    }
    rows = orjson.dumps([{"id": pk, **line} for pk, line in after.items()]).decode()
    changed: list[int] = sql.run(RESTORE, rows=rows, now=order.now).values()
    origin = Provenance.of(order.by, at=order.now, source=f"undo:{order.source}")
    remember({pk: differences(companies[pk][0], after[pk]) for pk in changed}, origin)
    return changed


def _put_back(facts: Facts, done: Done) -> list[Kept]:
    moved = done.before.get("values", {})
    later = tuple(sorted(name for name, (_old, new) in moved.items() if facts.get(name) != new))
    facts.update({name: old for name, (old, _new) in moved.items() if name not in later})
    return [Kept(done.number, done.subject, later)] if later else []


def _say_changed(company_ids: Sequence[int], order: Order) -> None:
    people = Lead.objects.filter(company_id__in=company_ids).order_by("pk").values_list("pk", flat=True)
    props = {"source": f"undo:{order.source}", "fields": ["company"]}
    record_many([NewFact(Event.LEAD_UPDATED, lead=pk, at=order.now, props=dict(props)) for pk in people])


RESTORE = """
    UPDATE leads_company AS company
       SET domain = old.domain, industry = old.industry, employees = old.employees, prefecture = old.prefecture,
           corporate_number = old.corporate_number, attributes = old.attributes, updated_at = %(now)s
      FROM jsonb_to_recordset(%(rows)s::jsonb)
           AS old(id bigint, domain text, industry text, employees int, prefecture text, corporate_number text,
                  attributes jsonb)
     WHERE company.tenant_id = %(tenant_id)s AND company.id = old.id
       AND (company.domain, company.industry, company.employees, company.prefecture, company.corporate_number,
            company.attributes)
           IS DISTINCT FROM (old.domain, old.industry, old.employees, old.prefecture, old.corporate_number,
                             old.attributes)
    RETURNING company.id
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
        linked=linked_companies,
        undo=withdraw,
        order=20,
    )
)
