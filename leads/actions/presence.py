"""When people were last seen, how often they came and where from, kept beside them in sets."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

import orjson

from leads.actions.hung import at_judging
from leads.stirring import BROWSER_KEYS, PAST, people_of
from ma_platform.db import sql
from tracking.catalogue import Event, Fact, Verdict
from tracking.queries import first_and_last

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
    """Move `last_seen_at` of everybody in these facts; machines do not count. Returns leads changed."""
    seen: dict[int, datetime] = {}
    for fact in facts:
        if fact.lead_id is not None and fact.verdict == Verdict.HUMAN:
            seen[fact.lead_id] = max(fact.occurred_at, seen.get(fact.lead_id, fact.occurred_at))
    if not seen:
        return 0
    ids = sorted(seen)
    return sql.run(NOTE_PRESENCE, ids=ids, moments=[seen[lead_id] for lead_id in ids]).rowcount


def note_visits(facts: Sequence[Fact]) -> list[int]:
    """Count the visits of everybody of whom these facts tell a new one, or whose past they changed; leads changed."""
    shaken = [fact for fact in facts if fact.name in PAST or any(key in fact.props for key in BROWSER_KEYS)]
    visiting = [fact for fact in facts if fact.lead_id is not None and fact.visitor_id is not None]
    found = set[int]().union(*map(people_of, shaken))
    if visiting:
        ids, moments = [str(fact.id) for fact in visiting], [fact.occurred_at for fact in visiting]
        found |= set(sql.run(BEGAN, ids=ids, moments=moments).values())
    return count_visits(found)


def count_visits(lead_ids: Collection[int]) -> list[int]:
    """`visits` and both touches of these people as their visits tell them now. Returns whose are others than before."""
    ids = sorted(set(lead_ids))
    if not ids:
        return []
    ends = first_and_last(ids)
    told = [ends.get(lead_id) for lead_id in ids]
    changed: list[int] = sql.run(
        WRITE_VISITS,
        ids=ids,
        visits=[one.visits if one else 0 for one in told],
        firsts=[orjson.dumps(one.first).decode() if one and one.first else None for one in told],
        lasts=[orjson.dumps(one.last).decode() if one and one.last else None for one in told],
    ).values()
    return changed


@at_judging(order=5)
def judge_visits(lead_ids: Sequence[int], now: datetime) -> None:
    """Scores and segments are judged after: they may ask where somebody came from."""
    count_visits(lead_ids)


NOTE_PRESENCE = """
    WITH seen AS (
        SELECT * FROM unnest(%(ids)s::bigint[], %(moments)s::timestamptz[]) AS s(lead_id, at)
    )
    UPDATE leads_lead AS lead SET last_seen_at = seen.at
      FROM seen
     WHERE lead.tenant_id = %(tenant_id)s AND lead.id = seen.lead_id
       AND coalesce(lead.last_seen_at, '-infinity') < seen.at
"""
# A visit has its person's next event within half an hour: what was before that is not searched. A source may be told
# in the midst of a visit that came from nowhere.
BEGAN = """
    SELECT DISTINCT event.lead_id
      FROM unnest(%(ids)s::uuid[], %(moments)s::timestamptz[]) AS told(id, at)
     CROSS JOIN LATERAL (SELECT happened.lead_id, happened.session, happened.occurred_at
                           FROM tracking_event AS happened
                          WHERE happened.tenant_id = %(tenant_id)s AND happened.id = told.id
                            AND happened.occurred_at = told.at AND happened.session IS NOT NULL
                         OFFSET 0) AS event
     CROSS JOIN LATERAL (SELECT known.touch_first, known.touch_last FROM leads_lead AS known
                          WHERE known.tenant_id = %(tenant_id)s AND known.id = event.lead_id
                         OFFSET 0) AS lead
     CROSS JOIN LATERAL (SELECT known.source, known.channel FROM tracking_session AS known
                          WHERE known.tenant_id = %(tenant_id)s AND known.id = event.session
                         OFFSET 0) AS visit
     WHERE (visit.source IS NOT NULL
            AND (lead.touch_first IS NULL
                 OR (visit.channel <> 'direct' AND visit.source NOT IN (lead.touch_first, lead.touch_last))))
        OR event.session IS DISTINCT FROM (
           SELECT before.session FROM tracking_event AS before
            WHERE before.tenant_id = %(tenant_id)s AND before.lead_id = event.lead_id
              AND before.occurred_at < event.occurred_at
              AND before.occurred_at >= event.occurred_at - interval '30 minutes' AND before.session IS NOT NULL
            ORDER BY before.occurred_at DESC LIMIT 1)
"""
WRITE_VISITS = """
    WITH told AS (
        SELECT who.lead_id, who.visits, who.first::jsonb AS first, who.last::jsonb AS last
          FROM unnest(%(ids)s::bigint[], %(visits)s::int[], %(firsts)s::text[], %(lasts)s::text[])
               AS who(lead_id, visits, first, last)
    )
    UPDATE leads_lead AS lead SET visits = told.visits, touch_first = told.first, touch_last = told.last
      FROM told
     WHERE lead.tenant_id = %(tenant_id)s AND lead.id = told.lead_id
       AND (lead.visits, lead.touch_first, lead.touch_last) IS DISTINCT FROM (told.visits, told.first, told.last)
    RETURNING lead.id
"""
