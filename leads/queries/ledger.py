"""The consent ledger of one person: where each topic stands, and the lines behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from leads.models import Consent, Lead
from leads.queries.permission import consent_now
from leads.topics import TOPICS


@dataclass(frozen=True, slots=True)
class TopicNow:
    """`now`: the basis in force, `refused` or `none`; a line about every topic stands under its own."""

    topic: str
    now: str
    lines: Sequence[Consent]


def ledger(lead: Lead) -> list[TopicNow]:
    """Every topic a mail can have and every one the person spoke about, in two queries; newest lines first."""
    by_topic: dict[str, list[Consent]] = {}
    for line in Consent.objects.filter(lead=lead).order_by("-at", "-id"):
        by_topic.setdefault(line.topic, []).append(line)
    topics = list(dict.fromkeys((*TOPICS, *sorted(by_topic))))
    standing = consent_now(lead.pk, topics)
    return [
        TopicNow(topic, standing[topic], by_topic.get(topic, []))
        for topic in topics
        if topic != "*" or topic in by_topic
    ]


def evidence_lines(lead: Lead) -> list[Consent]:
    """The whole ledger of one person, oldest first."""
    return list(Consent.objects.filter(lead=lead).order_by("at", "id"))
