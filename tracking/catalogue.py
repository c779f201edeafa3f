"""The names of everything that can happen, what a fact looks like, and who wants to hear of it. Pure: no Django.

A new event name is one line in `Event`. `label` is English source text; show it through gettext.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import Any
from uuid import UUID

# Who may state an event: any browser with the public write key, a secret API key, or only the product itself.
WEB, API, PRODUCT = "web", "api", "product"
CUSTOM_FROM = 1000  # Customers' own names are numbered from here, per workspace.


class Event(IntEnum):
    """number, label, who may state it from outside, kind of its subject ("" = none)."""

    label: str
    stated_by: str
    subject_kind: str

    def __new__(cls, number: int, label: str, stated_by: str = PRODUCT, subject_kind: str = "") -> Event:
        member = int.__new__(cls, number)
        member._value_ = number
        member.label, member.stated_by, member.subject_kind = label, stated_by, subject_kind
        return member

    PAGE_VIEWED = 1, "Page viewed", WEB, "page"
    PAGE_LEFT = 2, "Page left", WEB, "page"
    LINK_CLICKED = 3, "Link clicked", WEB, "link"
    ASSET_DOWNLOADED = 4, "Document downloaded", WEB, "asset"
    FORM_VIEWED = 5, "Form viewed", WEB, "form"
    FORM_STARTED = 6, "Form started", WEB, "form"
    FORM_SUBMITTED = 7, "Form submitted", API, "form"
    EMAIL_SENT = 8, "E-mail sent", PRODUCT, "email"
    EMAIL_DELIVERED = 9, "E-mail delivered", PRODUCT, "email"
    EMAIL_OPENED = 10, "E-mail opened", PRODUCT, "email"
    EMAIL_CLICKED = 11, "Link in e-mail clicked", PRODUCT, "link"
    EMAIL_BOUNCED = 12, "E-mail bounced", PRODUCT, "email"
    EMAIL_COMPLAINED = 13, "Marked as spam", PRODUCT, "email"
    EMAIL_REPLIED = 14, "Replied to e-mail", PRODUCT, "email"
    UNSUBSCRIBED = 15, "Unsubscribed", PRODUCT, "email"
    SUBSCRIBED = 16, "Subscribed", PRODUCT, ""
    SEMINAR_REGISTERED = 17, "Seminar registered", WEB, ""
    SEMINAR_ATTENDED = 18, "Seminar attended", API, ""
    SEMINAR_MISSED = 19, "Seminar missed", API, ""
    TOUCHPOINT_EXHIBITION = 20, "Met at an exhibition", API, ""
    TOUCHPOINT_CALL = 21, "Phone call", API, ""
    TOUCHPOINT_VISIT = 22, "Visit", API, ""
    TOUCHPOINT_MEETING = 23, "Meeting", API, ""
    TOUCHPOINT_BUSINESS_CARD = 24, "Business card exchanged", API, ""
    TOUCHPOINT_DIRECT_MAIL = 25, "Direct mail", API, ""
    SCORE_CROSSED = 30, "Score crossed a threshold", PRODUCT, ""
    BECAME_HOT = 31, "Became hot", PRODUCT, ""
    STAGE_CHANGED = 32, "Stage changed", PRODUCT, "stage"
    SEGMENT_ENTERED = 33, "Entered a segment", PRODUCT, "segment"
    SEGMENT_LEFT = 34, "Left a segment", PRODUCT, "segment"
    DEAL_OPENED = 35, "Deal opened", PRODUCT, "deal"
    DEAL_WON = 36, "Deal won", PRODUCT, "deal"
    DEAL_LOST = 37, "Deal lost", PRODUCT, "deal"
    LEAD_CREATED = 38, "Lead created", PRODUCT, ""
    LEAD_UPDATED = 39, "Lead updated", PRODUCT, ""
    LEADS_MERGED = 40, "Leads merged", PRODUCT, ""
    VISITOR_BOUND = 41, "Browser recognised", PRODUCT, ""
    IDENTIFIED = 42, "Identified", PRODUCT, ""
    GROUPED = 43, "Company stated", PRODUCT, ""
    TAG_ADDED = 44, "Tag added", PRODUCT, ""
    FLOW_ENDED = 45, "Scenario ended", PRODUCT, "flow"
    VERDICT_CHANGED = 46, "Traffic judged again", PRODUCT, ""
    EVENTS_DELETED = 47, "Old events deleted", PRODUCT, ""

    @property
    def wire(self) -> str:
        """The public spelling: Event.PAGE_VIEWED.wire == "page_viewed"."""
        return self.name.lower()


BY_NUMBER: dict[int, Event] = {int(event): event for event in Event}
BY_WIRE: dict[str, Event] = {event.wire: event for event in Event}
# Offline encounters by the kind the API takes: "exhibition", "call", …
TOUCHPOINTS: dict[str, Event] = {
    event.wire.removeprefix("touchpoint_"): event for event in Event if event.wire.startswith("touchpoint_")
}


class Verdict(IntEnum):
    """Was it a person? Only HUMAN counts in rollups, scores and branches."""

    HUMAN = 0
    MACHINE = 1
    UNSURE = 2


@dataclass(frozen=True, slots=True)
class Fact:
    """One row of the log as consumers get it. `name` ≥ 1000: a customer's own; `visible_ms`: only on page_left."""

    id: UUID
    tenant_id: int
    visitor_id: int | None
    lead_id: int | None
    name: int
    subject_id: int | None
    occurred_at: datetime
    received_at: datetime
    visible_ms: int | None
    verdict: int
    props: dict[str, Any] = field(default_factory=dict)  # Any: JSON of the sender


Reader = Callable[[Sequence[Fact], datetime], None]


@dataclass(frozen=True, slots=True)
class Consumer:
    """A reader of the log. `events` empty means every event, customers' own included.

    proof: the one property of `facts.UNSHOWN` that it gets, because it judges it.
    """

    name: str
    events: frozenset[int]
    read: Reader
    layer: int
    proof: str = ""


CONSUMERS: dict[str, Consumer] = {}
# Lower rooms first, so that one pass carries a fact all the way up.
LAYERS = ("tracking", "leads", "scoring", "mailing", "connect", "lifecycle", "capture", "nurturing", "reports")


def consumes(*events: int, name: str, proof: str = "") -> Callable[[Reader], Reader]:
    """Call `fn(facts, now)` with batches of these events, one tenant at a time, inside its scope.

    The cursor moves in the same transaction. Without events: every event. A fact that raises is set aside
    (`tracking_poison`), never skipped silently. `proof`: see `Consumer`.
    """

    def register(read: Reader) -> Reader:
        room = read.__module__.partition(".")[0]
        layer = LAYERS.index(room) if room in LAYERS else len(LAYERS)
        CONSUMERS[name] = Consumer(name, frozenset(int(event) for event in events), read, layer, proof)
        return read

    return register


def in_order() -> list[Consumer]:
    """Every registered consumer, lowest room first."""
    return sorted(CONSUMERS.values(), key=lambda consumer: (consumer.layer, consumer.name))
