"""How far the people of companies have come, and the deals with them."""

from __future__ import annotations

from collections.abc import Sequence

from ma_platform.db import sql


def furthest_stages(company_ids: Sequence[int]) -> dict[int, str]:
    """The key of the furthest stage anybody of each company has; companies without any are missing. One query."""
    return dict(sql.run(FURTHEST, ids=list(company_ids)).rows)


FURTHEST = """
    SELECT DISTINCT ON (lead.company_id) lead.company_id, stage.key
      FROM leads_lead AS lead
      JOIN lifecycle_position AS here ON here.tenant_id = %(tenant_id)s AND here.lead_id = lead.id
      JOIN lifecycle_stage AS stage ON stage.tenant_id = %(tenant_id)s AND stage.key = here.stage_key
     WHERE lead.tenant_id = %(tenant_id)s AND lead.company_id = ANY (%(ids)s::bigint[])
       AND lead.merged_into_id IS NULL
     ORDER BY lead.company_id, stage."order" DESC
"""


def deals_of_companies(company_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """(open, won) deals of each company, its own and its people's, each once; those without are missing. One query."""
    return {company: (open_ones, won) for company, open_ones, won in sql.run(DEALS, ids=list(company_ids)).rows}


DEALS = """
    WITH of_company AS (
        SELECT deal.company_id, deal.id, deal.status FROM lifecycle_deal AS deal
         WHERE deal.tenant_id = %(tenant_id)s AND deal.company_id = ANY (%(ids)s::bigint[])
         UNION
        SELECT lead.company_id, deal.id, deal.status
          FROM leads_lead AS lead
          JOIN lifecycle_deallead AS person ON person.tenant_id = %(tenant_id)s AND person.lead_id = lead.id
          JOIN lifecycle_deal AS deal ON deal.tenant_id = %(tenant_id)s AND deal.id = person.deal_id
         WHERE lead.tenant_id = %(tenant_id)s AND lead.company_id = ANY (%(ids)s::bigint[])
           AND lead.merged_into_id IS NULL
    )
    SELECT company_id, count(*) FILTER (WHERE status = 'open')::int, count(*) FILTER (WHERE status = 'won')::int
      FROM of_company GROUP BY 1
"""
