"""The consent ledger: what each person allowed or refused, with the evidence. Lines are added, never changed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from leads.models import Consent, Lead
from ma_platform import audit
from ma_platform.errors import DomainError
from ma_platform.tenancy.models import ApiKey, User
from tracking.actions import NewFact, record_many
from tracking.catalogue import Event

EVERY_TOPIC = "*"


@dataclass(frozen=True, slots=True)
class ConsentInput:
    """One line. `evidence`: wording, wording_hash, url, submission … as the law asks to keep. `at` None means now."""

    lead_id: int
    topic: str
    state: str = "granted"
    basis: str | None = "consent"
    evidence: Mapping[str, object] = field(default_factory=dict)
    at: datetime | None = None


def record_consent(lines: Sequence[ConsentInput], *, now: datetime) -> int:
    """Add lines to the ledger; a refusal carries no basis. Returns how many."""
    rows = [
        Consent(
            lead_id=line.lead_id,
            topic=line.topic,
            state=line.state,
            basis=None if line.state == Consent.State.REFUSED else line.basis,
            at=line.at or now,
            evidence=dict(line.evidence),
        )
        for line in lines
    ]
    Consent.objects.bulk_create(rows)
    return len(rows)


def refuse_topic(lead_ids: Sequence[int], topic: str, *, now: datetime, evidence: Mapping[str, object]) -> int:
    """These people want nothing more of `topic`, whatever the basis was."""
    lines = [ConsentInput(lead_id, topic, Consent.State.REFUSED, None, evidence) for lead_id in lead_ids]
    return record_consent(lines, now=now)


def refuse_all(lead_ids: Sequence[int], *, now: datetime, evidence: Mapping[str, object]) -> int:
    """These people want no marketing at all; only a fresh consent counts again."""
    return refuse_topic(lead_ids, EVERY_TOPIC, now=now, evidence=evidence)


class ConsentRefused(DomainError):
    """A line that cannot stand in the ledger; `field` is the part that is wrong."""

    code = "consent_refused"
    message = _("%(reason)s")

    def __init__(self, field_name: str, reason: object) -> None:
        super().__init__(reason=reason)
        self.field = field_name


TOPIC = re.compile(r"(?:\*|[a-z][a-z0-9_-]{0,99})\Z")


def state_consent(lead: Lead, line: ConsentInput, *, by: User, now: datetime) -> None:
    """A member adds a line by hand: what somebody agreed to or refused, since when, and what shows it.

    Raises ConsentRefused. Judgements that ask about consent hear of it.
    """
    if not TOPIC.match(line.topic):
        raise ConsentRefused("topic", _("A topic has only a to z, 0 to 9, - and _."))
    if line.at and line.at > now:
        raise ConsentRefused("at", _("This day lies ahead."))
    if line.state == Consent.State.GRANTED and not str(line.evidence.get("note", "")).strip():
        raise ConsentRefused("note", _("Please say what shows it: where, when, to whom."))
    record_consent([line], now=now)
    tell_consent([lead.pk], source="user", now=now)
    audit.record(by, "consent.stated", lead.public_id, at=now, topic=line.topic, state=line.state)


def tell_consent(lead_ids: Sequence[int], *, source: str, now: datetime) -> None:
    """Say that lines were added for these people."""
    props = {"source": source, "fields": ["consent"]}
    record_many([NewFact(Event.LEAD_UPDATED, lead=pk, at=now, props=dict(props)) for pk in lead_ids])


def note_evidence_export(lead: Lead, *, by: User | ApiKey, now: datetime) -> None:
    """The audit trail says who took the evidence out."""
    audit.record(by, "consent.exported", lead.public_id, at=now)
