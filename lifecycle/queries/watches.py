"""Who wants to be told of whose visits, as one list over people and companies."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ma_platform.db import sql


@dataclass(frozen=True, slots=True)
class Watch:
    """A member watches a person or a company, by their public ids; the other of the two is None. `place` orders those
    of one moment."""

    member: str
    lead: str | None
    company: str | None
    since: datetime
    place: int


@dataclass(frozen=True, slots=True)
class WatchesAsked:
    """Only those of this member (membership), person or company; None: of all."""

    member_id: int | None = None
    lead_id: int | None = None
    company_id: int | None = None


def watches(asked: WatchesAsked, *, after: tuple[datetime, int] | None, limit: int) -> list[Watch]:
    """The newest first. Those of people who stand aside are not shown; of a company watched twice, the first."""
    at, place = after or (None, None)
    return sql.typed(
        WATCHES,
        Watch,
        member_id=asked.member_id,
        lead_id=asked.lead_id,
        company_id=asked.company_id,
        at=at,
        place=place,
        limit=limit,
    )


# People have even places, companies odd ones.
WATCHES = """
    WITH watching AS (
        SELECT one.member_id, lead.id AS lead_id, lead.public_id AS lead, NULL::bigint AS company_id,
               NULL::text AS company, one.since, one.id * 2 AS place
          FROM lifecycle_watchedperson AS one
          JOIN leads_lead AS lead ON lead.tenant_id = %(tenant_id)s AND lead.id = one.lead_id
         WHERE one.tenant_id = %(tenant_id)s AND lead.merged_into_id IS NULL
         UNION ALL
        SELECT one.member_id, NULL, NULL, company.id, company.public_id, min(one.since), min(one.id) * 2 + 1
          FROM lifecycle_watchedcompany AS one
          JOIN leads_company AS company ON company.tenant_id = %(tenant_id)s AND company.id = one.company_id
         WHERE one.tenant_id = %(tenant_id)s
         GROUP BY one.member_id, company.id, company.public_id
    )
    SELECT staff.email AS member, watching.lead, watching.company, watching.since, watching.place
      FROM watching
      JOIN tenancy_membership AS member ON member.tenant_id = %(tenant_id)s AND member.id = watching.member_id
      JOIN tenancy_user AS staff ON staff.id = member.user_id
     WHERE (%(member_id)s::bigint IS NULL OR watching.member_id = %(member_id)s)
       AND (%(lead_id)s::bigint IS NULL OR watching.lead_id = %(lead_id)s)
       AND (%(company_id)s::bigint IS NULL OR watching.company_id = %(company_id)s)
       AND (%(at)s::timestamptz IS NULL OR (watching.since, watching.place) < (%(at)s, %(place)s))
     ORDER BY watching.since DESC, watching.place DESC
     LIMIT %(limit)s
"""
