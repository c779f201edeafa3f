"""What leads did last, for alerts: read from the log for many leads at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ma_platform.db import sql
from tracking.catalogue import Event

PAGES_SHOWN = 5


@dataclass(frozen=True)
class Page:
    """A page someone read: `visible_ms` in all, `at` the last time."""

    lead_id: int
    name: str
    url: str
    visible_ms: int
    at: datetime


@dataclass(frozen=True)
class Inquiry:
    """The last form someone sent; `message` is empty when the form had no free text."""

    lead_id: int
    form: str
    message: str
    at: datetime


def last_pages(lead_ids: Sequence[int]) -> dict[int, list[Page]]:
    """The last five distinct pages of each lead, newest first, with the time they were really on screen."""
    found: dict[int, list[Page]] = {}
    for page in sql.typed(PAGES, Page, lead_ids=list(lead_ids), viewed=int(Event.PAGE_VIEWED), most=PAGES_SHOWN):
        found.setdefault(page.lead_id, []).append(page)
    return found


def last_inquiries(lead_ids: Sequence[int]) -> dict[int, Inquiry]:
    """The last form each lead sent."""
    rows = sql.typed(INQUIRIES, Inquiry, lead_ids=list(lead_ids), submitted=int(Event.FORM_SUBMITTED))
    return {row.lead_id: row for row in rows}


PAGES = """
    SELECT wanted.lead_id, coalesce(nullif(subject.name, ''), nullif(subject.path, ''), subject.key) AS name,
           coalesce(nullif(subject.url, ''), subject.key) AS url, read.visible_ms, read.at
      FROM unnest(%(lead_ids)s::bigint[]) AS wanted(lead_id)
     CROSS JOIN LATERAL (
            SELECT daily.subject_id, sum(daily.visible_ms)::bigint AS visible_ms, max(daily.last_at) AS at
              FROM tracking_daily AS daily
             WHERE daily.tenant_id = %(tenant_id)s AND daily.lead_id = wanted.lead_id AND daily.name = %(viewed)s
             GROUP BY daily.subject_id
             ORDER BY max(daily.last_at) DESC, daily.subject_id DESC
             LIMIT %(most)s) AS read
      JOIN tracking_subject AS subject ON subject.tenant_id = %(tenant_id)s AND subject.id = read.subject_id
     ORDER BY wanted.lead_id, read.at DESC, read.subject_id DESC
"""

INQUIRIES = """
    SELECT DISTINCT ON (event.lead_id) event.lead_id, coalesce(subject.name, '') AS form,
           coalesce(event.props ->> 'message', '') AS message, event.occurred_at AS at
      FROM tracking_event AS event
      LEFT JOIN tracking_subject AS subject ON subject.tenant_id = event.tenant_id AND subject.id = event.subject_id
     WHERE event.tenant_id = %(tenant_id)s AND event.lead_id = ANY(%(lead_ids)s) AND event.name = %(submitted)s
     ORDER BY event.lead_id, event.occurred_at DESC, event.id DESC
"""
