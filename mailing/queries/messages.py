"""Messages as lists and as numbers that add up to the audience."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ma_platform.db import sql
from mailing.models import State

STATES = tuple(state.value for state in State)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many messages of one mail are in each state, and why the skipped ones were."""

    states: Mapping[str, int]
    skipped: Mapping[str, int]

    @property
    def audience(self) -> int:
        """Everybody the mail was meant for."""
        return sum(self.states.values())

    @property
    def settled(self) -> int:
        """accepted + failed + skipped + uncertain."""
        return sum(self.states.get(state, 0) for state in ("accepted", "failed", "skipped", "uncertain"))


@dataclass(frozen=True, slots=True)
class MessageRow:
    """One line of a message list."""

    id: int
    public_id: str
    email_id: str | None
    email_name: str
    lead_id: str | None
    last_name: str
    first_name: str
    to_address: str
    state: str
    reason: str
    detail: str
    queued_at: datetime
    sent_at: datetime | None
    due_at: datetime


def counts_by_email(email_ids: Sequence[int], *, most: int | None = None) -> dict[int, Counts]:
    """Numbers of many mails in one statement, without reasons; a state with more than `most` counts `most` + 1."""
    found: dict[int, dict[str, int]] = {email_id: {} for email_id in email_ids}
    limit = most + 1 if most is not None else None
    for email_id, state, count in sql.run(COUNTS, email_ids=list(email_ids), states=list(STATES), limit=limit).rows:
        found[email_id][state] = count
    return {email_id: Counts(states, {}) for email_id, states in found.items()}


def counts_of(email_id: int) -> Counts:
    """Numbers of one mail, all counted, with the reasons of the skipped ones."""
    states = counts_by_email([email_id])[email_id].states
    return Counts(states, dict(sql.run(REASONS, email_id=email_id).rows))


# One stretch of the index for each mail and state: messages of other mails are never read, and none twice.
COUNTS = """
    SELECT email.id, state.name, counted.messages
      FROM unnest(%(email_ids)s::bigint[]) AS email(id)
     CROSS JOIN unnest(%(states)s::text[]) AS state(name)
     CROSS JOIN LATERAL (
           SELECT count(*) AS messages
             FROM (SELECT FROM mailing_message AS message
                    WHERE message.tenant_id = %(tenant_id)s AND message.email_id = email.id
                      AND message.state = state.name
                    LIMIT %(limit)s::bigint) AS stretch) AS counted
     WHERE counted.messages > 0
"""
REASONS = """
    SELECT message.reason, count(*)
      FROM mailing_message AS message
     WHERE message.tenant_id = %(tenant_id)s AND message.email_id = %(email_id)s AND message.state = 'skipped'
     GROUP BY message.reason
"""


def list_messages(
    email_id: int, *, state: str = "", after: Sequence[Any] | None = None, limit: int = 50
) -> list[MessageRow]:
    """Messages of a mail, newest first; `after` is the id of the last one seen."""
    states = [state] if state in STATES else list(STATES)
    before = int(after[0]) if after else None
    ids = sql.run(NEWEST, email_id=email_id, states=states, before=before, limit=limit).values()
    return sql.typed(BY_IDS, MessageRow, ids=ids)


# The newest of each state, then the newest of those: seven short reads of the index whatever the audience.
NEWEST = """
    SELECT newest.id
      FROM unnest(%(states)s::text[]) AS wanted(state)
     CROSS JOIN LATERAL (
           SELECT message.id FROM mailing_message AS message
            WHERE message.tenant_id = %(tenant_id)s AND message.email_id = %(email_id)s
              AND message.state = wanted.state
              AND (%(before)s::bigint IS NULL OR message.id < %(before)s::bigint)
            ORDER BY message.id DESC LIMIT %(limit)s) AS newest
     ORDER BY newest.id DESC LIMIT %(limit)s
"""


def messages_of_lead(lead_id: int, *, limit: int = 20) -> list[MessageRow]:
    """The newest mails to one person."""
    return sql.typed(BY_LEAD, MessageRow, lead_id=lead_id, limit=limit)


_SHOWN = """
    SELECT message.id, message.public_id, email.public_id AS email_id, coalesce(email.name, '') AS email_name,
           lead.public_id AS lead_id, coalesce(lead.last_name, '') AS last_name,
           coalesce(lead.first_name, '') AS first_name,
           coalesce(nullif(message.to_address, ''), lead.email, '') AS to_address, message.state, message.reason,
           message.detail, message.queued_at, message.sent_at, message.due_at
      FROM mailing_message AS message
      LEFT JOIN mailing_email AS email ON email.tenant_id = message.tenant_id AND email.id = message.email_id
      LEFT JOIN leads_lead AS lead ON lead.tenant_id = message.tenant_id AND lead.id = message.lead_id
"""

BY_IDS = (
    _SHOWN
    + """
     WHERE message.tenant_id = %(tenant_id)s AND message.id = ANY(%(ids)s::bigint[])
     ORDER BY message.id DESC
"""
)

BY_LEAD = (
    _SHOWN
    + """
     WHERE message.tenant_id = %(tenant_id)s AND message.lead_id = %(lead_id)s
     ORDER BY message.id DESC LIMIT %(limit)s
"""
)
