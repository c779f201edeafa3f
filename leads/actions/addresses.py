"""Further mail addresses of a person, and which of them is the main one.

A further address is a row that stands aside for the person and holds nothing but the address, bound by a merge with a
source. So the one constraint of `leads_lead` keeps every address of a workspace unique, at the same moment too, and
whoever finds people by an address finds them by any of theirs.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db import IntegrityError, transaction

from leads.actions.agreeing import swap_grants
from leads.actions.batch import Batch, NotPlannable, load_batch
from leads.actions.erasing import forget_address
from leads.actions.rows import change_rows, lock_rows, note_values
from leads.actions.upsert import Actor
from leads.entry import Entry, EntryRefused, LeadInput, read_entry
from leads.joining import GROUPS
from leads.models import Lead, Merge
from leads.queries.addresses import find_further, further_addresses
from leads.queries.left_out import has_exclusions
from leads.queries.sensitive import is_withheld
from leads.refusals import LeadRefused
from ma_platform import audit
from ma_platform.db import sql
from ma_platform.errors import NotFound
from ma_platform.tenancy.models import User
from ma_platform.tenancy.reach import everybody
from tracking.actions import record
from tracking.actions.handing import forget_aliases
from tracking.catalogue import Event

MOST = 20  # further addresses of one person
COLUMNS = GROUPS["email"]

Follow = Callable[[int, str, datetime], bool]  # lead, the address that was the main one; whether something changed
_following: list[Follow] = []


def at_main_address(follow: Follow) -> Follow:
    """Run in the transaction in which another address of a person becomes the main one."""
    _following.append(follow)
    return follow


@transaction.atomic
def add_address(lead: Lead, text: str, *, by: Actor, now: datetime, source: str = "user") -> bool:
    """One more address by which the person is found; the first one is the main one. False when it is theirs already.

    Raises LeadRefused (no address, somebody else's, too many), and NotFound when the person is gone or was joined.
    """
    entry = _read(text)
    if _is_theirs(lead, entry, load_batch([entry], now=now, also=[lead.pk])):
        return False
    with everybody():  # what stands aside has no owner
        present = Lead.objects.filter(pk=lead.pk, merged_into=None).first()
        if present is None:
            raise NotFound(kind="lead")
        if present.email_key is None:
            _give_first(present, entry, by=by, now=now, source=source)
            return True
        if len(further_addresses(present)) >= MOST:
            raise LeadRefused({"email": "too_many_addresses"})
        _bind(present, entry, by=by, now=now, source=source)
        _say(present, now=now, source=source)
    audit.record(by, "lead.address_added", lead.public_id, at=now)
    return True


def _read(text: str) -> Entry:
    if is_withheld("email"):
        raise LeadRefused({"email": "unseen"})
    try:
        entry = read_entry(LeadInput(email=text))
    except EntryRefused as refused:
        raise LeadRefused(refused.errors) from refused
    if entry.email_key is None:
        raise LeadRefused({"email": "invalid_address"})
    return entry


def _is_theirs(lead: Lead, entry: Entry, batch: Batch) -> bool:
    try:
        holder = batch.find(entry)
    except NotPlannable as refused:
        raise LeadRefused(refused.errors) from refused
    if holder is not None and holder.public_id != lead.public_id:
        raise LeadRefused({"email": "belongs_to_another_lead"})
    return holder is not None


def _give_first(lead: Lead, entry: Entry, *, by: Actor, now: datetime, source: str) -> None:
    values = {name: entry.values[name] for name in COLUMNS}
    Lead.objects.filter(pk=lead.pk).update(**values, updated_at=now)
    note_values({"id": lead.pk}, values, source=source, by=by, now=now)
    record(Event.LEAD_UPDATED, lead=lead.pk, at=now, props={"source": source, "fields": ["email"]})
    audit.record(by, "lead.edited", lead.public_id, at=now, fields=["email"])


def _bind(lead: Lead, entry: Entry, *, by: Actor, now: datetime, source: str) -> None:
    values = {name: entry.values[name] for name in COLUMNS}
    try:
        with transaction.atomic():
            bare = Lead.objects.create(**values, merged_into=lead, created_at=now, updated_at=now)
    except IntegrityError as taken:
        raise LeadRefused({"email": "belongs_to_another_lead"}) from taken
    Merge.objects.create(
        keep=lead,
        drop=bare,
        at=now,
        by=by if isinstance(by, User) else None,
        address_source=source,
        before={"take": [], "keep": {}, "drop": {}},
    )


@transaction.atomic
def make_main(lead: Lead, text: str, *, by: Actor, now: datetime, source: str = "user") -> bool:
    """This further address becomes the main one, and the main one a further one: mails go there from now on. What was
    allowed rests with the address it was allowed for, a refusal holds for both.

    False when it is not a further address that may be moved.
    """
    with everybody():
        held = _hold(lead, text)
        if held is None:
            return False
        rows = lock_rows([lead.pk, held.drop_id])
        keep, drop = rows[lead.pk], rows[held.drop_id]
        of_keep, of_drop = ({name: row[name] for name in COLUMNS} for row in (drop, keep))
        change_rows(keep, drop, of_keep, of_drop, now=now)
        note_values(keep, of_keep, source=source, by=by, now=now)
        told = [swap_grants(lead.pk, held.drop_id)]
        told += [follow(lead.pk, str(keep["email"]), now) for follow in _following]
    fields = ["email", *(["consent"] if any(told) else [])]
    record(Event.LEAD_UPDATED, lead=lead.pk, at=now, props={"source": source, "fields": fields})
    audit.record(by, "lead.address_main", lead.public_id, at=now)
    return True


@transaction.atomic
def drop_address(lead: Lead, text: str, *, by: Actor, now: datetime, source: str = "user") -> bool:
    """Take a further address off, with what was allowed for it; what stops mail to it stays, by its hash. False when it
    is none that may be moved."""
    with everybody():
        held = _hold(lead, text)
        if held is None:
            return False
        forget_address(held.drop_id, held.drop.email, held.drop.email_key or "")
        forget_aliases([held.drop_id])
        sql.run(ERASE, id=held.drop_id)
        _say(lead, now=now, source=source)
    audit.record(by, "lead.address_removed", lead.public_id, at=now)
    return True


def _hold(lead: Lead, text: str) -> Merge | None:
    """What binds this further address, with the person and its row locked; None when it is none, or was moved or taken
    off while we waited."""
    key = _read(text).email_key or ""
    bound = find_further(lead, key)
    if bound is None:
        return None
    lock_rows([lead.pk, bound.drop_id])
    present = find_further(lead, key)
    return present if present is not None and present.drop_id == bound.drop_id else None


# Plain SQL: the database's own keys take the merge along.
ERASE = "DELETE FROM leads_lead WHERE tenant_id = %(tenant_id)s AND id = %(id)s"


def _say(lead: Lead, *, now: datetime, source: str) -> None:
    Lead.objects.filter(pk=lead.pk).update(updated_at=now)
    fields = ["emails", *(["exclusion"] if has_exclusions() else [])]  # any of their addresses may be on the list
    record(Event.LEAD_UPDATED, lead=lead.pk, at=now, props={"source": source, "fields": fields})
