"""What capture puts into the shell, the home page and the page of a lead."""

from datetime import datetime

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from capture.models import Submission
from capture.queries import submissions_of
from leads.models import Lead
from ma_platform.tenancy.permissions import Capability
from ma_platform.ui import slots
from ma_platform.ui.navigation import NavItem, Section, register

register(
    NavItem(
        key="forms",
        label=_("Forms"),
        icon="form",
        url_name="capture:list",
        section=Section.CAPTURE,
        order=10,
        capability=Capability.VIEW_FORMS,
    )
)
register(
    NavItem(
        key="assets",
        label=_("Documents"),
        icon="file",
        url_name="capture:assets",
        section=Section.CAPTURE,
        order=30,
        capability=Capability.VIEW_FORMS,
    )
)


@slots.CHECKLIST.fill(order=30, capability=Capability.VIEW_FORMS)
def first_form(now: datetime) -> slots.Step:
    """Done with the first answer a form on a real page brought."""
    return slots.Step(
        key="first_form",
        title=_("Put a form on your site"),
        done=Submission.objects.exists(),
        url=reverse("capture:list"),
        text=_("Two forms are ready. Copy the line of one into a page and send it once."),
    )


@slots.LEAD_PANELS.fill(order=40, capability=Capability.VIEW_FORMS)
def answers(request: HttpRequest, lead: Lead) -> slots.Panel | None:
    """What the person sent."""
    rows = submissions_of(lead.pk, limit=5)
    if not rows:
        return None
    return slots.Panel(title=_("Forms sent"), template="capture/_lead_panel.html", context={"rows": rows})
