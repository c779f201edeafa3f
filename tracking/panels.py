"""What tracking shows on shared pages: the rail, the setup checklist, the health page and /readyz."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from ma_platform import clock
from ma_platform.health import probe
from ma_platform.tenancy.permissions import Capability
from ma_platform.ui import navigation, slots
from ma_platform.ui.formats import duration
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
