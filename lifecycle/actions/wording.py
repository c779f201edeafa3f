"""What an alert shows: gathered for many leads at once, written down in the workspace's language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext

from leads.models import Lead
from leads.queries import leads_by_ids
from lifecycle.alerting import Crossing, stamp, summed, visible
from lifecycle.queries.behaviour import Inquiry, Page, last_inquiries, last_pages
from ma_platform.env import ENV
from ma_platform.tenancy.models import Workspace
from scoring.queries import LeadScore, scores

Body = dict[str, Any]  # Any: JSON


@dataclass(frozen=True)
class _Known:
    """Everything known about one lead at that moment."""

    lead: Lead
    score: LeadScore
    pages: list[Page]
    inquiry: Inquiry | None


def alert_bodies(crossings: Sequence[Crossing], *, workspace: Workspace, now: datetime) -> dict[int, Body]:
    """By lead id, what the alert knows; leads that are gone are left out. Must run in the workspace's language."""
    lead_ids = sorted({one.lead_id for one in crossings})
    leads, scored = leads_by_ids(lead_ids), scores(lead_ids, now=now)
    pages, inquiries = last_pages(lead_ids), last_inquiries(lead_ids)
    return {
        one.lead_id: _body(
            one,
            _Known(leads[one.lead_id], scored[one.lead_id], pages.get(one.lead_id, []), inquiries.get(one.lead_id)),
            workspace=workspace,
            now=now,
        )
        for one in crossings
        if one.lead_id in leads
    }


def alert_text(body: Body) -> str:
    """The mail's text."""
    return render_to_string("lifecycle/alert.txt", {"alert": body})


def as_json(body: Body) -> str:
    """For a jsonb column. What is in a body was read from the database, which holds no NUL."""
    return orjson.dumps(body, default=str).decode()


def lead_link(public_id: str) -> str:
    """The lead's page as a full address."""
    return ENV.base_url + reverse("leads:page", args=[public_id])


def _body(one: Crossing, known: _Known, *, workspace: Workspace, now: datetime) -> Body:
    zone, lead = ZoneInfo(workspace.timezone), known.lead
    company = lead.company.name if lead.company else ""
    return {
        "headline": " ".join(filter(None, [company, str(lead)])),
        "name": str(lead),
        "company": company,
        "department": lead.department,
        "job_title": lead.job_title,
        "email": lead.email,
        "phone": lead.phone,
        "reason": _reason(one.reason),
        "total": one.total,
        "cell": one.cell,
        "lines": _lines(known.score, workspace.locale),
        "pages": [_page(page, zone) for page in known.pages],
        "inquiry": _inquiry(known.inquiry, zone),
        "url": lead_link(lead.public_id),
        "received": stamp(one.fact_received_at, zone),
        "handed_over": stamp(now, zone),
    }


def _reason(reason: str) -> str:
    return {
        "total": gettext("the score reached the threshold"),
        "cell": gettext("the score reached a hot cell of the matrix"),
        "event": gettext("they asked to be contacted"),
    }.get(reason, reason)


def _lines(score: LeadScore, locale: str) -> list[dict[str, object]]:
    rows = summed([(line.name.said(locale), line.points) for line in score.lines])
    return [{"name": name, "points": points, "times": times} for name, points, times in rows]


def _page(page: Page, zone: ZoneInfo) -> dict[str, object]:
    return {
        "name": page.name,
        "url": page.url,
        "visible_ms": page.visible_ms,
        "visible": visible(page.visible_ms),
        "at": stamp(page.at, zone)[:16],
    }


def _inquiry(inquiry: Inquiry | None, zone: ZoneInfo) -> dict[str, object] | None:
    if inquiry is None:
        return None
    return {"form": inquiry.form, "message": inquiry.message, "at": stamp(inquiry.at, zone)[:16]}
