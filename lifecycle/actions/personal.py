"""Stages, deals, alerts and who was given whom, handed out with everything else that is kept about a person."""

from __future__ import annotations

from leads.actions import Part, at_personal_export, told_by

STAGE = """
    SELECT json_build_object('stage', stage_key, 'since', since, 'pass_number', pass_number)::text
      FROM lifecycle_position
     WHERE tenant_id = %(tenant_id)s AND lead_id = ANY (%(lead_ids)s::bigint[]) ORDER BY since
"""
STAGES = """
    SELECT json_build_object('at', move.at, 'from', move.from_key, 'to', move.to_key, 'rule', move.rule,
                             'reason', move.reason, 'pass_number', move.pass_number, 'skipped', move.skipped,
                             'by', coalesce(nullif(member.name, ''), member.email))::text
      FROM lifecycle_transition AS move
      LEFT JOIN tenancy_user AS member ON member.id = move.by_user_id
     WHERE move.tenant_id = %(tenant_id)s AND move.lead_id = ANY (%(lead_ids)s::bigint[]) ORDER BY move.at, move.id
"""
DEALS = """
    SELECT json_build_object(
               'id', deal.public_id, 'external_id', deal.external_id, 'name', deal.name, 'company', company.name,
               'amount', deal.amount, 'currency', deal.currency, 'stage', deal.stage, 'status', deal.status,
               'lost_reason', deal.lost_reason, 'closed_at', deal.closed_at, 'products', deal.products,
               'created_at', deal.created_at, 'updated_at', deal.updated_at)::text
      FROM (SELECT DISTINCT part.deal_id FROM lifecycle_deallead AS part
             WHERE part.tenant_id = %(tenant_id)s AND part.lead_id = ANY (%(lead_ids)s::bigint[])) AS theirs
      JOIN lifecycle_deal AS deal ON deal.tenant_id = %(tenant_id)s AND deal.id = theirs.deal_id
      LEFT JOIN leads_company AS company ON company.tenant_id = %(tenant_id)s AND company.id = deal.company_id
     ORDER BY deal.created_at, deal.id
"""
ALERTS = """
    SELECT json_build_object('at', handed_over_at, 'kind', kind, 'reason', reason, 'subject', subject, 'recipient',
                             recipient, 'body', body)::text
      FROM lifecycle_alert
     WHERE tenant_id = %(tenant_id)s AND lead_id = ANY (%(lead_ids)s::bigint[]) AND kind <> 'visit'
     ORDER BY handed_over_at, id
"""
ASSIGNED = """
    SELECT json_build_object('at', given.at, 'moment', given.moment, 'why', given.why,
                             'to', coalesce(nullif(member.name, ''), member.email))::text
      FROM lifecycle_assignment AS given
      LEFT JOIN tenancy_user AS member ON member.id = given.to_user_id
     WHERE given.tenant_id = %(tenant_id)s AND given.lead_id = ANY (%(lead_ids)s::bigint[]) ORDER BY given.at, given.id
"""
WAITING = """
    SELECT json_build_object('since', since, 'why', why, 'moment', moment, 'due_at', due_at)::text
      FROM lifecycle_waitingassignment
     WHERE tenant_id = %(tenant_id)s AND lead_id = ANY (%(lead_ids)s::bigint[]) ORDER BY since
"""
WATCHED = """
    SELECT json_build_object('since', watching.since, 'by', coalesce(nullif(staff.name, ''), staff.email))::text
      FROM lifecycle_watchedperson AS watching
      JOIN tenancy_membership AS member ON member.tenant_id = %(tenant_id)s AND member.id = watching.member_id
      JOIN tenancy_user AS staff ON staff.id = member.user_id
     WHERE watching.tenant_id = %(tenant_id)s AND watching.lead_id = ANY (%(lead_ids)s::bigint[])
     ORDER BY watching.since, watching.id
"""
# Of a digest what it says of this person alone.
TOLD = """
    SELECT json_build_object('began', told.began_at, 'state', told.state, 'told', told.told_at,
                             'to', coalesce(nullif(staff.name, ''), staff.email), 'said', said.line)::text
      FROM lifecycle_visittold AS told
      JOIN tenancy_membership AS member ON member.tenant_id = %(tenant_id)s AND member.id = told.member_id
      JOIN tenancy_user AS staff ON staff.id = member.user_id
      LEFT JOIN lifecycle_alert AS alert ON alert.tenant_id = %(tenant_id)s AND alert.id = told.alert_id
      LEFT JOIN LATERAL (
            SELECT line FROM jsonb_array_elements(alert.body -> 'people') AS line
             WHERE line ->> 'lead' IN (SELECT public_id FROM leads_lead
                                        WHERE tenant_id = %(tenant_id)s AND id = ANY (%(lead_ids)s::bigint[]))
             LIMIT 1) AS said ON true
     WHERE told.tenant_id = %(tenant_id)s AND told.lead_id = ANY (%(lead_ids)s::bigint[])
     ORDER BY told.began_at, told.id
"""

at_personal_export(
    Part("stage", ("lifecycle_position",), told_by(STAGE)),
    Part("stages", ("lifecycle_transition",), told_by(STAGES)),
    Part("deals", ("lifecycle_deallead",), told_by(DEALS)),
    Part("alerts", ("lifecycle_alert",), told_by(ALERTS)),
    Part("assignments", ("lifecycle_assignment",), told_by(ASSIGNED)),
    Part("waiting_assignments", ("lifecycle_waitingassignment",), told_by(WAITING)),
    Part("visits_watched", ("lifecycle_watchedperson",), told_by(WATCHED)),
    Part("visits_told", ("lifecycle_visittold",), told_by(TOLD)),
)
