"""Many people let into a flow from the lead list, as a job."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from leads.actions import bulk
from leads.actions.bulk import Batch, BulkField, BulkKind, BulkRefused, Done
from ma_platform.tenancy.permissions import Capability
from nurturing.actions.entering import Entry, enter_leads
from nurturing.models import Flow, Run

Json = dict[str, Any]  # Any: JSON


def _fields() -> Sequence[BulkField]:
    flows = Flow.objects.filter(state=Flow.State.RUNNING).order_by("-updated_at")[:500]
    choices = [(flow.public_id, flow.name(get_language() or "ja")) for flow in flows]
    return [
        BulkField("flow", gettext_lazy("Scenario"), choices, help=gettext_lazy("Only running scenarios are listed."))
    ]


def _flow(public_id: str) -> Flow:
    found: Flow | None = Flow.objects.filter(public_id=public_id, state=Flow.State.RUNNING).first()
    if found is None:
        raise BulkRefused(reason=_("Choose a running scenario."))
    return found


def _read(said: Mapping[str, str]) -> Json:
    flow = _flow(said.get("flow", ""))
    return {"flow": flow.public_id, "name": flow.name(get_language() or "ja")}


def _apply(batch: Batch) -> dict[int, Done]:
    """Whom the flow does not let in is left out; its page says why."""
    flow = _flow(batch.params["flow"])
    enter_leads(flow, entries=[Entry(lead_id=one) for one in batch.lead_ids], now=batch.now)
    came = Run.objects.filter(flow=flow, lead_id__in=batch.lead_ids, entered_at=batch.now)
    entered = set(came.values_list("lead_id", flat=True))
    return {one: Done("changed" if one in entered else "refused") for one in batch.lead_ids}


bulk.register(
    BulkKind(
        key="start_flow",
        label=gettext_lazy("Start a scenario"),
        capability=Capability.EDIT_FLOWS,
        fields=_fields,
        read=_read,
        told=lambda params: _("Start the scenario “%(name)s”") % params,
        apply=_apply,
        order=70,
    )
)
