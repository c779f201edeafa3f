"""What tracking shows on shared pages: the rail, the setup checklist, a person's page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ma_platform.tenancy.permissions import Capability
from ma_platform.ui import navigation, slots
from tracking import health_rows, visit_panels  # noqa: F401 - register themselves
from tracking.activity import COUNTED, activity
from tracking.browsers import ties
from tracking.catalogue import Event
from tracking.people import exclusions_href, people_href
from tracking.queries import BindingRow, VisitorRow, bindings, left_out_counts
from tracking.queries import tag_seen as newest_view

navigation.register(
    navigation.NavItem(
        key="tracking",
        label=_("Visitors"),
        icon="eye",
        url_name="tracking:live",
        section=navigation.Section.CAPTURE,
        order=10,
        capability=Capability.VIEW_TRACKING,
        also_under=("/tracking/", "/visitors/"),
    )
)


@slots.LEAD_PANELS.fill(order=70, capability=Capability.VIEW_TRACKING)
def browsers_panel(request: HttpRequest, lead: Any) -> slots.Panel:  # Any: this room does not know leads
    """Browsers of this person, why they are taken for theirs, and how to undo that."""
    return _bindings_panel(request, _("Browsers of this person"), bindings(lead_id=lead.pk, limit=20))


@slots.VISITOR_PANELS.fill(order=20, capability=Capability.VIEW_TRACKING)
def owners_panel(request: HttpRequest, visitor: VisitorRow) -> slots.Panel:
    """Whose this browser is and was, why, and how to undo that."""
    return _bindings_panel(request, _("Whose browser it is"), bindings(visitor_id=visitor.id, limit=20), people=True)


def _bindings_panel(
    request: HttpRequest, title: str | Promise, rows: Sequence[BindingRow], *, people: bool = False
) -> slots.Panel:
    context = {
        "ties": ties(rows),
        "may_undo": Capability.EDIT_LEADS in getattr(request, "can", ()),
        "back": request.path,
        "show_people": people,
    }
    return slots.Panel(title=title, template="tracking/_bindings.html", context=context)


@slots.HOME_PANELS.fill(order=14, capability=Capability.VIEW_TRACKING)
def activity_panel(request: HttpRequest, now: datetime) -> slots.Panel:
    """Today on the site and in the mails; every number leads to those who did it."""
    today = timezone.localdate(now)
    found = activity(today)
    left_out = left_out_counts(COUNTED, since=today, until=today).people
    counted = "&excluded=no" if left_out else ""
    people = f"{people_href(request)}?did={{}}@{today.isoformat()}{counted}" if people_href(request) else ""
    context = {
        "views": found.today[Event.PAGE_VIEWED],
        "seconds": found.visible_ms / 1000,
        "viewers": people.format(Event.PAGE_VIEWED.wire),
        "counts": [
            {"label": label, "count": found.today[event], "href": people.format(event.wire)} for event, label in SHOWN
        ],
        "chart": found.chart,
        "left_out": left_out,
        "exclusions": exclusions_href(request),
    }
    href = reverse("tracking:live")
    return slots.Panel(title=_("Today's activity"), template="tracking/_home_activity.html", context=context, href=href)


SHOWN = (
    (Event.FORM_SUBMITTED, _("Forms sent")),
    (Event.ASSET_DOWNLOADED, _("Downloads")),
    (Event.EMAIL_CLICKED, _("Mail clicks")),
)


@slots.CHECKLIST.fill(order=10, capability=Capability.VIEW_TRACKING)
def tag_seen(now: datetime) -> slots.Step:
    return slots.Step(
        key="tag",
        title=_("Put the tag on your site"),
        done=newest_view() is not None,
        url=reverse("tracking:setup"),
        text=_("A few words of code; from then on you see who reads what."),
    )
