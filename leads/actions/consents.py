"""The consent ledger: what each person allowed or refused, with the evidence. Lines are added, never changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from leads.models import Consent

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
