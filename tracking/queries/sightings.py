"""Where the tag has been seen lately."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ma_platform.db import sql


@dataclass(frozen=True, slots=True)
class Sighting:
    """A host on which people were seen lately: by visits that began there, and by views that were only counted.

    `counted`: page views of visitors who have not agreed to be recognised. `last_at`: the last sign of either.
    """

    host: str
    visits: int
    counted: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class TagSeen:
    """The newest page view that the tag (or its pixel) told of. `host` is "" for a page without an address."""

    at: datetime
    host: str


def sightings() -> list[Sighting]:
    """Hosts among the newest 2,000 visits and 2,000 counted views, most first; bounded, whatever the log's size.

    Machines and servers that speak through the API are left out: they do not show that a page carries the tag.
    """
    return sql.typed(SIGHTINGS, Sighting)


def tag_seen() -> TagSeen | None:
    """The newest page view of a person's browser, counted ones too; None before the first (of the newest 20,000)."""
    found = sql.typed(TAG_SEEN, TagSeen)
    return found[0] if found else None


# What a person's browser did, as far as we know: `agent` of a visit, `reasons` of a view that has no visit.
VISIT = "visit.verdict <> 1 AND visit.views > 0 AND visit.agent LIKE 'Mozilla/%%'"
VIEW = "view.verdict <> 1 AND NOT view.reasons && ARRAY['tool:http-library']"
SIGHTINGS = f"""
    WITH visit AS (
        SELECT landing_id, last_at, verdict, views, agent FROM tracking_session
         WHERE tenant_id = %(tenant_id)s ORDER BY last_at DESC LIMIT 2000
    ), view AS (
        SELECT subject_id, occurred_at, verdict, reasons FROM tracking_event
         WHERE tenant_id = %(tenant_id)s AND visitor_id IS NULL AND name = 1 ORDER BY occurred_at DESC LIMIT 2000
    ), seen AS (
        SELECT landing_id AS page, last_at, 1 AS visits, 0 AS counted FROM visit WHERE {VISIT}
        UNION ALL SELECT subject_id, occurred_at, 0, 1 FROM view WHERE {VIEW}
    )
    SELECT subject.host, sum(seen.visits)::int AS visits, sum(seen.counted)::int AS counted,
           max(seen.last_at) AS last_at
      FROM seen JOIN tracking_subject AS subject ON subject.tenant_id = %(tenant_id)s AND subject.id = seen.page
     WHERE subject.host <> ''
     GROUP BY subject.host ORDER BY count(*) DESC, subject.host LIMIT 50
"""  # noqa: S608 - constants put together
TAG_SEEN = f"""
    WITH seen AS (
        (SELECT visit.last_at AS at, coalesce(visit.exit_id, visit.landing_id) AS page
           FROM (SELECT last_at, exit_id, landing_id, verdict, views, agent FROM tracking_session
                  WHERE tenant_id = %(tenant_id)s ORDER BY last_at DESC LIMIT 20000) AS visit
          WHERE {VISIT} ORDER BY visit.last_at DESC LIMIT 1)
        UNION ALL
        (SELECT view.occurred_at, view.subject_id
           FROM (SELECT occurred_at, subject_id, verdict, reasons FROM tracking_event
                  WHERE tenant_id = %(tenant_id)s AND visitor_id IS NULL AND name = 1
                  ORDER BY occurred_at DESC LIMIT 20000) AS view
          WHERE {VIEW} ORDER BY view.occurred_at DESC LIMIT 1)
    )
    SELECT seen.at, coalesce(subject.host, '') AS host
      FROM seen LEFT JOIN tracking_subject AS subject
           ON subject.tenant_id = %(tenant_id)s AND subject.id = seen.page
     ORDER BY seen.at DESC LIMIT 1
"""  # noqa: S608 - constants put together
