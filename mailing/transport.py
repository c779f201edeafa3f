"""Which way mail leaves, by EMAIL_URL: an SMTP server or the local mail box. Never inside a transaction."""

from __future__ import annotations

from collections.abc import Sequence
from email.parser import BytesHeaderParser
from email.policy import default
from typing import Protocol

from django.db import connection

from ma_platform.env import ENV
from mailing.models import MailboxEntry
from mailing.smtp import Ending, Envelope, Outcome, pooled

HAND_OVER_SECONDS = 3.0  # what has not begun by then goes back to the queue, so a refusal waits no longer than that


class Transport(Protocol):
    """Takes mails, answers with one outcome each, in any order."""

    def hand_over(self, envelopes: Sequence[Envelope], *, seconds: float) -> list[Outcome]: ...


class UnknownTransport(Exception):
    """EMAIL_URL names a way we cannot send by."""


class InsideTransaction(RuntimeError):
    """The network was about to be touched while a transaction is open: always a bug."""


def current(url: str | None = None) -> Transport:
    """The transport of EMAIL_URL. Raises UnknownTransport."""
    address = url or ENV.email_url
    scheme = address.partition(":")[0]
    if scheme == "mailbox" and ENV.debug:
        return LocalMailbox()
    if scheme in ("smtp", "smtps", "smtp+tls"):
        return pooled(address)
    raise UnknownTransport(scheme)


def hand_over(envelopes: Sequence[Envelope], *, seconds: float = HAND_OVER_SECONDS) -> list[Outcome]:
    """Hand mails over by the configured transport. Raises InsideTransaction."""
    if connection.in_atomic_block:
        raise InsideTransaction
    return current().hand_over(envelopes, seconds=seconds) if envelopes else []


class LocalMailbox:
    """Keeps mails in a table that `/mailbox/` shows."""

    def hand_over(self, envelopes: Sequence[Envelope], *, seconds: float) -> list[Outcome]:
        """Always accepted."""
        MailboxEntry.objects.bulk_create([_entry(envelope) for envelope in envelopes])
        return [Outcome(envelope.id, Ending.ACCEPTED, 250, "kept in the local mail box") for envelope in envelopes]


def _entry(envelope: Envelope) -> MailboxEntry:
    subject = str(BytesHeaderParser(policy=default).parsebytes(envelope.content)["subject"])
    return MailboxEntry(sender=envelope.sender, recipient=envelope.recipient, subject=subject, content=envelope.content)
