"""Words about flows for the condition language: who is in one, was never, has ended, or waits at a step."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from conditions import WORDS, Choice, ConditionRefused, Phrase, Piece
from conditions.tree import Member
from nurturing.graph import Graph, walking_order
from nurturing.language import FlowRefused
from nurturing.models import Flow
from nurturing.queries import published
from nurturing.steps.end import EndStep

# What a run ends for beside the reasons of the author's own.
END_REASONS = {
    "completed": _("Completed"),
    "step_limit": _("Stopped: more than 100 steps in an hour"),
    "excluded": _("On the exclusion list"),
    "merged": _("Joined with another person"),
}
OPEN = """EXISTS (SELECT FROM nurturing_run AS run
                   WHERE run.tenant_id = %(tenant_id)s AND run.flow_id = %(flow)s AND run.lead_id = lead.id
                     AND run.ended_at IS NULL)"""
EVER = """EXISTS (SELECT FROM nurturing_run AS run
                   WHERE run.tenant_id = %(tenant_id)s AND run.flow_id = %(flow)s AND run.lead_id = lead.id)"""
AT_STEP = """EXISTS (SELECT FROM nurturing_run AS run
                   WHERE run.tenant_id = %(tenant_id)s AND run.flow_id = %(flow)s AND run.lead_id = lead.id
                     AND run.ended_at IS NULL AND run.step = %(step)s)"""
# The latest run tells how it ended, as long as the person is not in it again.
ENDED_FOR = """EXISTS (SELECT FROM nurturing_run AS run
                   WHERE run.tenant_id = %(tenant_id)s AND run.flow_id = %(flow)s AND run.lead_id = lead.id
                     AND run.ended_at IS NOT NULL AND run.end_reason = %(reason)s
                     AND NOT EXISTS (SELECT FROM nurturing_run AS later
                                      WHERE later.tenant_id = %(tenant_id)s AND later.flow_id = %(flow)s
                                        AND later.lead_id = run.lead_id
                                        AND (later.ended_at IS NULL
                                             OR (later.ended_at, later.id) > (run.ended_at, run.id))))"""
STATES = {"in": OPEN, "never": f"NOT {EVER}", "ended": f"({EVER} AND NOT {OPEN})", "waiting_at": AT_STEP}


def in_flow(member: Member) -> Piece:
    """`in`, `never` and `ended` are apart: a person who has come back is in it. Raises ConditionRefused."""
    flow = Flow.objects.filter(public_id=member.id).values_list("pk", flat=True).first()
    if flow is None:
        raise ConditionRefused("unknown_member", path="", key=member.id)
    named = {name: value for name, value in (("step", member.step), ("reason", member.reason)) if value is not None}
    return Piece(ENDED_FOR if member.reason else STATES[member.state or "in"], {"flow": flow, **named})


def listed_flows() -> Sequence[Choice]:
    """Flows people have run on, with the steps of the version new runs take and what they may end for."""
    flows = Flow.objects.filter(published_no__gt=0).order_by("name_ja", "id")[:200]
    return [_told(flow, _graph(flow)) for flow in flows]


def _graph(flow: Flow) -> Graph | None:
    try:
        return published(flow)[1]
    except FlowRefused:
        return None


def _told(flow: Flow, graph: Graph | None) -> Choice:
    steps = {key: graph.steps[key] for key in walking_order(graph)} if graph else {}
    authored = [step.reason for step in steps.values() if isinstance(step, EndStep)]
    reasons = dict.fromkeys([*authored, *END_REASONS])
    return Choice(
        flow.public_id,
        Phrase(flow.name_en, flow.name_ja),
        parts=tuple(Choice(key, _(step.label)) for key, step in steps.items()),
        reasons=tuple(Choice(reason, END_REASONS.get(reason, reason)) for reason in reasons),
    )


WORDS.use_members("flow", in_flow, listed=listed_flows)
