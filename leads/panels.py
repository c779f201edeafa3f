"""What leads put into the shell."""

from datetime import datetime, time

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from leads.queries import LeadFilter, arrivals, list_leads
from ma_platform.tenancy.permissions import Capability
from ma_platform.ui import slots
from ma_platform.ui.navigation import NavItem, Section, register

register(
    NavItem(
        key="leads",
        label=_("Leads"),
        icon="users",
        url_name="leads:list",
        section=Section.PEOPLE,
        order=10,
        capability=Capability.VIEW_LEADS,
    )
)
register(
    NavItem(
        key="companies",
        label=_("Companies"),
        icon="building",
        url_name="leads:companies",
        section=Section.PEOPLE,
        order=20,
        capability=Capability.VIEW_LEADS,
    )
)


@slots.HOME_PANELS.fill(order=16, capability=Capability.VIEW_LEADS)
def new_leads_panel(request: HttpRequest, now: datetime) -> slots.Panel:
    """Who is new: today, this week against the one before, and the newest six."""
    today = timezone.localdate(now)
    midnight = timezone.make_aware(datetime.combine(today, time.min))
    found, people = arrivals(now=now, midnight=midnight), reverse("leads:list")
    growth = found.growth
    context = {
        "found": found,
        "growth": "" if growth is None else f"{growth:+.0%}",
        "tone": "neutral" if not growth else "success" if growth > 0 else "danger",
        "today_href": f"{people}?created={today.isoformat()}",
        "week_href": f"{people}?created=7d",
        "rows": list_leads(LeadFilter(sort="-created", limit=6)),
    }
    href = f"{people}?sort=-created"
    return slots.Panel(title=_("New leads"), template="leads/_home_new.html", context=context, href=href)
