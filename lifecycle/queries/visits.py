"""Who is on the site, who wants to know, and how they want to be told."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from leads.models import Company, Lead
from lifecycle.hours import Hours
from lifecycle.models import VisitAlertSetting, VisitTold, WatchedCompany, WatchedPerson
from lifecycle.pacing import LATEST, Pacing
from lifecycle.queries.assignment import hours_of, policy
from ma_platform.db import sql
from ma_platform.tenancy.models import Membership
from ma_platform.tenancy.permissions import Capability
from ma_platform.tenancy.queries import members
from tracking.catalogue import Event

PAGES_TOLD = 5
NEEDED = frozenset({Capability.SEE_ALERTS, Capability.VIEW_LEADS})


@dataclass(frozen=True, slots=True)
class Arrival:
    """A known person's visit that goes on."""

    lead_id: int
    visit: UUID
    began_at: datetime


@dataclass(frozen=True, slots=True)
class Wanted:
    """A member wants to be told of a person."""

    member_id: int
    lead_id: int


@dataclass(frozen=True, slots=True)
class Seen:
    """A page that a person read during a visit, `at` the last time."""

    visit: UUID
    lead_id: int
    name: str
    url: str
    at: datetime


def anybody_watches() -> bool:
    """Whether any member of the workspace wants to be told of anybody's visits."""
    return bool(sql.run(ANYBODY).value())


def arrivals(seen: Collection[tuple[int, int]], *, now: datetime) -> list[Arrival]:
    """The visits going on of these (browser, person) pairs: taken for a person's, with a page read just now."""
    if not seen:
        return []
    visitors, leads = zip(*sorted(seen), strict=True)
    who: dict[str, Any] = {"visitors": list(visitors), "leads": list(leads)}  # Any: arrays
    return sql.typed(ARRIVALS, Arrival, **who, viewed=int(Event.PAGE_VIEWED), since=now - LATEST)


def wanted(lead_ids: Iterable[int]) -> list[Wanted]:
    """Who wants to be told of whom: by name, by company, or because they own them. One statement."""
    return sql.typed(WANTED, Wanted, leads=sorted(set(lead_ids)))


def listeners() -> dict[int, Membership]:
    """Members who may be told, by the number of their membership."""
    here = members().filter(user__is_active=True)
    return {member.pk: member for member in here if member.capabilities >= NEEDED}


def listener_by_email(email: str) -> Membership | None:
    """The member with this address, if they may be told of visits."""
    return next((one for one in listeners().values() if one.user.email == email.strip().lower()), None)


def workspaces_with_old_visits(*, before: datetime) -> list[int]:
    """Where visits were told or passed over before then. Part of a system sweep."""
    return sql.run(OLD, before=before).values()


def setting_of(member: Membership) -> VisitAlertSetting:
    """A member's wishes, or the defaults while they have not chosen."""
    return VisitAlertSetting.objects.filter(member=member).first() or VisitAlertSetting(member=member)


def settings_by(member_ids: Collection[int]) -> dict[int, VisitAlertSetting]:
    """The wishes of each of these members."""
    chosen = {one.member_id: one for one in VisitAlertSetting.objects.filter(member_id__in=member_ids)}
    return {pk: chosen.get(pk) or VisitAlertSetting(member_id=pk) for pk in member_ids}


def working_hours() -> Hours:
    """The workspace's, by which days off are known."""
    return hours_of(policy())


def pacing_of(chosen: VisitAlertSetting, hours: Hours) -> Pacing:
    """When this member is told, in the workspace's zone and by its working days."""
    return Pacing(
        hours.zone,
        chosen.pace,
        chosen.morning_at,
        chosen.quiet_from,
        chosen.quiet_until,
        hours.works_on if chosen.rests else None,
        hours.opens,
    )


def pages_of(visits: Collection[tuple[UUID, int]]) -> dict[tuple[UUID, int], list[Seen]]:
    """The last distinct pages of each (visit, person), newest first."""
    found: dict[tuple[UUID, int], list[Seen]] = {}
    given = sorted({(str(visit), lead_id) for visit, lead_id in visits})
    asked: dict[str, Any] = {"visits": [visit for visit, _ in given], "leads": [lead_id for _, lead_id in given]}
    for page in sql.typed(PAGES, Seen, **asked, viewed=int(Event.PAGE_VIEWED), most=PAGES_TOLD):
        found.setdefault((page.visit, page.lead_id), []).append(page)
    return found


def still_human(visits: Collection[UUID]) -> set[UUID]:
    """Of these visits those that are still taken for a person's."""
    return set(sql.run(HUMAN, visits=sorted({str(one) for one in visits})).values()) if visits else set()


def watched_people(member: Membership) -> Sequence[WatchedPerson]:
    """Whom this member watches by name, the newest first. People who were joined to others are not shown."""
    rows = WatchedPerson.objects.filter(member=member, lead__merged_into=None).select_related("lead", "lead__company")
    return list(rows.order_by("-since", "-id"))


def watched_companies(member: Membership) -> Sequence[WatchedCompany]:
    """Whose visits this member watches by company, the newest first; one that was joined is the one that stays."""
    rows = WatchedCompany.objects.filter(member=member).select_related("company").order_by("since", "id")
    return sorted({row.company_id: row for row in rows}.values(), key=lambda row: (row.since, row.pk), reverse=True)


def watches_person(member: Membership, lead: Lead) -> bool:
    found: bool = WatchedPerson.objects.filter(member=member, lead=lead).exists()
    return found


def watches_company(member: Membership, company: Company) -> bool:
    found: bool = WatchedCompany.objects.filter(member=member, company=company).exists()
    return found


