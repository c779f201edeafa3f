"""Touchpoints stated one by one, on the page or by the API: facts like any other, scored, counted and followed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from leads.actions.imports.encounters import ENCOUNTERS, NAMESPACE, OLDEST
from leads.models import Lead
from ma_platform import audit
from ma_platform.db import sql
from ma_platform.errors import DomainError, NotFound
from ma_platform.tenancy.models import ApiKey, User
from ma_platform.tenancy.scope import current_tenant_id
from tracking.actions import record, unsay
from tracking.catalogue import BY_NUMBER, Event

RECORDED_BY = "recorded_by"  # the member's address; nobody else can state it


class TouchpointRefused(DomainError):
    """Its time is not that of a touchpoint: `reason` is "ahead" or "too_old"."""

    code = "touchpoint_refused"
    message = _("A touchpoint has already happened, and at most ten years ago.")


class NotYours(DomainError):
    """Somebody else recorded it."""

    code = "not_yours"
    status = 403
    message = _("Only who recorded a touchpoint can delete it.")


@dataclass(frozen=True, slots=True)
class TouchpointInput:
    """kind: a key of ENCOUNTERS; once: two with the same word are one touchpoint (a form sent twice), "" never."""

    kind: str
    at: datetime
    props: Mapping[str, object] = field(default_factory=dict)
    once: str = ""


def record_touchpoint(lead: Lead, said: TouchpointInput, *, by: User | ApiKey, now: datetime) -> Event:
    """State it. A member's own touchpoint says whose it is, so that they can take it back. Raises TouchpointRefused."""
    if not now - OLDEST <= said.at <= now:
        raise TouchpointRefused(reason="ahead" if said.at > now else "too_old")
    props = {name: value for name, value in said.props.items() if name != RECORDED_BY}
    if isinstance(by, User):
        props[RECORDED_BY] = by.email
    event = ENCOUNTERS[said.kind]
    name = f"{current_tenant_id()}:{lead.public_id}:{said.once}"
    fact = uuid5(NAMESPACE, name) if said.once else None
    record(event, lead=lead.pk, at=said.at, received=now, props=props, id=fact)
    return event


@transaction.atomic
def delete_touchpoint(lead: Lead, fact: UUID, *, by: User, now: datetime) -> None:
    """It was never said: the event, what it counted, and its score go. Raises NotFound and NotYours."""
    names = [int(event) for event in ENCOUNTERS.values()]
    rows = sql.run(STATED, fact=str(fact), lead_id=lead.pk, names=names).rows
    if not rows:
        raise NotFound(kind="touchpoint")
    name, at, recorded_by = rows[0]
    if recorded_by != by.email:
        raise NotYours
    unsay([(str(fact), at)], now=now)
    audit.record(by, "touchpoint.deleted", lead.public_id, at=now, kind=BY_NUMBER[name].wire)


STATED = """
    SELECT event.name, event.occurred_at, event.props ->> 'recorded_by' FROM tracking_event AS event
     WHERE event.tenant_id = %(tenant_id)s AND event.id = %(fact)s::uuid
       AND event.lead_id = %(lead_id)s AND event.name = ANY (%(names)s::smallint[])
"""
