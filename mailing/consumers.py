"""A reader arrives on a customer's page from a mail: the browser there belongs to that person. And people who go."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from leads.actions import Gone, at_erasure
from ma_platform.db import sql
from ma_platform.tenancy.scope import current_tenant_id
from mailing.actions import forget_addresses
from mailing.signing import SIGNER
from mailing.tokens import BadToken, Landing
from tracking.actions import TOKEN, Sign, bind_visitors
from tracking.catalogue import Event, Fact, Verdict, consumes


@consumes(Event.PAGE_VIEWED, name="mail_arrivals", proof=TOKEN)
def bind_arrivals(facts: Sequence[Fact], now: datetime) -> None:
    """Bind browsers that carry a fresh `ma_c` of this workspace; a stale or foreign one binds nobody."""
    arrived = [(fact, landing) for fact in facts if (landing := _landing(fact)) is not None]
    if not arrived:
        return
    keys = dict(sql.run(KEYS, ids=[fact.visitor_id for fact, _ in arrived]).rows)
    known = set(sql.run(KNOWN, ids=[landing.lead_id for _, landing in arrived]).values())
    bind_visitors(
        [
            Sign(keys[fact.visitor_id], landing.lead_id, "mail_click", fact.occurred_at)
            for fact, landing in arrived
            if fact.visitor_id in keys and landing.lead_id in known
        ]
    )


KEYS = """
    SELECT visitor.id, visitor.key FROM tracking_visitor AS visitor
     WHERE visitor.tenant_id = %(tenant_id)s AND visitor.id = ANY(%(ids)s::bigint[])
"""

KNOWN = """
    SELECT lead.id FROM leads_lead AS lead WHERE lead.tenant_id = %(tenant_id)s AND lead.id = ANY(%(ids)s::bigint[])
"""


def _landing(fact: Fact) -> Landing | None:
    token = fact.props.get(TOKEN)
    if not isinstance(token, str) or fact.visitor_id is None or fact.verdict != Verdict.HUMAN:
        return None
    try:
        landing = SIGNER.read_landing(
            token, now=int(fact.received_at.timestamp())
        )  # `occurred_at` is the sender's word
    except BadToken:
        return None
    return landing if landing.tenant_id == current_tenant_id() and landing.lead_id else None


@at_erasure
def forget(gone: Sequence[Gone]) -> None:
    """A suppressed address stays suppressed by its hash alone."""
    forget_addresses([one.email for one in gone])
