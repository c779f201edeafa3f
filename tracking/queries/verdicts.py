"""Who comes: people, machines and those in doubt, by day, by reason and by agent; and counts as ranges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from psycopg2.sql import SQL

from ma_platform.db import sql
from tracking.models import Rejudgement
from tracking.queries.left_out import away
from tracking.queries.pages import PageRow


@dataclass(frozen=True, slots=True)
class Range:
    """How many people: at least `least`, at most `most` (with those in doubt)."""

    least: int = 0
    most: int = 0

    @property
    def is_exact(self) -> bool:
        return self.least == self.most


def verdict_range(name: int, *, emails: Sequence[str], since: datetime) -> Mapping[str, Range]:
    """How many people opened (or clicked) each of these mails, by its public id; mails nobody did are not there.

    One statement, by the lists' own subjects: opens are about the mail, clicks about a link and name the mail, so that
    those of every mail are read. since: before the mails were written none of them can be theirs.
    """
    rows = sql.run(RANGES, name=int(name), emails=list(emails), since=since).rows
    return {email: Range(least, most) for email, least, most in rows}


@dataclass(frozen=True, slots=True)
class PageRanges:
    """A page's numbers with those in doubt: views, known people and unknown browsers."""

    views: Range
    people: Range
    unknown: Range

    @property
    def is_exact(self) -> bool:
        return self.views.is_exact


def page_ranges(page: PageRow, *, since: date, until: date) -> PageRanges:
    """At least what the report counts, at most that and the hits in doubt of the same days. One statement."""
    statement = SQL(DOUBTFUL).format(away=away())
    views, people, unknown = sql.run(statement, key=page.key, since=since, until=until).one()
    return PageRanges(
        Range(page.views, page.views + views),
        Range(page.people, page.people + people),
        Range(page.unknown, page.unknown + unknown),
    )


@dataclass(frozen=True, slots=True)
class TrafficDay:
    """Visits of one local day by verdict."""

    day: date
    human: int
    unsure: int
    machine: int

    @property
    def all(self) -> int:
        return self.human + self.unsure + self.machine


def traffic_days(since: datetime, until: datetime) -> list[TrafficDay]:
    """Visits by day and verdict; days without any are not there."""
    return sql.typed(DAYS, TrafficDay, since=since, until=until)


@dataclass(frozen=True, slots=True)
class Tally:
    """Something and how often: a reason, an agent, a verdict of mail hits."""

    key: str
    verdict: int
    count: int


def top_reasons(since: datetime, until: datetime, *, limit: int = 8) -> list[Tally]:
    """Why visits were taken for machines, or left in doubt: the most frequent reasons."""
    return sql.typed(REASONS, Tally, since=since, until=until, limit=limit)


def top_agents(since: datetime, until: datetime, *, limit: int = 8) -> list[Tally]:
    """The agents of visits that were not people's, by how often they came."""
    return sql.typed(AGENTS, Tally, since=since, until=until, limit=limit)


def mail_verdicts(since: datetime, until: datetime) -> list[Tally]:
    """Opens ("10") and clicks ("11") of the period by verdict."""
    return sql.typed(MAILS, Tally, since=since, until=until)


def rejudgements(*, limit: int = 20) -> list[Rejudgement]:
    """The newest first, those still at work included."""
    return list(Rejudgement.objects.order_by("-id")[:limit])


def find_rejudgement(public_id: str) -> Rejudgement | None:
    """One of the workspace in scope, or None."""
    found: Rejudgement | None = Rejudgement.objects.filter(public_id=public_id).first()
    return found


