"""May we write to them? Read from the consent ledger at the moment of sending."""

from collections.abc import Sequence
from dataclasses import dataclass

from ma_platform.db import sql


@dataclass(frozen=True, slots=True)
class MailState:
    """`basis` None means no ground to send marketing mail of the topic; `refused` says it was taken back."""

    address: str
    basis: str | None
    refused: bool


def mailable(lead_ids: Sequence[int], topic: str) -> dict[int, MailState]:
    """Where each person stands on `topic` (and on `*`, every topic). Erased people are left out.

    A refusal ends every basis; after it only a fresh consent counts, a business card or a relationship does not.
    """
    rows = sql.run(MAILABLE, ids=list(lead_ids), topic=topic).rows
    return {lead_id: MailState(email, basis, refused and basis is None) for lead_id, email, basis, refused in rows}


MAILABLE = """
    SELECT lead.id, lead.email, granted.basis, refusal.id IS NOT NULL AS refused
      FROM leads_lead AS lead
      LEFT JOIN LATERAL (
            SELECT line.id, line.at FROM leads_consent AS line
             WHERE line.tenant_id = %(tenant_id)s AND line.lead_id = lead.id AND line.topic IN (%(topic)s, '*')
               AND line.state = 'refused'
             ORDER BY line.at DESC, line.id DESC LIMIT 1) AS refusal ON true
      LEFT JOIN LATERAL (
            SELECT line.basis FROM leads_consent AS line
             WHERE line.tenant_id = %(tenant_id)s AND line.lead_id = lead.id AND line.topic IN (%(topic)s, '*')
               AND line.state = 'granted'
               AND (refusal.id IS NULL OR ((line.at, line.id) > (refusal.at, refusal.id) AND line.basis = 'consent'))
             ORDER BY line.at DESC, line.id DESC LIMIT 1) AS granted ON true
     WHERE lead.tenant_id = %(tenant_id)s AND lead.id = ANY(%(ids)s::bigint[])
"""


def consent_now(lead_id: int, topics: Sequence[str]) -> dict[str, str]:
    """Where one person stands on each topic: the basis in force, `refused`, or `none`. By the rule of `mailable`."""
    return dict(sql.run(CONSENT_NOW, lead_id=lead_id, topics=list(topics)).rows)


CONSENT_NOW = """
    SELECT asked.topic, coalesce(granted.basis, CASE WHEN refusal.id IS NULL THEN 'none' ELSE 'refused' END)
      FROM unnest(%(topics)s::text[]) AS asked(topic)
      LEFT JOIN LATERAL (
            SELECT line.id, line.at FROM leads_consent AS line
             WHERE line.tenant_id = %(tenant_id)s AND line.lead_id = %(lead_id)s AND line.topic IN (asked.topic, '*')
               AND line.state = 'refused'
             ORDER BY line.at DESC, line.id DESC LIMIT 1) AS refusal ON true
      LEFT JOIN LATERAL (
            SELECT line.basis FROM leads_consent AS line
             WHERE line.tenant_id = %(tenant_id)s AND line.lead_id = %(lead_id)s AND line.topic IN (asked.topic, '*')
               AND line.state = 'granted'
               AND (refusal.id IS NULL OR ((line.at, line.id) > (refusal.at, refusal.id) AND line.basis = 'consent'))
             ORDER BY line.at DESC, line.id DESC LIMIT 1) AS granted ON true
"""
