"""What stands beside a person on their page: tags, consents, unproven addresses."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from leads.models import Consent, Lead, LeadTag
from ma_platform.db import sql
from ma_platform.tenancy.reach import everybody


@dataclass(frozen=True, slots=True)
class ConsentNow:
    """The newest line of the ledger for one topic."""

    topic: str
    state: str
    basis: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class LeadFacts:
    """Everything small about one person, in five statements."""

    tags: Sequence[str]
    identifiers: Sequence[tuple[str, str]]
    consents: Sequence[ConsentNow]
    hints: Sequence[str]


def lead_facts(lead: Lead) -> LeadFacts:
    """The facts of one person."""
    tags = LeadTag.objects.filter(lead=lead).order_by("tag__name").values_list("tag__name", flat=True)
    consents = (
        Consent.objects.filter(lead=lead)
        .order_by("topic", "-at", "-id")
        .distinct("topic")
        .values_list("topic", "state", "basis", "at")
    )
    with everybody():  # a further address of theirs is proven; its row has no owner who reaches it
        hints = sql.run(HINTS, lead_id=lead.pk, own=lead.email_key or "").values()
    return LeadFacts(
        tags=list(tags),
        identifiers=list(lead.identifiers.order_by("kind").values_list("kind", "value")),
        consents=[ConsentNow(*line) for line in consents],
        hints=hints,
    )


HINTS = """
    SELECT DISTINCT hint.email_key FROM leads_identityhint AS hint
      JOIN tracking_visitor AS visitor ON visitor.tenant_id = %(tenant_id)s AND visitor.id = hint.visitor_id
     WHERE hint.tenant_id = %(tenant_id)s AND visitor.lead_id = %(lead_id)s AND hint.email_key <> %(own)s
       AND NOT EXISTS (SELECT FROM leads_lead AS aside
                        WHERE aside.tenant_id = %(tenant_id)s AND aside.merged_into_id = %(lead_id)s
                          AND aside.email_key = hint.email_key)
     ORDER BY hint.email_key LIMIT 5
"""
