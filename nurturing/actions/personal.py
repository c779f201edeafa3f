"""Scenario runs, handed out with everything else that is kept about a person."""

from __future__ import annotations

from leads.actions import Part, at_personal_export, told_by

RUNS = """
    SELECT json_build_object(
               'scenario', flow.name_ja, 'key', run.key, 'pass', run.pass_no, 'state', run.state, 'step', run.step,
               'entered_at', run.entered_at, 'ended_at', run.ended_at, 'end_reason', run.end_reason,
               'variables', run.variables)::text
      FROM nurturing_run AS run
      JOIN nurturing_flow AS flow ON flow.tenant_id = %(tenant_id)s AND flow.id = run.flow_id
     WHERE run.tenant_id = %(tenant_id)s AND run.lead_id = ANY (%(lead_ids)s::bigint[])
     ORDER BY run.entered_at, run.id
"""
STEPS = """
    SELECT json_build_object('scenario', flow.name_ja, 'pass', run.pass_no, 'step', step.step,
                             'entered_at', step.entered_at, 'left_at', step.left_at, 'outcome', step.outcome)::text
      FROM nurturing_run AS run
      JOIN nurturing_flow AS flow ON flow.tenant_id = %(tenant_id)s AND flow.id = run.flow_id
      JOIN nurturing_runstep AS step ON step.tenant_id = %(tenant_id)s AND step.run_id = run.id
     WHERE run.tenant_id = %(tenant_id)s AND run.lead_id = ANY (%(lead_ids)s::bigint[])
     ORDER BY step.entered_at, step.id
"""
REFUSALS = """
    SELECT json_build_object('scenario', flow.name_ja, 'reason', refusal.reason, 'times', refusal.times,
                             'first_at', refusal.first_at, 'last_at', refusal.last_at)::text
      FROM nurturing_entryrefusal AS refusal
      JOIN nurturing_flow AS flow ON flow.tenant_id = %(tenant_id)s AND flow.id = refusal.flow_id
     WHERE refusal.tenant_id = %(tenant_id)s AND refusal.lead_id = ANY (%(lead_ids)s::bigint[])
     ORDER BY refusal.first_at, refusal.id
"""

at_personal_export(
    Part("runs", ("nurturing_run",), told_by(RUNS)),
    Part("run_steps", ("nurturing_runstep",), told_by(STEPS)),
    Part("run_refusals", ("nurturing_entryrefusal",), told_by(REFUSALS)),
)