# A person counts with their best hit: seen for certain, else perhaps.
RANGES = """
    WITH mail AS (
        SELECT subject.id, subject.key FROM tracking_subject AS subject
         WHERE subject.tenant_id = %(tenant_id)s AND subject.kind = 'email' AND subject.key = ANY (%(emails)s::text[])
    ), hit AS (
        SELECT mail.key AS email, event.lead_id, event.verdict
          FROM mail
          JOIN tracking_event AS event ON event.tenant_id = %(tenant_id)s AND event.subject_id = mail.id
         WHERE event.name = %(name)s AND event.name <> 11 AND event.occurred_at >= %(since)s
         UNION ALL
        SELECT event.props ->> 'email', event.lead_id, event.verdict
          FROM tracking_subject AS link
          JOIN tracking_event AS event ON event.tenant_id = %(tenant_id)s AND event.subject_id = link.id
         WHERE link.tenant_id = %(tenant_id)s AND link.kind = 'link' AND %(name)s = 11 AND event.name = 11
           AND event.occurred_at >= %(since)s AND event.props ->> 'email' = ANY (%(emails)s::text[])
    )
    SELECT email, count(DISTINCT lead_id) FILTER (WHERE verdict = 0)::int,
           count(DISTINCT lead_id) FILTER (WHERE verdict <> 1)::int
      FROM hit WHERE lead_id IS NOT NULL GROUP BY email
"""
# Somebody seen for certain on the page is counted already, and so is a view that was told again with an id.
DOUBTFUL = """
    WITH page AS MATERIALIZED (
        SELECT subject.id, (%(since)s::date)::timestamp AT TIME ZONE workspace.timezone AS since,
               (%(until)s::date + 1)::timestamp AT TIME ZONE workspace.timezone AS until
          FROM tracking_subject AS subject JOIN tenancy_workspace AS workspace ON workspace.id = subject.tenant_id
         WHERE subject.tenant_id = %(tenant_id)s AND subject.kind = 'page' AND subject.key = %(key)s
    ), sure AS MATERIALIZED (
        SELECT DISTINCT daily.lead_id, CASE WHEN daily.lead_id IS NULL THEN daily.visitor_id END AS visitor_id
          FROM page JOIN tracking_daily AS daily ON daily.tenant_id = %(tenant_id)s AND daily.subject_id = page.id
         WHERE daily.name = 1 AND daily.day BETWEEN %(since)s AND %(until)s
    )
    SELECT count(*)::int,
           count(DISTINCT event.lead_id) FILTER (WHERE event.lead_id NOT IN
               (SELECT sure.lead_id FROM sure WHERE sure.lead_id IS NOT NULL))::int,
           count(DISTINCT event.visitor_id) FILTER (WHERE event.lead_id IS NULL AND event.visitor_id NOT IN
               (SELECT sure.visitor_id FROM sure WHERE sure.visitor_id IS NOT NULL))::int
      FROM page
      JOIN tracking_event AS event ON event.tenant_id = %(tenant_id)s AND event.subject_id = page.id
       AND event.occurred_at >= page.since AND event.occurred_at < page.until
     WHERE event.name = 1 AND event.verdict = 2 AND NOT 'replaced' = ANY (event.reasons)
       AND NOT EXISTS (SELECT FROM ({away}) AS away WHERE away.lead_id = event.lead_id)
"""
_PERIOD = """
      FROM tracking_session AS visit
      JOIN tenancy_workspace AS workspace ON workspace.id = visit.tenant_id
     WHERE visit.tenant_id = %(tenant_id)s AND visit.last_at >= %(since)s AND visit.last_at < %(until)s
"""
DAYS = (
    """
    SELECT (visit.last_at AT TIME ZONE workspace.timezone)::date AS day,
           count(*) FILTER (WHERE visit.verdict = 0)::int AS human,
           count(*) FILTER (WHERE visit.verdict = 2)::int AS unsure,
           count(*) FILTER (WHERE visit.verdict = 1)::int AS machine
"""
    + _PERIOD
    + " GROUP BY 1 ORDER BY 1"
)
REASONS = """
    SELECT reason AS key, visit.verdict::int AS verdict, count(*)::int AS count
      FROM tracking_session AS visit CROSS JOIN unnest(visit.reasons) AS reason
     WHERE visit.tenant_id = %(tenant_id)s AND visit.last_at >= %(since)s AND visit.last_at < %(until)s
       AND visit.verdict <> 0
     GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT %(limit)s
"""
AGENTS = """
    SELECT visit.agent AS key, visit.verdict::int AS verdict, count(*)::int AS count
      FROM tracking_session AS visit
     WHERE visit.tenant_id = %(tenant_id)s AND visit.last_at >= %(since)s AND visit.last_at < %(until)s
       AND visit.verdict <> 0
     GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT %(limit)s
"""
MAILS = """
    SELECT event.name::text AS key, event.verdict::int, count(*)::int AS count
      FROM tracking_subject AS subject
     CROSS JOIN LATERAL (
           SELECT near.name, near.verdict FROM tracking_event AS near
            WHERE near.tenant_id = %(tenant_id)s AND near.subject_id = subject.id
              AND near.occurred_at >= %(since)s AND near.occurred_at < %(until)s
              AND near.name IN (10, 11) OFFSET 0) AS event
     WHERE subject.tenant_id = %(tenant_id)s AND subject.kind IN ('email', 'link')
     GROUP BY 1, 2 ORDER BY 1, 2
"""
