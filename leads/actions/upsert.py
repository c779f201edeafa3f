"""Stating people, one or a thousand: found by e-mail or by another system's id, else made."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from leads.actions.batch import Batch, NotPlannable, load_batch
from leads.actions.company_ends import let_go
from leads.actions.consents import ConsentInput, record_consent
from leads.actions.store import Provenance, store
from leads.actions.tags import tag_leads
from leads.entry import Entry, EntryRefused, LeadInput, read_entry
from leads.merging import Policy, Rules, Standing
from ma_platform.tenancy.models import ApiKey, User
from ma_platform.tenancy.reach import everybody
from ma_platform.workspaces.actions.quotas import is_full, spend
from ma_platform.workspaces.quotas import Used
from tracking.actions import NewFact, record_many
from tracking.catalogue import Event

Actor = User | ApiKey | None


@dataclass(frozen=True, slots=True)
class Upserted:
    """What became of one stated person. `errors` {"email": "invalid_address"} means nothing was written for it."""

    row: int
    lead_id: int | None = None
    public_id: str | None = None
    created: bool = False
    changed: tuple[str, ...] = ()
    errors: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class _Planned:
    row: int
    entry: Entry
    standing: Standing
    created: bool
    changed: tuple[str, ...]


def upsert_leads(
    rows: Sequence[LeadInput],
    *,
    by: Actor,
    now: datetime,
    policy: Policy | Rules = "overwrite",
    source: str = "api",
) -> list[Upserted]:
    """Find or make each stated person and merge what was said; answers in the order of `rows`.

    A blank never erases. The same person twice in one batch is one lead. About fifteen statements, however many rows.
    `source` is kept beside every value ("form:sub_…", "import:imp_…").
    """
    rules = policy if isinstance(policy, Rules) else Rules(default=policy)
    entries, refused = _read(rows)
    batch = load_batch(list(entries.values()), now=now)
    planned = _plan(batch, entries, rules, refused, may_make=not (isinstance(by, ApiKey) and is_full(Used.PEOPLE)))
    with everybody():  # somebody may be handed to a colleague here
        store(batch, Provenance(source, by.pk if isinstance(by, User) else None, now))
        let_go(batch.companies, stated={plan.entry.company for plan in planned})
        _follow_up(planned, now=now)
        _announce(planned, source, now)
    spend(Used.PEOPLE, sum(plan.created for plan in planned))
    return sorted([*refused, *map(_answer, planned)], key=lambda result: result.row)


def upsert_lead(
    said: LeadInput, *, by: Actor, now: datetime, policy: Policy | Rules = "overwrite", source: str = "api"
) -> Upserted:
    """`upsert_leads` for one person; raises EntryRefused instead of answering with errors."""
    (result,) = upsert_leads([said], by=by, now=now, policy=policy, source=source)
    if result.errors:
        raise EntryRefused(result.errors)
    return result


def _read(rows: Sequence[LeadInput]) -> tuple[dict[int, Entry], list[Upserted]]:
    entries: dict[int, Entry] = {}
    refused: list[Upserted] = []
    for row, said in enumerate(rows):
        try:
            entries[row] = read_entry(said)
        except EntryRefused as error:
            refused.append(Upserted(row, errors=error.errors))
    return entries, refused


def _plan(
    batch: Batch, entries: dict[int, Entry], rules: Rules, refused: list[Upserted], *, may_make: bool
) -> list[_Planned]:
    planned = []
    for row, entry in entries.items():
        try:
            planned.append(_place(batch, row, entry, rules, may_make=may_make))
        except NotPlannable as error:
            refused.append(Upserted(row, errors=error.errors))
    return planned


def _place(batch: Batch, row: int, entry: Entry, rules: Rules, *, may_make: bool) -> _Planned:
    present = batch.find(entry)
    if present is None and not may_make:
        raise NotPlannable(email="quota")
    if present is None and not (entry.email_key or entry.identifiers):
        raise NotPlannable(email="identity_missing")
    standing, changed = batch.join(entry, present, rules)
    return _Planned(row, entry, standing, present is None, changed)


def _follow_up(planned: Sequence[_Planned], *, now: datetime) -> None:
    """Tags and consents that were stated together with the person."""
    pairs = [(plan.standing.id or 0, tag) for plan in planned for tag in plan.entry.tags]
    tag_leads(pairs, now=now)
    record_consent(
        [
            ConsentInput(plan.standing.id or 0, said.topic, said.state, said.basis, dict(said.evidence))
            for plan in planned
            for said in plan.entry.consents
        ],
        now=now,
    )


def _announce(planned: Sequence[_Planned], source: str, now: datetime) -> None:
    facts = [
        NewFact(
            Event.LEAD_CREATED if plan.created else Event.LEAD_UPDATED,
            lead=plan.standing.id,
            at=now,
            props={"source": source, "fields": [*plan.changed, *(["consent"] if plan.entry.consents else [])]},
        )
        for plan in planned
        if plan.created or plan.changed or plan.entry.consents
    ]
    record_many(facts)


def _answer(plan: _Planned) -> Upserted:
    return Upserted(plan.row, plan.standing.id, plan.standing.public_id, plan.created, plan.changed)
