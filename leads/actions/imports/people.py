"""Files of people: each row found or made, merged by the rules of its columns, and put back by undo."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from leads.actions.batch import Batch, NotPlannable, load_batch
from leads.actions.company_ends import let_go
from leads.actions.imports.kinds import (
    CREATED,
    DUPLICATE,
    REJECTED,
    SAME,
    UPDATED,
    ImportField,
    ImportKind,
    Order,
    Outcome,
    Row,
    register,
)
from leads.actions.imports.onto_list import find_list, on_list, put_on_list
from leads.actions.imports.permissions import permitted, worn_tags
from leads.actions.imports.speaking import ruled
from leads.actions.imports.withdrawing import withdraw
from leads.actions.store import Provenance, store
from leads.actions.tags import tag_leads
from leads.attributes import Value
from leads.entry import Entry, EntryRefused, read_entry
from leads.files.stating import person
from leads.files.words import PEOPLE
from leads.merging import BLANK, Standing, Values, columns_of
from leads.queries.attributes import definitions
from leads.queries.transfers import linked_people
from ma_platform.tenancy.permissions import Capability
from ma_platform.workspaces.actions.quotas import spend
from ma_platform.workspaces.quotas import Used
from tracking.actions import NewFact, record_many
from tracking.catalogue import Event

LABELS = {
    "email": _("E-mail"),
    "last_name": _("Family name"),
    "first_name": _("Given name"),
    "name": _("Full name (split in two)"),
    "last_name_kana": _("Family name (kana)"),
    "first_name_kana": _("Given name (kana)"),
    "name_kana": _("Full name in kana (split in two)"),
    "company": _("Company"),
    "department": _("Department"),
    "job_title": _("Job title"),
    "phone": _("Phone"),
    "mobile": _("Mobile phone (where no other number)"),
    "prefecture": _("Prefecture"),
    "address": _("Address (only its prefecture)"),
    "tags": _("Tags"),
    "owner": _("Owner's e-mail address"),
    "external_id": _("External ID"),
    "refused": _("Wants no mail (yes or no)"),
    "external_ids.salesforce": _("ID in Salesforce"),
    "external_ids.hubspot": _("ID in HubSpot"),
    "external_ids.mautic": _("ID in Mautic"),
    "external_ids.sansan": _("ID in Sansan"),
}
IDENTITY = ("email", "external_id", *(key for key in LABELS if key.startswith("external_ids.")))
FIXED = (*IDENTITY[1:], "refused")  # no choice: an ID is added, a refusal is believed


@dataclass(slots=True)
class _Planned:
    """A row beside its person. was: the values before it; moved: {column: [before, after]} of somebody known."""

    row: Row
    entry: Entry
    standing: Standing
    created: bool
    was: Values
    moved: dict[str, list[Value]]
    changed: tuple[str, ...]
    identifiers: list[tuple[str, str]]


def fields() -> list[ImportField]:
    """Fields of a person that a column can fill."""
    words = {target.key: target.words for target in PEOPLE}
    own = [ImportField(key, label, words.get(key, ()), _policies(key)) for key, label in LABELS.items()]
    return [
        *own,
        *(_attribute(f"attributes.{key}", one.label, one.kind) for key, one in definitions(archived=False).items()),
    ]


def _attribute(key: str, label: str, shape: str) -> ImportField:
    several = ("append",) if shape == "multi_choice" else ()
    return ImportField(key, label, (key,), ("overwrite", "fill", *several, "never"))


def _policies(key: str) -> tuple[str, ...]:
    if key in FIXED:
        return ()
    return ("append", "never") if key == "tags" else ("overwrite", "fill", "never")


def same_person(cells: Mapping[str, str]) -> str:
    """By what two rows of a file are about one person: the address, else an ID."""
    return next((f"{key}:{value.strip().casefold()}" for key in IDENTITY if (value := cells.get(key, ""))), "")


def write(rows: Sequence[Row], order: Order) -> list[Outcome]:
    """Find or make each person and merge what their row says; about fifteen statements, however many rows."""
    entries, outcomes = _read(rows, order)
    batch = load_batch([entry for _row, entry in entries], now=order.now)
    planned = _plan(batch, entries, order, outcomes)
    people = _by_person(planned)
    for plans in people:
        _forget_returned(plans)
    if not order.dry:
        store(batch, Provenance(order.source, order.by.pk if order.by else None, order.now))
        let_go(batch.companies, stated={plan.entry.company for plan in planned})
    tags, firms = _new_tags(planned, order), _new_companies(planned, batch)
    listed = _new_on_list(planned, order)
    withheld, agreed = (set(), set()) if order.dry else _follow_up(people, tags, order)
    if not order.dry:
        put_on_list([plan.standing.id or 0 for plan in planned if plan.row.number in listed], order)
        spend(Used.PEOPLE, sum(plan.created for plan in planned))
    told = {plans[0].row.number for plans in people if plans[0].standing.id in withheld}
    for plan in planned:
        notes = ("withheld",) if plan.row.number in told else ()
        number = plan.row.number
        extra = {"tags": tags.get(number), "consents": plan.standing.id in agreed, "company": firms.get(number)}
        extra["list"] = order.list if number in listed else ""
        outcomes.append(_outcome(plan, extra, notes))
    return sorted(outcomes, key=lambda outcome: outcome.number)


def _read(rows: Sequence[Row], order: Order) -> tuple[list[tuple[Row, Entry]], list[Outcome]]:
    entries, refused = [], []
    erase = order.rules.erase
    for row in rows:
        try:
            entries.append((row, read_entry(person(row.cells, erase=erase))))
        except EntryRefused as error:
            refused.append(Outcome(row.number, REJECTED, reasons=error.errors))
    return entries, refused


def _plan(batch: Batch, entries: Sequence[tuple[Row, Entry]], order: Order, outcomes: list[Outcome]) -> list[_Planned]:
    planned = []
    for row, entry in entries:
        try:
            planned.append(_place(batch, row, entry, order))
        except NotPlannable as error:
            outcomes.append(Outcome(row.number, REJECTED, reasons=error.errors))
    return planned


def _place(batch: Batch, row: Row, entry: Entry, order: Order) -> _Planned:
    present = batch.find(entry)
    if present is None and not (entry.email_key or entry.identifiers):
        raise NotPlannable(email="identity_missing")
    was = Values(present.values) if present else Values(BLANK)
    new = [pair for pair in entry.identifiers if pair not in batch.by_identifier]
    entry.values, rules = ruled(entry.values, row.cells, was, order.rules)
    standing, changed = batch.join(entry, present, rules)
    columns = [column for name in changed for column in columns_of(name)] if present else []
    moved = {column: [was[column], standing.values[column]] for column in columns}
    return _Planned(row, entry, standing, present is None, was, moved, changed, new)


def _by_person(planned: Sequence[_Planned]) -> list[list[_Planned]]:
    """The rows of each person together, first row first."""
    people: dict[str, list[_Planned]] = {}
    for plan in planned:
        people.setdefault(plan.standing.public_id, []).append(plan)
    return list(people.values())


def _forget_returned(plans: Sequence[_Planned]) -> None:
    """What several rows about one person change to and fro ends as it was: then nothing happened to it."""
    standing, was = plans[0].standing, plans[0].was
    if len(plans) == 1 or not standing.changed:
        return
    if standing.values["job_title"] == was["job_title"] and was["job_rank"] is not None:
        standing.values["job_rank"] = was["job_rank"]  # given by hand, perhaps; a file never states one
    returned = {
        name for name in standing.changed if all(standing.values[column] == was[column] for column in columns_of(name))
    }
    columns = {column for name in returned for column in columns_of(name)}
    standing.changed = {name: None for name in standing.changed if name not in returned}
    standing.history = [line for line in standing.history if line[0] not in returned]
    for plan in plans:
        plan.changed = tuple(name for name in plan.changed if name not in returned)
        plan.moved = {column: pair for column, pair in plan.moved.items() if column not in columns}


def _new_tags(planned: Sequence[_Planned], order: Order) -> dict[int, list[str]]:
    """By row, the tags it states that the person does not carry."""
    stated = [plan for plan in planned if plan.entry.tags]
    if not stated or order.rules.of("tags") == "never":
        return {}
    known = worn_tags([plan.standing.id for plan in stated if plan.standing.id and not plan.created])
    worn = {plan.standing.public_id: set(known.get(plan.standing.id or 0, ())) for plan in stated}
    new: dict[int, list[str]] = {}
    for plan in stated:
        has = worn[plan.standing.public_id]
        new[plan.row.number] = [tag for tag in plan.entry.tags if tag not in has]
        has.update(plan.entry.tags)
    return {number: tags for number, tags in new.items() if tags}


def _new_on_list(planned: Sequence[_Planned], order: Order) -> set[int]:
    """Numbers of the rows whose person is not on the file's list yet; the first row about each."""
    if not order.list or find_list(order.list) is None:
        return set()
    first = {plan.standing.public_id: plan for plan in reversed(planned)}
    here = on_list([plan.standing.id for plan in first.values() if plan.standing.id and not plan.created], order)
    return {plan.row.number for plan in first.values() if plan.created or plan.standing.id not in here}


