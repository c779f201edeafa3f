"""Django's own mails (password reset, invitations) go by the same transport as everything else.

Inside a workspace they become notices: rows first, sent by the workers. Outside of one (password reset) they are handed
over at once, after the commit if a transaction is open.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from functools import partial

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction

from ma_platform import clock
from ma_platform.tenancy.scope import current_scope, tenant_scope
from mailing import transport
from mailing.actions import Notice, enqueue_notice
from mailing.smtp import Ending, Envelope

SECONDS = 15.0
log = logging.getLogger(__name__)


class NotSent(Exception):
    """The server did not take a mail of ours."""


class DirectBackend(BaseEmailBackend):
    """EMAIL_BACKEND of this product."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Queue or hand over; how many were queued, or taken as far as is known: inside of a transaction, all of them.

        Raises NotSent, unless fail_silently, when the server refuses.
        """
        messages = [message for message in email_messages if message.recipients()]
        scope = current_scope()
        if scope not in (None, "*", "0"):
            notices = [notice for message in messages for notice in _notices(message)]
            with tenant_scope(
                int(str(scope))
            ):  # called after a commit, the scope is still named but its walls are down
                enqueue_notice(notices, now=clock.now())
        else:
            taken: list[int] = []
            transaction.on_commit(partial(self._hand_over, messages, taken))  # at once where no transaction is open
            return sum(taken) if taken else len(messages)
        return len(messages)

    def _hand_over(self, messages: Sequence[EmailMessage], taken: list[int]) -> None:
        envelopes = [one for message in messages for one in _envelopes(message)]
        outcomes = transport.hand_over(envelopes, seconds=SECONDS)
        refused = [outcome for outcome in outcomes if outcome.ending is not Ending.ACCEPTED]
        taken.append(sum(outcome.ending in (Ending.ACCEPTED, Ending.UNCERTAIN) for outcome in outcomes))
        for outcome in refused:
            log.warning("a mail of ours was not taken: %s", outcome.said)
        if refused and not self.fail_silently:
            raise NotSent(refused[0].said)


def _notices(message: EmailMessage) -> list[Notice]:
    html = next((str(part[0]) for part in getattr(message, "alternatives", []) if part[1] == "text/html"), None)
    raw = message.message().as_bytes()
    key = hashlib.sha256(raw).hexdigest()  # holds the Message-ID, so two mails alike are two mails
    return [
        Notice(to=to, subject=str(message.subject), text=str(message.body), html=html, key=f"django:{key}:{number}")
        for number, to in enumerate(message.recipients())
    ]


def _envelopes(message: EmailMessage) -> list[Envelope]:
    content = message.message().as_bytes(linesep="\r\n")  # type: ignore[call-arg]  # Django's own MIME class
    sender = message.message()["From"].rpartition("<")[2].rstrip(">")
    return [
        Envelope(number, sender, to, content if content.endswith(b"\r\n") else content + b"\r\n")
        for number, to in enumerate(message.recipients())
    ]
