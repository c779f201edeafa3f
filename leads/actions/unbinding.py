"""What a browser told about a person goes when the browser turns out not to be theirs."""

from __future__ import annotations

from collections.abc import Sequence

from leads.actions.presence import FIRST_SOURCE, LAST_SOURCE, PRESENCE, WRITE_NEWS
from ma_platform.db import sql
from tracking.actions import UNBOUND
from tracking.catalogue import Fact


def forget_browsers(facts: Sequence[Fact]) -> int:
    """Of LEAD_UPDATED facts with `unbound`: last seen and sources, from what is left. Returns leads changed."""
    cut = sorted(
        {
            (fact.lead_id, str(fact.props[UNBOUND]))
            for fact in facts
            if fact.lead_id is not None and UNBOUND in fact.props
        }
    )
    if not cut:
        return 0
    return sql.run(
        FORGET, ids=[lead_id for lead_id, _ in cut], keys=[key for _, key in cut], names=[int(one) for one in PRESENCE]
    ).rowcount


# A source that the browser did not tell (a form's, an import's) stays.
FORGET = (
    """
    WITH cut AS (
        SELECT DISTINCT ON (told.lead_id) told.lead_id, visitor.first_source, visitor.last_source
          FROM unnest(%(ids)s::bigint[], %(keys)s::text[]) AS told(lead_id, key)
          JOIN tracking_visitor AS visitor
            ON visitor.tenant_id = %(tenant_id)s AND visitor.key = told.key
           AND visitor.lead_id IS DISTINCT FROM told.lead_id
         ORDER BY told.lead_id, told.key
    ), news AS (
        SELECT lead.id,
               (SELECT max(daily.last_at) FROM tracking_daily AS daily
                 WHERE daily.tenant_id = %(tenant_id)s AND daily.lead_id = lead.id
                   AND daily.name = ANY (%(names)s::smallint[])) AS last_seen_at,
               CASE WHEN lead.source_first = cut.first_source THEN """  # noqa: S608 - constants put together
    + FIRST_SOURCE
    + """ ELSE lead.source_first END AS source_first,
               CASE WHEN lead.source_last = cut.last_source THEN """
    + LAST_SOURCE
    + """ ELSE lead.source_last END AS source_last
          FROM cut JOIN leads_lead AS lead ON lead.tenant_id = %(tenant_id)s AND lead.id = cut.lead_id
    )
"""
    + WRITE_NEWS
)
