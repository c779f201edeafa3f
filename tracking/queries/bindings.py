"""Why browsers are taken for people: the bindings of a person or a browser, and the conflicts to look at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ma_platform.db import sql

PAGES_SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class SignRow:
    """A sign of whose browser it is. `device` is like "Safari · iOS", "" as long as it is not known."""

    id: int
    public_id: str
    visitor_id: int
    visitor: str
    lead_id: int
    other_lead_id: int | None
    source: str
    since: datetime
    took: bool
    shares: bool
    shared: bool
    device: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BindingRow(SignRow):
    """A binding, or (without `took`) a sign that was not followed.

    `events`: the browser's events that are the person's by this binding; `heir`: whose they would be without it, None
    for nobody.
    """

    conflict: bool
    undone_at: datetime | None
    settled_at: datetime | None
    last_seen_at: datetime
    events: int
    heir: int | None

    @property
    def in_force(self) -> bool:
        return self.took and self.undone_at is None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictRow(SignRow):
    """A sign that says one thing while another stands. `holder`: whose it is now; `pages`: its last, each once."""

    holder: int | None
    pages: list[str]


def bindings(*, lead_id: int | None = None, visitor_id: int | None = None, limit: int = 50) -> list[BindingRow]:
    """Of a person, of a browser or of both, newest first, those that were undone included. One query."""
    return sql.typed(BINDINGS, BindingRow, lead_id=lead_id, visitor_id=visitor_id, binding=None, limit=limit)


def find_binding(public_id: str) -> BindingRow | None:
    """One binding, by its public id."""
    found = sql.typed(BINDINGS, BindingRow, lead_id=None, visitor_id=None, binding=public_id, limit=1)
    return found[0] if found else None


def conflicts(*, before: tuple[datetime, int] | None = None, limit: int = 50) -> list[ConflictRow]:
    """Conflicts nobody has looked at, newest sign first; `before`: (since, id) of the last one seen. One query."""
    since, number = before or (None, None)
    return sql.typed(CONFLICTS, ConflictRow, since=since, before=number, limit=limit, pages=PAGES_SHOWN)


def conflict_count() -> int:
    """How many conflicts wait."""
    found: int = sql.run(COUNT).value()
    return found


_SIGN = """
           binding.id, binding.public_id, binding.visitor_id, visitor.key AS visitor, binding.lead_id,
           binding.other_lead_id, binding.source, binding.since, binding.took, binding.shares, visitor.shared,
           coalesce(seen.device, '') AS device,
"""
_BROWSER = """
      JOIN tracking_visitor AS visitor ON visitor.tenant_id = %(tenant_id)s AND visitor.id = binding.visitor_id
      LEFT JOIN LATERAL (
            SELECT concat_ws(' · ', nullif(visit.browser, ''), nullif(visit.os, '')) AS device
              FROM tracking_session AS visit
             WHERE visit.tenant_id = %(tenant_id)s AND visit.visitor_id = binding.visitor_id AND visit.browser <> ''
             ORDER BY visit.started_at DESC LIMIT 1) AS seen ON true
"""
BINDINGS = (
    """
    WITH asked AS MATERIALIZED (
        SELECT binding.id, binding.visitor_id FROM tracking_binding AS binding
         WHERE binding.tenant_id = %(tenant_id)s
           AND (%(binding)s::text IS NULL OR binding.public_id = %(binding)s)
           AND (%(lead_id)s::bigint IS NULL OR binding.lead_id = %(lead_id)s)
           AND (%(visitor_id)s::bigint IS NULL OR binding.visitor_id = %(visitor_id)s)
         ORDER BY binding.since DESC, binding.id DESC LIMIT %(limit)s
    ), spans AS MATERIALIZED (
        SELECT id, row_number() OVER earlier = 1 AND past AS first,
               coalesce(lead(since) OVER earlier, 'infinity') AS until,
               CASE WHEN row_number() OVER earlier > 1 THEN lag(lead_id) OVER earlier
                    WHEN lead(past) OVER earlier THEN lead(lead_id) OVER earlier END AS heir
          FROM tracking_binding
         WHERE tenant_id = %(tenant_id)s AND visitor_id IN (SELECT visitor_id FROM asked) AND took
           AND undone_at IS NULL
        WINDOW earlier AS (PARTITION BY visitor_id ORDER BY since, id)
    )
    SELECT """  # noqa: S608 - constants put together, values are parameters
    + _SIGN
    + """
           binding.conflict, binding.undone_at, binding.settled_at, visitor.last_seen_at,
           CASE WHEN spans.id IS NULL THEN 0 ELSE
               (SELECT count(*) FROM tracking_event AS event
                 WHERE event.tenant_id = %(tenant_id)s AND event.visitor_id = binding.visitor_id AND NOT event.stated
                   AND (spans.first OR event.occurred_at >= binding.since) AND event.occurred_at < spans.until)
           END::int AS events, spans.heir
      FROM asked
      JOIN tracking_binding AS binding ON binding.tenant_id = %(tenant_id)s AND binding.id = asked.id
      LEFT JOIN spans ON spans.id = binding.id
    """
    + _BROWSER
    + " ORDER BY binding.since DESC, binding.id DESC"
)
_OPEN = "binding.conflict AND binding.settled_at IS NULL AND binding.undone_at IS NULL"
CONFLICTS = (
    """
    SELECT """  # noqa: S608 - constants put together, values are parameters
    + _SIGN
    + """
           visitor.lead_id AS holder,
           ARRAY(SELECT coalesce(nullif(subject.name, ''), subject.key)
                   FROM (SELECT event.subject_id, event.occurred_at FROM tracking_event AS event
                          WHERE event.tenant_id = %(tenant_id)s AND event.visitor_id = binding.visitor_id
                            AND event.name = 1
                          ORDER BY event.occurred_at DESC LIMIT 10 * %(pages)s) AS newest
                   JOIN tracking_subject AS subject
                     ON subject.tenant_id = %(tenant_id)s AND subject.id = newest.subject_id
                  GROUP BY subject.id, subject.name, subject.key
                  ORDER BY max(newest.occurred_at) DESC LIMIT %(pages)s) AS pages
      FROM tracking_binding AS binding
    """
    + _BROWSER
    + " WHERE binding.tenant_id = %(tenant_id)s AND "
    + _OPEN
    + """ AND (%(since)s::timestamptz IS NULL OR (binding.since, binding.id) < (%(since)s, %(before)s))
     ORDER BY binding.since DESC, binding.id DESC LIMIT %(limit)s"""
)
_ALL = "SELECT count(*)::int FROM tracking_binding AS binding WHERE tenant_id = %(tenant_id)s AND "
COUNT = _ALL + _OPEN
