"""`/flows` and their runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.http import Http404
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from leads.queries import find_lead, survivors
from ma_platform import clock
from ma_platform.api.pages import cursor_page, number_of, page_size
from ma_platform.api.serializers import StrictSerializer
from ma_platform.api.views import ApiView
from ma_platform.tenancy.permissions import Capability
from nurturing import actions, queries
from nurturing.actions import Entry
from nurturing.language import said
from nurturing.models import Flow, Run

MOST_LEADS = 1000
Json = dict[str, Any]  # Any: JSON


class ResumeShape(StrictSerializer):
    """`{"overdue": "shift|late"}`"""

    overdue = serializers.ChoiceField(choices=["shift", "late"], default="shift")


class EntryShape(StrictSerializer):
    """`{"leads": ["lead_…"], "key": "…"?}`"""

    leads = serializers.ListField(child=serializers.CharField(max_length=80), min_length=1, max_length=MOST_LEADS)
    key = serializers.CharField(max_length=200, default="", allow_blank=True)


class Flows(ApiView):
    """All flows, or a new draft from a document."""

    capabilities: ClassVar[dict[str, Capability]] = {"GET": Capability.VIEW_FLOWS, "POST": Capability.EDIT_FLOWS}

    def get(self, request: Request) -> Response:
        size = page_size(request)
        rows = queries.flows_page(before=number_of(request), limit=size + 1)
        return cursor_page(request, rows, size=size, position=lambda flow: [flow.pk], show=shown_flows)

    def post(self, request: Request) -> Response:
        flow = actions.create_flow(request.data, by=self.key, now=clock.now())
        return Response(flow_json(flow), status=201)


class OneFlow(ApiView):
    """One flow; its draft is replaced by PUT."""

    capabilities: ClassVar[dict[str, Capability]] = {"GET": Capability.VIEW_FLOWS, "PUT": Capability.EDIT_FLOWS}

    def get(self, request: Request, flow_id: str) -> Response:
        return Response(flow_json(queries.get_flow(flow_id)))

    def put(self, request: Request, flow_id: str) -> Response:
        flow = queries.get_flow(flow_id)
        graph = actions.save_draft(flow, document=request.data, by=self.key, now=clock.now())
        return Response(
            flow_json(flow) | {"warnings": [f"{warning.path}: {said(warning)}" for warning in graph.warnings]}
        )


class Publish(ApiView):
    """The draft becomes what new runs take."""

    capabilities: ClassVar[dict[str, Capability]] = {"POST": Capability.PUBLISH_FLOWS}

    def post(self, request: Request, flow_id: str) -> Response:
        nothing_more(request)
        flow = queries.get_flow(flow_id)
        actions.publish(flow, by=self.key, now=clock.now())
        return Response(flow_json(flow))


class Pause(ApiView):
    """Clocks stop."""

    capabilities: ClassVar[dict[str, Capability]] = {"POST": Capability.PUBLISH_FLOWS}

    def post(self, request: Request, flow_id: str) -> Response:
        nothing_more(request)
        flow = queries.get_flow(flow_id)
        count = actions.pause(flow, by=self.key, now=clock.now())
        return Response(flow_json(flow) | {"runs": count})


class Resume(ApiView):
    """Clocks go on."""

    capabilities: ClassVar[dict[str, Capability]] = {"POST": Capability.PUBLISH_FLOWS}

    def post(self, request: Request, flow_id: str) -> Response:
        shape = ResumeShape(data=request.data or {})
        shape.is_valid(raise_exception=True)
        flow = queries.get_flow(flow_id)
        count = actions.resume(flow, by=self.key, now=clock.now(), overdue=shape.validated_data["overdue"])
        return Response(flow_json(flow) | {"runs": count})


class Stats(ApiView):
    """Counts of runs and per step."""

    capabilities: ClassVar[dict[str, Capability]] = {"GET": Capability.VIEW_FLOWS}

    def get(self, request: Request, flow_id: str) -> Response:
        flow = queries.get_flow(flow_id)
        total = queries.totals([flow.pk])[flow.pk]
        runs = {"entered": total.entered, "live": total.live, "finished": total.finished, "ended": total.ended}
        steps = {
            key: {
                "entered": tally.entered,
                "waiting": tally.waiting,
                "left": tally.left,
                "failed": tally.failed,
                "skipped": tally.skipped,
            }
            for key, tally in sorted(queries.step_tallies(flow).items())
        }
        return Response({"runs": runs, "refused": queries.refused_leads(flow), "steps": steps})


class Runs(ApiView):
    """Who is in the flow; or let leads in."""

    capabilities: ClassVar[dict[str, Capability]] = {"GET": Capability.VIEW_FLOWS, "POST": Capability.EDIT_FLOWS}

    def get(self, request: Request, flow_id: str) -> Response:
        flow, size = queries.get_flow(flow_id), page_size(request)
        step = request.query_params.get("step", "")
        rows = queries.runs_of_flow(flow, before=number_of(request), step=step, limit=size + 1)
        return cursor_page(
            request,
            rows,
            size=size,
            position=lambda run: [run.pk],
            show=lambda shown: [{"lead": run.lead.public_id, **run_json(run)} for run in shown],
        )

    def post(self, request: Request, flow_id: str) -> Response:
        shape = EntryShape(data=request.data)
        shape.is_valid(raise_exception=True)
        flow, said = queries.get_flow(flow_id), shape.validated_data
        known = survivors(said["leads"])
        unknown = sorted(set(said["leads"]) - set(known))
        if unknown:
            raise ValidationError({"leads": [f"There is no lead {lead}." for lead in unknown]})
        entries = [Entry(lead_id=pk, key=said["key"]) for pk in sorted(set(known.values()))]
        admission = actions.enter_leads(flow, entries=entries, now=clock.now())
        return Response({"entered": admission.entered, "refused": admission.refused}, status=201)


class LeadRuns(ApiView):
    """The runs of one lead, newest first."""

    capabilities: ClassVar[dict[str, Capability]] = {"GET": Capability.VIEW_FLOWS}

    def get(self, request: Request, lead_id: str) -> Response:
        lead = find_lead(lead_id)
        if lead is None:
            raise Http404
        runs = queries.runs_of_lead(lead.pk, limit=200)
        return Response({"results": [{"flow": run.flow.public_id, **run_json(run)} for run in runs], "next": None})


def nothing_more(request: Request) -> None:
    """These take no body; what is not known is refused."""
    if request.data:
        raise ValidationError({str(name): ["Unknown field."] for name in request.data})


def shown_flows(flows: Sequence[Flow]) -> list[Json]:
    """Flows as the list shows them."""
    return [flow_json(flow) for flow in flows]


def flow_json(flow: Flow) -> Json:
    """One flow: its draft document, and what is published."""
    return {
        "id": flow.public_id,
        "name": {"ja": flow.name_ja, "en": flow.name_en},
        "state": flow.state,
        "published_version": flow.published_no or None,
        "document": flow.draft,
        "created_at": flow.created_at,
        "updated_at": flow.updated_at,
    }


def run_json(run: Run) -> Json:
    """Where a run is."""
    return {
        "state": run.state,
        "key": run.key,
        "pass": run.pass_no,
        "step": run.step,
        "entered_at": run.entered_at,
        "step_entered_at": run.step_entered_at,
        "waits_until": run.deadline_at,
        "ended_at": run.ended_at,
        "end_reason": run.end_reason or None,
    }
