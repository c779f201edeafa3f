"""What the page behind an unsubscribe link shows."""

from __future__ import annotations

from dataclasses import dataclass

from leads.queries import mailable
from mailing.models import Message
from mailing.tokens import Ticket


@dataclass(frozen=True, slots=True)
class Refusal:
    """Whose mail it was about, masked: the link may have been forwarded. `refused` = nothing of the topic is sent."""

    topic: str
    masked_address: str
    refused: bool


def refusal_of(ticket: Ticket) -> Refusal | None:
    """Where the person behind a ticket stands, or None when the message or the person is gone."""
    message: Message | None = (
        Message.objects.filter(public_id=ticket.message, lead_id=ticket.lead_id).select_related("email").first()
    )
    if message is None or message.email is None:
        return None
    state = mailable([ticket.lead_id], message.email.topic).get(ticket.lead_id)
    if state is None:
        return None
    return Refusal(message.email.topic, _masked(state.address or ""), state.refused or not state.basis)


def _masked(address: str) -> str:
    """hanako@client.example → h•••••@client.example."""
    name, at, host = address.partition("@")
    return f"{name[:1]}•••••{at}{host}"
