"""One person changed by a person: added, edited, handed to an owner."""

from collections.abc import Sequence
from datetime import datetime

from leads.actions.addresses import make_main
from leads.actions.batch import Batch, NotPlannable, load_batch
from leads.actions.store import Provenance, store
from leads.actions.upsert import Actor
from leads.entry import Entry, EntryRefused, LeadInput, read_entry
from leads.merging import Rules, Standing
from leads.models import FieldHistory, Lead
from leads.queries.addresses import find_further
from leads.refusals import LeadRefused
from ma_platform import audit
from ma_platform.errors import NotFound
from ma_platform.tenancy.models import User
from ma_platform.tenancy.reach import everybody
from ma_platform.workspaces.actions.quotas import is_full, spend
from ma_platform.workspaces.quotas import Used
from tracking.actions import NewFact, record, record_many
from tracking.catalogue import Event

BY_HAND = Rules(default="overwrite", erase=True)


def create_lead(said: LeadInput, *, by: Actor, now: datetime, source: str = "user") -> Lead:
    """A new person. Raises LeadRefused: bad fields, an address or id somebody has, or nothing to know them by."""
    entry = _entry(said)
    batch = load_batch([entry], now=now)
    taken = _owner_of(batch, entry)
    if taken is not None:
        raise LeadRefused({"email" if entry.email_key else "external_id": "belongs_to_another_lead"})
    if not (entry.email_key or entry.identifiers or entry.values.get("last_name") or entry.values.get("first_name")):
        raise LeadRefused({"email": "name_or_address_missing"})
    if is_full(Used.PEOPLE):
        raise LeadRefused({"email": "quota"})
    standing = _joined(batch, entry, None)
    with everybody():  # they may be a colleague's from the beginning
        _store(batch, by, now, source)
        fields = [name for name, _ in standing.history]
        record(Event.LEAD_CREATED, lead=standing.id, at=now, props={"source": source, "fields": fields})
        made: Lead = Lead.objects.get(pk=standing.id)
    audit.record(by, "lead.created", made.public_id, at=now)
    spend(Used.PEOPLE, 1)
    return made


def edit_lead(lead: Lead, said: LeadInput, *, by: Actor, now: datetime, source: str = "user") -> tuple[str, ...]:
    """Set what is stated, blanks included; returns the fields that changed.

    Raises LeadRefused, and NotFound when the lead was erased meanwhile; nothing is changed then.
    """
    entry = _entry(said)
    batch = load_batch([entry], now=now, also=[lead.pk])
    if _owner_of(batch, entry) not in (None, lead.public_id):
        raise LeadRefused({"email" if entry.email_key else "external_id": "belongs_to_another_lead"})
    if lead.public_id not in batch.standings or lead.public_id in batch.out_of_reach:
        raise NotFound(kind="lead")
    stated = entry.email_key if entry.email_key in batch.other_addresses else None
    if stated and find_further(lead, stated) is None:
        raise LeadRefused({"email": "came_with_another"})
    standing = _joined(batch, entry, batch.standings[lead.public_id])
    changed = tuple(standing.changed)
    with everybody():  # they may be handed to a colleague here
        _store(batch, by, now, source)
        if changed:
            record(Event.LEAD_UPDATED, lead=lead.pk, at=now, props={"source": source, "fields": list(changed)})
    if changed:
        audit.record(by, "lead.edited", lead.public_id, at=now, fields=list(changed))
    if stated and make_main(lead, stated, by=by, now=now, source=source):
        return (*changed, "email")  # one of theirs is stated as the main one
    return changed


def assign_owner(lead_ids: Sequence[int], owner: User | None, *, by: Actor, now: datetime, source: str = "user") -> int:
    """Hand these people to one member (None: to nobody); returns how many changed hands.

    source: as the history of the field tells it.
    """
    owner_id = owner.pk if owner else None
    moved = list(
        Lead.objects.filter(pk__in=lead_ids).exclude(owner_id=owner_id).order_by("pk").values_list("pk", flat=True)
    )
    if owner_id is not None:
        moved += list(Lead.objects.filter(pk__in=lead_ids, owner_id=None).values_list("pk", flat=True))
    with everybody():  # the new owner may be out of reach of whoever hands them on
        _hand_on(sorted(set(moved)), owner, by=by, now=now, source=source)
    return len(set(moved))


def _hand_on(moved: Sequence[int], owner: User | None, *, by: Actor, now: datetime, source: str) -> None:
    Lead.objects.filter(pk__in=moved).update(owner_id=owner.pk if owner else None, updated_at=now)
    by_id = by.pk if isinstance(by, User) else None
    email = owner.email if owner else ""
    FieldHistory.objects.bulk_create(
        [FieldHistory(lead_id=pk, field="owner", value=email, source=source, at=now, by_id=by_id) for pk in moved]
    )
    props = {"source": "owner", "fields": ["owner"]}
    record_many([NewFact(Event.LEAD_UPDATED, lead=pk, at=now, props=dict(props)) for pk in moved])


def _entry(said: LeadInput) -> Entry:
    try:
        return read_entry(said)
    except EntryRefused as refused:
        raise LeadRefused(refused.errors) from refused


def _owner_of(batch: Batch, entry: Entry) -> str | None:
    try:
        found = batch.find(entry)
    except NotPlannable as refused:
        raise LeadRefused(refused.errors) from refused
    return found.public_id if found else None


def _joined(batch: Batch, entry: Entry, standing: Standing | None) -> Standing:
    try:
        joined, _ = batch.join(entry, standing, BY_HAND)
    except NotPlannable as refused:
        raise LeadRefused(refused.errors) from refused
    return joined


def _store(batch: Batch, by: Actor, now: datetime, source: str) -> None:
    store(batch, Provenance(source, by.pk if isinstance(by, User) else None, now))
