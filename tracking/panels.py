"""What tracking shows on shared pages: the rail, the setup checklist, the health page and /readyz."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from ma_platform import clock
from ma_platform.health import probe
from ma_platform.tenancy.permissions import Capability
from ma_platform.ui import navigation, slots
from ma_platform.ui.formats import duration
from tracking.activity import activity
from tracking.catalogue import Event
from tracking.queries import LAG_LIMIT_SECONDS, ingest_lag, lag, tag_seen_at

navigation.register(
    navigation.NavItem(
        key="tracking",
        label=_("Visitors"),
        icon="eye",
        url_name="tracking:live",
        section=navigation.Section.CAPTURE,
        order=10,
        capability=Capability.VIEW_TRACKING,
        also_under=("/tracking/",),
    )
)


@slots.HOME_PANELS.fill(order=14, capability=Capability.VIEW_TRACKING)
def activity_panel(request: HttpRequest, now: datetime) -> slots.Panel:
    """Today on the site and in the mails; every number leads to those who did it."""
    today = timezone.localdate(now)
    found = activity(today)
    people = f"{_leads_list(request)}?did={{}}@{today.isoformat()}" if _leads_list(request) else ""
    context = {
        "views": found.today[Event.PAGE_VIEWED],
        "seconds": found.visible_ms / 1000,
        "viewers": people.format(Event.PAGE_VIEWED.wire),
        "counts": [
            {"label": label, "count": found.today[event], "href": people.format(event.wire)} for event, label in SHOWN
        ],
        "chart": found.chart,
    }
    href = reverse("tracking:live")
    return slots.Panel(title=_("Today's activity"), template="tracking/_home_activity.html", context=context, href=href)


def _leads_list(request: HttpRequest) -> str:
    """Where people are listed, by its public name: the room above is not imported."""
    return reverse("leads:list") if Capability.VIEW_LEADS in getattr(request, "can", ()) else ""


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
        done=tag_seen_at() is not None,
        url=reverse("tracking:setup"),
        text=_("One line of HTML; from then on you see who reads what."),
    )


@slots.HEALTH_ROWS.fill(order=20)
def ingest_row(now: datetime) -> slots.HealthRow:
    waiting = ingest_lag()
    return slots.HealthRow(
        key="ingest",
        title=_("Accepted events"),
        state="ok" if waiting < LAG_LIMIT_SECONDS else "bad",
        value=duration(waiting, language=get_language() or "ja"),
        text="" if waiting < LAG_LIMIT_SECONDS else _("The ingest process is not writing them; nothing is lost."),
    )


@slots.HEALTH_ROWS.fill(order=21)
def consumer_row(now: datetime) -> slots.HealthRow:
    behind = [one for one in lag(now=now) if not one.ok]
    worst = max((one.seconds or 0.0 for one in lag(now=now)), default=0.0)
    return slots.HealthRow(
        key="consumers",
        title=_("Reading of events"),
        state="warn" if behind else "ok",
        value=duration(worst, language=get_language() or "ja"),
        text=", ".join(one.name for one in behind),
    )


@probe("consumers")
def consumers() -> dict[str, object]:
    """Lag in seconds by consumer; not ok when one has not caught up for a minute."""
    found = lag(now=clock.now())
    return {"ok": all(one.ok for one in found), "lag": {one.name: one.seconds for one in found}}


@probe("ingest")
def ingest() -> dict[str, object]:
    waiting = ingest_lag()
    return {"ok": waiting < LAG_LIMIT_SECONDS, "lag": waiting}
