"""Visits and sources on the lead page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ma_platform.tenancy.permissions import Capability
from ma_platform.ui import slots
from tracking.queries import person_totals, touches, visits
from tracking.visit_words import touch_row, visit_row

SHOWN = 6


@slots.LEAD_PANELS.fill(order=25, capability=Capability.VIEW_TRACKING)
def visits_panel(request: HttpRequest, lead: Any) -> slots.Panel | None:  # Any: this room does not know leads
    """First and last touch and the newest visits, each with its source and the company it may have come from."""
    rows = visits(lead_id=lead.pk, limit=SHOWN)
    if not rows:
        return None
    found = touches(lead.pk)
    context = {
        "first": touch_row(found.first) if found.first else None,
        "last": touch_row(found.last) if found.last else None,
        "rows": [visit_row(row) for row in rows],
        "totals": person_totals(lead.pk),
    }
    href = reverse("tracking:person_visits", args=[lead.public_id])
    title = _("Visits and sources")
    return slots.Panel(title=title, template="tracking/_visits.html", context=context, wide=True, href=href)
