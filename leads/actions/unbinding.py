"""What a browser told about a person goes when the browser turns out not to be theirs."""

from __future__ import annotations

from collections.abc import Sequence

from leads.actions.presence import PRESENCE
from ma_platform.db import sql
from tracking.actions import UNBOUND
from tracking.catalogue import Fact


def forget_browsers(facts: Sequence[Fact]) -> int:
    """Of LEAD_UPDATED facts with `unbound`: when they were last seen, from what is left. Returns leads changed."""
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


FORGET = """
    WITH cut AS (
        SELECT DISTINCT told.lead_id
          FROM unnest(%(ids)s::bigint[], %(keys)s::text[]) AS told(lead_id, key)
          JOIN tracking_visitor AS visitor
            ON visitor.tenant_id = %(tenant_id)s AND visitor.key = told.key
           AND visitor.lead_id IS DISTINCT FROM told.lead_id
    ), news AS (
        SELECT cut.lead_id,
               (SELECT max(daily.last_at) FROM tracking_daily AS daily
                 WHERE daily.tenant_id = %(tenant_id)s AND daily.lead_id = cut.lead_id
                   AND daily.name = ANY (%(names)s::smallint[])) AS last_seen_at
          FROM cut
    )
    UPDATE leads_lead AS lead SET last_seen_at = news.last_seen_at
      FROM news
     WHERE lead.tenant_id = %(tenant_id)s AND lead.id = news.lead_id
       AND lead.last_seen_at IS DISTINCT FROM news.last_seen_at
"""
