"""When people were last seen and where they came from, carried over from their browsers in sets."""

from collections.abc import Sequence

from ma_platform.db import sql
from tracking.catalogue import Event, Fact, Verdict

# What a person does themselves.
PRESENCE = (
    Event.PAGE_VIEWED,
    Event.LINK_CLICKED,
    Event.ASSET_DOWNLOADED,
    Event.FORM_STARTED,
    Event.FORM_SUBMITTED,
    Event.EMAIL_CLICKED,
    Event.SEMINAR_ATTENDED,
)


def note_presence(facts: Sequence[Fact]) -> int:
    """Move `last_seen_at` and the sources of everybody in these facts; machines do not count. Returns leads changed."""
    seen: dict[int, Fact] = {}
    for fact in facts:
        if fact.lead_id is not None and fact.verdict == Verdict.HUMAN:
            latest = seen.get(fact.lead_id)
            if latest is None or latest.occurred_at < fact.occurred_at:
                seen[fact.lead_id] = fact
    if not seen:
        return 0
    ids = sorted(seen)
    return sql.run(NOTE_PRESENCE, ids=ids, moments=[seen[lead_id].occurred_at for lead_id in ids]).rowcount


# Of `lead`: where the first of their browsers came from, and the one last seen.
FIRST_SOURCE = """
    (SELECT visitor.first_source FROM tracking_visitor AS visitor
      WHERE visitor.tenant_id = %(tenant_id)s AND visitor.lead_id = lead.id AND visitor.first_source IS NOT NULL
      ORDER BY visitor.first_seen_at LIMIT 1)
"""
LAST_SOURCE = """
    (SELECT visitor.last_source FROM tracking_visitor AS visitor
      WHERE visitor.tenant_id = %(tenant_id)s AND visitor.lead_id = lead.id AND visitor.last_source IS NOT NULL
      ORDER BY visitor.last_seen_at DESC LIMIT 1)
"""
WRITE_NEWS = """
    UPDATE leads_lead AS lead
       SET last_seen_at = news.last_seen_at, source_first = news.source_first, source_last = news.source_last
      FROM news
     WHERE lead.tenant_id = %(tenant_id)s AND lead.id = news.id
       AND (lead.last_seen_at, lead.source_first, lead.source_last)
           IS DISTINCT FROM (news.last_seen_at, news.source_first, news.source_last)
"""
NOTE_PRESENCE = (
    """
    WITH seen AS (
        SELECT * FROM unnest(%(ids)s::bigint[], %(moments)s::timestamptz[]) AS s(lead_id, at)
    ), news AS (
        SELECT lead.id, greatest(lead.last_seen_at, seen.at) AS last_seen_at,
               coalesce(lead.source_first, """  # noqa: S608 - constants put together, values are parameters
    + FIRST_SOURCE
    + ") AS source_first, coalesce("
    + LAST_SOURCE
    + """, lead.source_last) AS source_last
          FROM seen
          JOIN leads_lead AS lead ON lead.tenant_id = %(tenant_id)s AND lead.id = seen.lead_id
         ORDER BY lead.id
    )
"""
    + WRITE_NEWS
)
