"""What flows add to shared pages: the rail entry, and the runs of a lead."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from leads.actions.segments import Consequence, at_confirmation
from leads.models import Lead, Segment
from ma_platform.tenancy.permissions import Capability
from ma_platform.ui import navigation, slots
from ma_platform.ui.navigation import NavItem, Section
from ma_platform.ui.slots import Panel
from nurturing import actions, presenting, queries
from tracking.catalogue import Event

navigation.register(
    NavItem(
        key="flows",
        label=_("Scenarios"),
        icon="flow",
        url_name="nurturing:list",
        section=Section.REACH,
        order=20,
        capability=Capability.VIEW_FLOWS,
    )
)


@slots.LEAD_PANELS.fill(order=50, capability=Capability.VIEW_FLOWS)
def runs_panel(request: HttpRequest, lead: Lead) -> Panel | None:
    """Where the lead is, and where it has been; nothing for a lead that never entered a flow."""
    runs = queries.runs_of_lead(lead.pk, limit=20)
    if not runs:
        return None
    return Panel(
        title=_("Scenarios"), template="nurturing/_lead_panel.html", context={"rows": presenting.lead_runs(runs)}
    )


@at_confirmation
def flows_begun(
    segment: Segment, entering: Sequence[int], leaving: Sequence[int], now: datetime
) -> Sequence[Consequence]:
    """Scenarios that start when somebody enters or leaves the segment, and how many they would let in."""
    people = {int(Event.SEGMENT_ENTERED): entering, int(Event.SEGMENT_LEFT): leaving}
    return [
        Consequence(
            name=flow.name(presenting.language()),
            href=reverse("nurturing:flow", args=[flow.public_id]),
            count=actions.would_enter(flow, people[flow.trigger_event or 0], now=now),
            leaving=flow.trigger_event == Event.SEGMENT_LEFT,
        )
        for flow in queries.triggered_by(list(people))
        if queries.starts_by(flow) == segment.public_id
    ]


@slots.EVENT_USES.fill(order=30, capability=Capability.VIEW_FLOWS)
def flows_asking(names: Mapping[int, str]) -> dict[int, list[slots.Use]]:
    """Scenarios that name these events: in their draft, as published, or in a version that people are still on."""
    found: dict[int, list[slots.Use]] = defaultdict(list)
    numbers = {name: number for number, name in names.items()}
    for flow, name in queries.flows_naming(numbers):
        page = reverse("nurturing:flow", args=[flow.public_id])
        found[numbers[name]].append(slots.Use(_("Scenario"), flow.name(presenting.language()), page))
    return found


@slots.SEGMENT_USES.fill(order=30, capability=Capability.VIEW_FLOWS)
def flows_asking_about_segment(public_id: str) -> list[slots.Use]:
    """Scenarios that start by the segment or ask about it."""
    return [
        slots.Use(_("Scenario"), flow.name(presenting.language()), reverse("nurturing:flow", args=[flow.public_id]))
        for flow in queries.flows_asking_segment(public_id)
    ]
