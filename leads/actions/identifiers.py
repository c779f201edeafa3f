"""What other systems call a person, added and taken off by hand."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import datetime

from django.db import IntegrityError, transaction

from leads.actions.addresses import add_address, drop_address
from leads.actions.upsert import Actor
from leads.entry import IDENTIFIER_LIMIT, clean_text
from leads.models import FieldHistory, Lead, LeadIdentifier
from leads.refusals import LeadRefused
from ma_platform import audit
from ma_platform.tenancy.models import User
from tracking.actions import record
from tracking.catalogue import Event

# How sure it is that the number is this person's, in percent: told by hand or with a secret key, in a file, or by a
# sender that a mail address vouches for.
SURE, IN_A_FILE, BY_ADDRESS = 100, 90, 70
CONFIDENCE = {"user": SURE, "api": SURE, "import": IN_A_FILE}
MAIL = "email"
KIND = re.compile(r"[a-z][a-z0-9_]{0,49}\Z")


def add_identifier(lead: Lead, kind: str, value: str, *, by: Actor, now: datetime) -> None:
    """One more name of this person in another system, or with the kind "email" a further address.

    Raises LeadRefused: badly shaped, or somebody else's.
    """
    if kind == MAIL:
        add_address(lead, value, by=by, now=now)
        return
    clean = clean_text(value)
    if not KIND.match(kind):
        raise LeadRefused({"kind": "invalid_identifier_kind"})
    if not 1 <= len(clean) <= IDENTIFIER_LIMIT:
        raise LeadRefused({"value": "invalid_identifier"})
    try:
        with transaction.atomic():
            LeadIdentifier.objects.create(lead=lead, kind=kind, value=clean, source="user", added_at=now)
    except IntegrityError as taken:
        if LeadIdentifier.objects.filter(kind=kind, value=clean, lead=lead).exists():
            return
        raise LeadRefused({"value": "belongs_to_another_lead"}) from taken
    _told(lead, kind, clean, by=by, now=now)


def confidence(source: str) -> int | None:
    """In percent, by who stated an identifier; None where that was not kept."""
    return CONFIDENCE.get(source.partition(":")[0], BY_ADDRESS) if source else None


def drop_identifier(lead: Lead, kind: str, value: str, *, by: Actor, now: datetime) -> bool:
    """Take one off; False when the person had none of these."""
    if kind == MAIL:
        with suppress(LeadRefused):  # an old identifier called so may hold anything
            if drop_address(lead, value, by=by, now=now):
                return True
    gone = LeadIdentifier.objects.filter(lead=lead, kind=kind, value=value).delete()[0]
    if gone:
        _told(lead, kind, "", by=by, now=now)
    return bool(gone)


def _told(lead: Lead, kind: str, value: str, *, by: Actor, now: datetime) -> None:
    name = f"external_ids.{kind}"
    by_id = by.pk if isinstance(by, User) else None
    FieldHistory.objects.create(lead=lead, field=name, value=value, source="user", at=now, by_id=by_id)
    record(Event.LEAD_UPDATED, lead=lead.pk, at=now, props={"source": "user", "fields": [name]})
    audit.record(by, "lead.edited", lead.public_id, at=now, fields=[name])
