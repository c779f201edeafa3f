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

OPEN = """EXISTS (SELECT FROM nurturing_run AS run
                   WHERE run.tenant_id = %(tenant_id)s AND run.flow_id = %(flow)s AND run.lead_id = lead.id
                     AND run.ended_at IS NULL)"""
EVER = """EXISTS (SELECT FROM nurturing_run AS run
                   WHERE run.tenant_id = %(tenant_id)s AND run.flow_id = %(flow)s AND run.lead_id = lead.id)"""
AT_STEP = """EXISTS (SELECT FROM nurturing_run AS run
                   WHERE run.tenant_id = %(tenant_id)s AND run.flow_id = %(flow)s AND run.lead_id = lead.id
                     AND run.ended_at IS NULL AND run.step = %(step)s)"""
STATES = {"in": OPEN, "never": f"NOT {EVER}", "ended": f"({EVER} AND NOT {OPEN})", "waiting_at": AT_STEP}


def in_flow(member: Member) -> Piece:
    """`in`, `never` and `ended` are apart: a person who has come back is in it. Raises ConditionRefused."""
    flow = Flow.objects.filter(public_id=member.id).values_list("pk", flat=True).first()
    if flow is None:
        raise ConditionRefused("unknown_member", path="", key=member.id)
    step = {"step": member.step} if member.step is not None else {}
    return Piece(STATES[member.state or "in"], {"flow": flow, **step})


def listed_flows() -> Sequence[Choice]:
    """Flows people have run on, with the steps of the version new runs take."""
    flows = Flow.objects.filter(published_no__gt=0).order_by("name_ja", "id")[:200]
    return [Choice(flow.public_id, Phrase(flow.name_en, flow.name_ja), parts=_steps(flow)) for flow in flows]


def _steps(flow: Flow) -> tuple[Choice, ...]:
    try:
        graph: Graph | None = published(flow)[1]
    except FlowRefused:
        return ()
    if graph is None:
        return ()
    return tuple(Choice(key, _(graph.steps[key].label)) for key in walking_order(graph))


WORDS.use_members("flow", in_flow, listed=listed_flows)
