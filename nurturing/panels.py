"""What flows add to shared pages: the rail entry, and the runs of a lead."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from leads.models import Lead
from ma_platform.tenancy.permissions import Capability
from ma_platform.ui import navigation, slots
from ma_platform.ui.navigation import NavItem, Section
from ma_platform.ui.slots import Panel
from nurturing import presenting, queries

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
