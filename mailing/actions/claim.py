"""Take due messages, fairly over tenants, and put aside those whose sender died. Commits before any socket opens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import orjson

from ma_platform.db import sql
from ma_platform.env import ENV
from ma_platform.tenancy.scope import system_scope

LEASE = timedelta(minutes=5)  # a batch hands over for 3 s at most, and one mail takes no longer than 2 minutes
REACH = 4  # candidates looked at per place, so that workers side by side find different rows


@dataclass(frozen=True, slots=True)
class Claimed:
    """One message this process alone may send now, until its lease runs out."""

    id: int
    public_id: str
    tenant_id: int
    email_id: int | None
    email_version_id: int | None
    lead_id: int | None
    send_key: str
    priority: int
    attempt: int
    message_id: str
    queued_at: datetime
    to_address: str
    context: str
    content: str | None

    @property
    def event(self) -> dict[str, Any]:  # Any: JSON of the flow
        """What templates see as `event`."""
        event: dict[str, Any] = orjson.loads(self.context)
        return event

    @property
    def notice(self) -> dict[str, Any]:
        """subject, text and html of a mail to staff."""
        notice: dict[str, Any] = orjson.loads(self.content or "{}")
        return notice


def claim(*, now: datetime, limit: int) -> list[Claimed]:
    """Up to `limit` due messages, now `sending`: notices first, then one of each tenant in turn."""
    with system_scope():
        return sql.typed(
            CLAIM,
            Claimed,
            now=now,
            lease_until=now + LEASE,
            limit=limit,
            reach=limit * REACH,
            host=urlsplit(ENV.base_url).hostname or "localhost",
        )


CLAIM = """
    WITH due AS (
        SELECT message.id, message.priority,
               row_number() OVER (PARTITION BY workspace.id
                                      ORDER BY message.priority, message.due_at, message.id) AS turn
          FROM tenancy_workspace AS workspace
          CROSS JOIN LATERAL (
               SELECT waiting.id, waiting.priority, waiting.due_at FROM mailing_message AS waiting
                WHERE waiting.tenant_id = workspace.id AND waiting.state IN ('queued', 'deferred')
                  AND waiting.due_at <= %(now)s
                ORDER BY waiting.priority, waiting.due_at, waiting.id LIMIT %(reach)s) AS message
         WHERE workspace.closed_at IS NULL
    ), next AS (
        SELECT due.id, due.priority > 0 AS later, due.turn FROM due
         ORDER BY due.priority > 0, due.turn, due.id LIMIT %(reach)s
    ), picked AS (
        SELECT message.id FROM mailing_message AS message JOIN next ON next.id = message.id
         WHERE message.state IN ('queued', 'deferred')
         ORDER BY next.later, next.turn, message.id LIMIT %(limit)s
           FOR UPDATE OF message SKIP LOCKED
    )
    UPDATE mailing_message AS message
       SET state = 'sending', attempt = message.attempt + 1, lease_until = %(lease_until)s, reason = '', detail = '',
           message_id = message.public_id || '@' || %(host)s,
           email_version_id = (SELECT version.id FROM mailing_email AS email
                                 JOIN mailing_emailversion AS version
                                   ON version.tenant_id = email.tenant_id AND version.email_id = email.id
                                  AND version.no = email.version_no
                                WHERE email.tenant_id = message.tenant_id AND email.id = message.email_id)
      FROM picked
     WHERE message.id = picked.id
    RETURNING message.id, message.public_id, message.tenant_id, message.email_id, message.email_version_id,
              message.lead_id, message.send_key, message.priority, message.attempt, message.message_id,
              message.queued_at, message.to_address, message.context::text, message.content::text
"""


def give_up_leases(*, now: datetime) -> int:
    """Messages whose sender did not report before its lease ran out become uncertain: they may have left."""
    with system_scope():
        return sql.run(GIVE_UP, now=now).rowcount


GIVE_UP = """
    UPDATE mailing_message AS message
       SET state = 'uncertain', reason = 'lease_ran_out', lease_until = NULL, sent_at = %(now)s
     WHERE message.state = 'sending' AND message.lease_until < %(now)s
"""