def _new_companies(planned: Sequence[_Planned], batch: Batch) -> dict[int, str]:
    """By row, the company that was made because the row states it; the first row that does."""
    first = {batch.companies[plan.entry.company]: plan.row.number for plan in reversed(planned) if plan.entry.company}
    return {number: firm.public_id for firm, number in first.items() if firm.created}


def _follow_up(
    people: Sequence[Sequence[_Planned]], tags: Mapping[int, list[str]], order: Order
) -> tuple[set[int], set[int]]:
    """Tags, permissions and events; returns (people whose refusal stands, people with a new line in the ledger)."""
    planned = [plan for plans in people for plan in plans]
    pairs = [(plan.standing.id or 0, tag) for plan in planned for tag in tags.get(plan.row.number, ())]
    tag_leads(pairs, now=order.now)
    withheld, agreed = permitted([(plan.standing.id or 0, plan.entry.consents) for plan in planned], order)
    _announce(people, agreed, order)
    return withheld, agreed


def _announce(people: Sequence[Sequence[_Planned]], agreed: Collection[int], order: Order) -> None:
    """One fact for each person something is new about, however many rows say it."""
    facts = []
    for plans in people:
        lead, created = plans[0].standing.id, plans[0].created
        fields = list(dict.fromkeys(name for plan in plans for name in plan.changed))
        fields += ["consent"] if lead in agreed else []
        if created or fields:
            event = Event.LEAD_CREATED if created else Event.LEAD_UPDATED
            facts.append(NewFact(event, lead=lead, at=order.now, props={"source": order.source, "fields": fields}))
    record_many(facts)


def _outcome(plan: _Planned, extra: Mapping[str, object], notes: tuple[str, ...]) -> Outcome:
    fields = (*plan.changed, *(name for name in ("tags", "list") if extra[name]))
    before = {name: value for name, value in {**extra, "values": plan.moved, "ids": plan.identifiers}.items() if value}
    new = fields or plan.identifiers
    outcome = CREATED if plan.created else DUPLICATE if plan.row.repeated else UPDATED if new else SAME
    return Outcome(plan.row.number, outcome, plan.standing.public_id, tuple(fields), before or None, None, notes)


def labels(keys: Iterable[str]) -> list[str]:
    """Names of fields for people; a field without one shows its key."""
    return [str(LABELS.get(key, key)) for key in keys]


register(
    ImportKind(
        key="leads",
        label=_("Leads"),
        capability=Capability.IMPORT_LEADS,
        fields=fields,
        needs=(IDENTITY,),
        same=same_person,
        write=write,
        linked=linked_people,
        undo=withdraw,
        asks_basis=True,
        order=10,
    )
)
