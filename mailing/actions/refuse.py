"""Stop writing to people: refusals from their own hand, suppressed addresses. Acts on messages not yet handed over,
because each of them is looked at again when it is claimed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models.functions import Coalesce

from leads.actions import ConsentInput, record_consent, refuse_all, refuse_topic
from leads.actions.segments import stir
from leads.models import Lead
from leads.queries import MailState, mailable
from ma_platform import audit
from ma_platform.db import sql
from ma_platform.tenancy.models import User
from mailing.addresses import address_hash, folded
from mailing.models import Email, Message, Suppression
from mailing.tokens import Ticket
from tracking.actions import SubjectRef, record, survivors
from tracking.catalogue import Event

EVERYTHING = "*"


def refuse_by_ticket(ticket: Ticket, *, everything: bool, one_click: bool, now: datetime) -> str | None:
    """The person behind an unsubscribe link wants nothing more of the mail's topic, or nothing at all.

    Returns the topic refused, or None when the message or the person is gone. Saying it again changes nothing.
    """
    found = _message_of(ticket)
    if found is None:
        return None
    message, email = found
    topic = EVERYTHING if everything else email.topic
    assert message.lead_id is not None
    if _stands(message.lead_id, topic).refused:
        return topic
    evidence = {"message": message.public_id, "way": "one_click" if one_click else "page"}
    if everything:
        refuse_all([message.lead_id], now=now, evidence=evidence)
    else:
        refuse_topic([message.lead_id], topic, now=now, evidence=evidence)
    _say(Event.UNSUBSCRIBED, message, email, topic, now)
    return topic


def resubscribe_by_ticket(ticket: Ticket, *, wording: str, now: datetime) -> str | None:
    """A refusal taken back by the person's own hand: a fresh consent for the mail's topic, with the words they saw."""
    found = _message_of(ticket)
    if found is None:
        return None
    message, email = found
    assert message.lead_id is not None
    if _stands(message.lead_id, email.topic).basis is not None:
        return email.topic
    evidence = {"message": message.public_id, "way": "page", "wording": wording}
    record_consent([ConsentInput(message.lead_id, email.topic, evidence=evidence)], now=now)
    _say(Event.SUBSCRIBED, message, email, email.topic, now)
    return email.topic


def _stands(lead_id: int, topic: str) -> MailState:
    return mailable([lead_id], topic)[lead_id]


def _message_of(ticket: Ticket) -> tuple[Message, Email] | None:
    """The mail belongs to whom it was sent, or to who stands for them since they were joined."""
    standing = survivors([ticket.lead_id]).get(ticket.lead_id, ticket.lead_id)
    rows = Message.objects.filter(public_id=ticket.message, lead_id__in=[ticket.lead_id, standing])
    message: Message | None = rows.select_related("email").first()
    if message is None or message.email is None:
        return None
    message.lead_id = standing
    return message, message.email


def _say(event: Event, message: Message, email: Email, topic: str, now: datetime) -> None:
    subject = SubjectRef("email", email.public_id, name=email.name)
    props = {"message": message.public_id, "email": email.public_id, "topic": topic}
    record(event, lead=message.lead_id, subject=subject, at=now, props=props)


def suppress(addresses: Sequence[str], *, reason: str, now: datetime) -> int:
    """Write to these addresses no more. Returns how many were not suppressed before."""
    known = {address_hash(address): address for address in addresses if address}
    if not known:
        return 0
    return sql.run(SUPPRESS, hashes=list(known), addresses=list(known.values()), reason=str(reason), now=now).rowcount


def forget_addresses(addresses: Sequence[str]) -> None:
    """Their owners are erased: the suppression keeps the hash, which is what stops mail, and loses the clear text."""
    hashes = [address_hash(address) for address in addresses if address]
    Suppression.objects.filter(address_hash__in=hashes).update(address="")


SUPPRESS = """
    INSERT INTO mailing_suppression (tenant_id, address_hash, address, reason, since)
    SELECT %(tenant_id)s, address_hash, address, %(reason)s, %(now)s
      FROM unnest(%(hashes)s::text[], %(addresses)s::text[]) AS dead(address_hash, address)
    ON CONFLICT (tenant_id, address_hash) DO NOTHING
"""


def suppress_by_hand(address: str, *, by: User, now: datetime) -> None:
    """A member stops all mail to an address. The audit keeps its hash: an erased person must not live on there."""
    if suppress([address], reason=Suppression.Why.MANUAL, now=now):
        audit.record(by, "address.suppressed", address_hash(address), at=now)
        _stir(address, now=now)


def unsuppress(suppression: Suppression, *, by: User, now: datetime) -> None:
    """Allow mail to an address again, by hand; a person's own refusal is not touched by this."""
    Suppression.objects.filter(pk=suppression.pk).delete()
    audit.record(by, "address.unsuppressed", suppression.address_hash, at=now, reason=suppression.reason)
    _stir(suppression.address, now=now)


def _stir(address: str, *, now: datetime) -> None:
    """Segments that ask what stops mail look at the address's owner: what a member does here is no fact."""
    owners = Lead.objects.filter(email_key=folded(address)).values_list(Coalesce("merged_into_id", "pk"), flat=True)
    stir(list(owners), ["mail."], now=now)
