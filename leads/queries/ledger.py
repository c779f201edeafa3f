"""The consent ledger of one person: where each topic stands, and the lines behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from leads.models import Consent, Lead, Merge
from leads.queries.permission import consent_now
from leads.topics import TOPICS
from ma_platform.tenancy.reach import everybody


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
    """The whole ledger of one person, oldest first, with what was allowed for their further addresses; the address is
    that of each line's `lead`."""
    bound = Merge.objects.filter(drop__merged_into=lead, undone_at=None).exclude(address_source="")
    with everybody():  # those rows have no owner who reaches them
        found = Consent.objects.filter(lead_id__in=[lead.pk, *bound.values_list("drop_id", flat=True)])
        return list(found.select_related("lead").order_by("at", "id"))
