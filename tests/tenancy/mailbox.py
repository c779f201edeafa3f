"""Reads what the local mail box caught after the real backend and the real sender did their work."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from email.message import EmailMessage

from ma_platform import clock
from mailing.actions import deliver_due
from mailing.models import MailboxEntry

BACKEND = "mailing.backend.DirectBackend"


def arrived(address: str) -> list[EmailMessage]:
    """Mails to this address, oldest first, once everything due has left."""
    deliver_due(now=clock.now())
    rows = MailboxEntry.objects.filter(recipient=address).order_by("id")
    return [message_from_bytes(bytes(row.content), policy=policy.default) for row in rows]  # type: ignore[misc]  # policy


def text_of(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    return str(part.get_content()) if part else ""


def link_in(mail: EmailMessage) -> str:
    """The path of the first link."""
    found = re.search(r"https?://[^/\s]+(/\S+)", text_of(mail))
    assert found is not None
    return found[1]
