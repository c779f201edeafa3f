"""What leads put into the shell."""

from datetime import datetime, time

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from leads.duplicates import reason_text
from leads.models import Lead
from leads.queries import LeadFilter, arrivals, list_leads
from leads.queries.naming import named
from leads.queries.suggestions import suggestions
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

register(
    NavItem(
        key="duplicates",
        label=_("Possible duplicates"),
        icon="copy",
        url_name="leads:duplicates",
        section=Section.PEOPLE,
        order=15,
        capability=Capability.VIEW_LEADS,
    )
)
slots.PEOPLE.fill(order=10)(named)


@slots.LEAD_PANELS.fill(order=75, capability=Capability.VIEW_LEADS)
def same_person_panel(request: HttpRequest, lead: Lead) -> slots.Panel | None:
    """Who may be the same person; nothing when nobody is."""
    found = suggestions(lead_id=lead.pk)[:3]
    rows = [
        {
            "lead": one.other if one.one_id == lead.pk else one.one,
            "reasons": reason_text(one.reasons),
            "confidence": one.confidence,
        }
        for one in found
    ]
    context = {"rows": rows}
    return (
        slots.Panel(title=_("Possibly the same person"), template="leads/_same_person.html", context=context)
        if rows
        else None
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
