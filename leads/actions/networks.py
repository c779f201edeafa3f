"""Whose people were seen on which networks: what tracking may learn companies from. Only counts leave this room."""

from __future__ import annotations

from datetime import datetime, timedelta

from ma_platform.db import sql
from tracking.actions import Learned, Seen, learn_networks

LOOKED_AT = timedelta(days=60)  # and never further back than addresses are kept whole


def learn_from_people(*, now: datetime) -> Learned:
    """Learn networks of the tenant in scope from the visits of identified people. One look over the visits.

    Free mail counts as private, not as a company; machines and addresses without their last part are left out.
    """
    rows = sql.run(SEEN, now=now, since=now - LOOKED_AT).rows
    return learn_networks((Seen(*row) for row in rows), now=now)


def learning_tenants(*, now: datetime) -> list[int]:
    """Workspaces with an identified visitor in the last day. For a system sweep."""
    return sql.run(TENANTS, since=now - timedelta(days=1)).values()


# A browser stands for the person it belongs to now. An address counts as itself (IPv6: its /64) and, with its
# neighbours, as its /24 (IPv6: /48).
SEEN = """
    WITH seen AS (
        SELECT visit.ip, lead.id AS lead_id, CASE WHEN lead.email_kind = 'free' THEN '' ELSE lead.email_domain END
                   AS domain, coalesce(company.name, lead.email_domain) AS company_name,
               (visit.started_at AT TIME ZONE workspace.timezone)::date AS day, visit.last_at,
               (visit.device = 'mobile')::int AS mobile
          FROM tracking_session AS visit
          JOIN tenancy_workspace AS workspace ON workspace.id = visit.tenant_id
          JOIN tracking_visitor AS visitor ON visitor.tenant_id = %(tenant_id)s AND visitor.id = visit.visitor_id
          JOIN leads_lead AS lead ON lead.tenant_id = %(tenant_id)s AND lead.id = visitor.lead_id
          LEFT JOIN leads_company AS company
                 ON company.tenant_id = %(tenant_id)s AND company.id = lead.company_id
         WHERE visit.tenant_id = %(tenant_id)s AND visit.verdict = 0 AND visit.ip IS NOT NULL
           AND NOT visitor.shared AND lead.email_domain <> ''
           AND visit.last_at > greatest(%(since)s, %(now)s - make_interval(days => coalesce(
               (SELECT ip_days::int FROM tracking_settings WHERE tenant_id = %(tenant_id)s), 90)))
           AND right(host(visit.ip), 2) NOT IN ('.0', '::')
    ), line AS (
        SELECT seen.*, text(network(set_masklen(ip, CASE family(ip) WHEN 4 THEN 32 ELSE 64 END))) AS alone,
               text(network(set_masklen(ip, CASE family(ip) WHEN 4 THEN 24 ELSE 48 END))) AS shared
          FROM seen
    )
    SELECT place.network, line.domain, min(line.company_name) AS company_name, count(DISTINCT line.lead_id)::int,
           count(DISTINCT line.day)::int, max(line.last_at), count(DISTINCT line.alone)::int, avg(line.mobile)::float8
      FROM line CROSS JOIN LATERAL (VALUES (line.alone), (line.shared)) AS place(network)
     GROUP BY place.network, line.domain
     ORDER BY place.network, line.domain
"""
TENANTS = """
    SELECT DISTINCT visit.tenant_id
      FROM tracking_session AS visit
      JOIN tracking_visitor AS visitor ON visitor.tenant_id = visit.tenant_id AND visitor.id = visit.visitor_id
     WHERE visit.last_at > %(since)s AND visitor.lead_id IS NOT NULL
"""
