"""Put messages in the queue of record. A row is the promise; delivery is somebody else's work, later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import orjson
from celery import current_app

from ma_platform import jobs
from ma_platform.db import sql
from mailing.models import Email, MailKind

NOTICE, OPERATIONAL, MARKETING = 0, 1, 2
DELIVER = "mailing.tasks.deliver"


@dataclass(frozen=True, slots=True)
class Recipient:
    """One person of a send. `send_key` names the step that asks ("flow:<run>:<step>"); the same key never sends twice
    to the same lead. `context` is what templates see as `event`."""

    lead_id: int
    send_key: str
    context: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Notice:
    """A mail to staff (alerts, invitations); exactly once per key. `html` None means text only."""

    to: str
    subject: str
    text: str
    key: str
    html: str | None = None


def enqueue_messages(email: Email, recipients: Sequence[Recipient], *, now: datetime) -> int:
    """Queue one message per recipient in one statement; replaying is harmless. Returns how many were new."""
    if not recipients:
        return 0
    written = sql.run(
        ENQUEUE,
        email_id=email.pk,
        priority=MARKETING if email.kind == MailKind.MARKETING else OPERATIONAL,
        now=now,
        lead_id=[recipient.lead_id for recipient in recipients],
        send_key=[recipient.send_key[:200] for recipient in recipients],
        context=[orjson.dumps(recipient.context, default=str).decode() for recipient in recipients],
    ).rowcount
    ring()
    return written


ENQUEUE = """
    INSERT INTO mailing_message (tenant_id, public_id, email_id, lead_id, send_key, priority, state, reason, detail,
                                 attempt, due_at, message_id, provider_id, to_address, queued_at, context)
    SELECT %(tenant_id)s, 'msg_' || replace(gen_random_uuid()::text, '-', ''), %(email_id)s, lead_id, send_key,
           %(priority)s, 'queued', '', '', 0, %(now)s, '', '', '', %(now)s, context
      FROM unnest(%(lead_id)s::bigint[], %(send_key)s::text[], %(context)s::jsonb[])
             AS recipient(lead_id, send_key, context)
    ON CONFLICT (tenant_id, send_key, lead_id) DO NOTHING
"""


def enqueue_notice(notices: Sequence[Notice], *, now: datetime) -> int:
    """Queue mails to staff, first in line, and ring on commit. Returns how many were new."""
    if not notices:
        return 0
    written = sql.run(
        ENQUEUE_NOTICES,
        now=now,
        to_address=[notice.to for notice in notices],
        send_key=[notice.key[:200] for notice in notices],
        content=[
            orjson.dumps({"subject": notice.subject, "text": notice.text, "html": notice.html}).decode()
            for notice in notices
        ],
    ).rowcount
    ring()
    return written


ENQUEUE_NOTICES = """
    INSERT INTO mailing_message (tenant_id, public_id, send_key, priority, state, reason, detail, attempt, due_at,
                                 message_id, provider_id, to_address, queued_at, context, content)
    SELECT %(tenant_id)s, 'msg_' || replace(gen_random_uuid()::text, '-', ''), send_key, 0, 'queued', '', '', 0,
           %(now)s, '', '', to_address, %(now)s, '{}'::jsonb, content
      FROM unnest(%(to_address)s::text[], %(send_key)s::text[], %(content)s::jsonb[])
             AS notice(to_address, send_key, content)
    ON CONFLICT (tenant_id, send_key) WHERE email_id IS NULL DO NOTHING
"""


def forget_notices(keys: Sequence[str]) -> int:
    """Remove mails to staff by the keys they were queued with, or that theirs begin with (`key:…`): whom they speak of
    is erased, or whom they speak to has left. Those not sent yet stay unsent. Returns how many there were.
    """
    return sql.run(FORGET_NOTICES, keys=[key[:200] for key in keys]).rowcount if keys else 0


FORGET_NOTICES = """
    DELETE FROM mailing_message AS message USING unnest(%(keys)s::text[]) AS gone(key)
     WHERE message.tenant_id = %(tenant_id)s AND message.email_id IS NULL
       AND (message.send_key = gone.key OR starts_with(message.send_key, gone.key || ':'))
"""


def ring() -> None:
    """Wake the sender when this transaction commits; its sweep finds what a lost ring leaves."""
    job = current_app.tasks.get(DELIVER)
    if job is not None:
        jobs.ring(job)