def held(member: Membership) -> int:
    """How many visits wait for this member's next digest."""
    count: int = VisitTold.objects.filter(member=member, state=VisitTold.State.WAITING).count()
    return count


def workspaces_to_tell(*, now: datetime) -> list[int]:
    """Part of a system sweep."""
    return sql.run(TO_TELL, now=now).values()


ANYBODY = """
    SELECT EXISTS (SELECT FROM lifecycle_watchedperson WHERE tenant_id = %(tenant_id)s)
        OR EXISTS (SELECT FROM lifecycle_watchedcompany WHERE tenant_id = %(tenant_id)s)
        OR EXISTS (SELECT FROM lifecycle_visitalertsetting
                    WHERE tenant_id = %(tenant_id)s AND (own_people OR own_companies))
"""
# By browser and person: what a browser did before it was bound, or as somebody else's, is not this person's.
ARRIVALS = """
    SELECT DISTINCT asked.lead_id, visit.id AS visit, visit.started_at AS began_at
      FROM unnest(%(visitors)s::bigint[], %(leads)s::bigint[]) AS asked(visitor_id, lead_id)
      JOIN tracking_event AS event
        ON event.tenant_id = %(tenant_id)s AND event.visitor_id = asked.visitor_id AND event.lead_id = asked.lead_id
       AND event.occurred_at > %(since)s AND event.name = %(viewed)s AND event.verdict = 0
      JOIN tracking_session AS visit
        ON visit.tenant_id = %(tenant_id)s AND visit.id = event.session AND visit.verdict = 0
     ORDER BY visit.started_at, visit.id
"""
WANTED = """
    WITH asked AS (
        SELECT lead.id, lead.owner_id, lead.company_id
          FROM leads_lead AS lead
         WHERE lead.tenant_id = %(tenant_id)s AND lead.id = ANY (%(leads)s::bigint[]) AND lead.merged_into_id IS NULL
    )
    SELECT watching.member_id, asked.id AS lead_id
      FROM asked
      JOIN lifecycle_watchedperson AS watching ON watching.tenant_id = %(tenant_id)s AND watching.lead_id = asked.id
     UNION
    SELECT watching.member_id, asked.id
      FROM asked
      JOIN lifecycle_watchedcompany AS watching
        ON watching.tenant_id = %(tenant_id)s AND watching.company_id = asked.company_id
     UNION
    SELECT wish.member_id, asked.id
      FROM lifecycle_visitalertsetting AS wish
      JOIN tenancy_membership AS member ON member.tenant_id = %(tenant_id)s AND member.id = wish.member_id
      JOIN asked ON asked.owner_id = member.user_id
     WHERE wish.tenant_id = %(tenant_id)s AND (wish.own_people OR wish.own_companies)
     UNION
    SELECT wish.member_id, asked.id
      FROM lifecycle_visitalertsetting AS wish
      JOIN tenancy_membership AS member ON member.tenant_id = %(tenant_id)s AND member.id = wish.member_id
      JOIN asked ON EXISTS (SELECT FROM leads_lead AS mate
                             WHERE mate.tenant_id = %(tenant_id)s AND mate.company_id = asked.company_id
                               AND mate.owner_id = member.user_id AND mate.merged_into_id IS NULL)
     WHERE wish.tenant_id = %(tenant_id)s AND wish.own_companies
     ORDER BY 2, 1
"""
PAGES = """
    SELECT told.visit, told.lead_id, coalesce(nullif(subject.name, ''), nullif(subject.path, ''), subject.key) AS name,
           coalesce(nullif(subject.url, ''), subject.key) AS url, read.at
      FROM unnest(%(visits)s::uuid[], %(leads)s::bigint[]) AS told(visit, lead_id)
      JOIN tracking_session AS going ON going.tenant_id = %(tenant_id)s AND going.id = told.visit
     CROSS JOIN LATERAL (
            SELECT event.subject_id, max(event.occurred_at) AS at
              FROM tracking_event AS event
             WHERE event.tenant_id = %(tenant_id)s AND event.visitor_id = going.visitor_id
               AND event.occurred_at BETWEEN going.started_at AND going.last_at AND event.session = told.visit
               AND event.lead_id = told.lead_id AND event.name = %(viewed)s AND event.verdict = 0
             GROUP BY event.subject_id ORDER BY at DESC, event.subject_id DESC LIMIT %(most)s) AS read
      JOIN tracking_subject AS subject ON subject.tenant_id = %(tenant_id)s AND subject.id = read.subject_id
     ORDER BY told.visit, told.lead_id, read.at DESC, read.subject_id DESC
"""
HUMAN = """
    SELECT id FROM tracking_session
     WHERE tenant_id = %(tenant_id)s AND id = ANY (%(visits)s::uuid[]) AND verdict = 0
"""
TO_TELL = """
    SELECT DISTINCT told.tenant_id
      FROM lifecycle_visittold AS told
      JOIN tenancy_workspace AS workspace ON workspace.id = told.tenant_id AND workspace.closed_at IS NULL
     WHERE told.state = 'waiting' AND told.due_at <= %(now)s
     ORDER BY told.tenant_id
"""
OLD = """
    SELECT DISTINCT told.tenant_id
      FROM lifecycle_visittold AS told
      JOIN tenancy_workspace AS workspace ON workspace.id = told.tenant_id AND workspace.closed_at IS NULL
     WHERE told.state <> 'waiting' AND coalesce(told.told_at, told.noticed_at) < %(before)s
     ORDER BY told.tenant_id
"""
