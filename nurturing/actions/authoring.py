"""Writing flows: drafts, published versions, pause and resume."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from leads.queries.segments import find_segment
from ma_platform import audit
from ma_platform.db import sql
from ma_platform.errors import DomainError
from ma_platform.tenancy.models import ApiKey, User
from ma_platform.tenancy.reach import everybody
from mailing.models import Email
from nurturing.graph import Graph
from nurturing.language import FlowRefused, read_flow
from nurturing.models import Flow, FlowVersion, Run
from nurturing.reading import Problem

By = User | ApiKey | None


class FlowStateRefused(DomainError):
    """The flow is not in a state for this."""

    code = "flow_state"
    message = _("This cannot be done while the scenario is in the state “%(state)s”.")


class OverdueModeUnknown(DomainError):
    """What to do with overdue runs is not one of the modes."""

    code = "overdue_mode"
    message = _("Choose shift or late for what became overdue during the pause.")


@transaction.atomic
def create_flow(document: object, *, by: By, now: datetime) -> Flow:
    """A new draft. Raises FlowRefused."""
    graph = read_flow(document)
    flow: Flow = Flow.objects.create(
        name_ja=graph.name.ja, name_en=graph.name.en, draft=document, created_at=now, updated_at=now
    )
    audit.record(by, "flow.created", flow.public_id, at=now)
    return flow


@transaction.atomic
def save_draft(flow: Flow, *, document: object, by: By, now: datetime) -> Graph:
    """Replace the draft; running leads are not touched. Returns the graph with its warnings; raises FlowRefused."""
    graph = read_flow(document)
    Flow.objects.filter(pk=flow.pk).update(name_ja=graph.name.ja, name_en=graph.name.en, draft=document, updated_at=now)
    flow.refresh_from_db()
    audit.record(by, "flow.draft_saved", flow.public_id, at=now)
    return graph


@everybody()
@transaction.atomic
def publish(flow: Flow, *, by: By, now: datetime) -> FlowVersion:
    """Make the draft the version new runs take; runs under way stay on theirs. A paused flow stays paused.

    Raises FlowRefused for a draft that is not sound or names an e-mail that does not exist.
    """
    locked: Flow = Flow.objects.select_for_update().get(pk=flow.pk)
    graph = read_flow(locked.draft)
    refuse_missing(graph)
    version: FlowVersion = FlowVersion.objects.create(
        flow=locked,
        no=locked.published_no + 1,
        document=locked.draft,
        published_at=now,
        published_by=by if isinstance(by, User) else None,
    )
    Flow.objects.filter(pk=flow.pk).update(
        published_no=version.no,
        trigger_event=graph.trigger.event if graph.trigger else None,
        state=Flow.State.PAUSED if locked.state == Flow.State.PAUSED else Flow.State.RUNNING,
        updated_at=now,
    )
    flow.refresh_from_db()
    audit.record(by, "flow.published", flow.public_id, at=now, version=version.no)
    return version


def refuse_missing(graph: Graph) -> None:
    """Refuse a graph whose e-mails, or the segment that starts it, do not exist."""
    wanted = list(graph.references())
    ids = {reference.id for _, reference in wanted}
    known = set(Email.objects.filter(public_id__in=ids).values_list("public_id", flat=True))
    missing = tuple(
        Problem(path, "There is no e-mail %(email)s.", {"email": reference.id})
        for path, reference in wanted
        if reference.id not in known
    )
    if graph.segment and find_segment(graph.segment) is None:
        missing += (Problem("/trigger/segment", "There is no segment %(segment)s.", {"segment": graph.segment}),)
    if missing:
        raise FlowRefused(missing)


@everybody()
@transaction.atomic
def pause(flow: Flow, *, by: By, now: datetime) -> int:
    """Stop the clocks of every run and close the door. Returns runs paused; raises FlowStateRefused."""
    change_state(flow, Flow.State.RUNNING, Flow.State.PAUSED, paused_at=now)
    paused = Run.objects.filter(flow=flow, state__in=[Run.State.ACTIVE, Run.State.WAITING]).update(
        state=Run.State.PAUSED
    )
    audit.record(by, "flow.paused", flow.public_id, at=now, runs=paused)
    return int(paused)


@everybody()
@transaction.atomic
def resume(flow: Flow, *, by: By, now: datetime, overdue: str = "shift") -> int:
    """Start the clocks again. Returns runs resumed; raises FlowStateRefused, OverdueModeUnknown.

    shift: every deadline moves by the length of the pause. late: deadlines stay, so what is overdue goes on at once.
    """
    if overdue not in ("shift", "late"):
        raise OverdueModeUnknown(mode=overdue)
    paused_at = flow.paused_at
    change_state(flow, Flow.State.PAUSED, Flow.State.RUNNING, paused_at=None)
    shift = now - paused_at if overdue == "shift" and paused_at else timedelta(0)
    resumed = sql.run(RESUME, flow_id=flow.pk, shift=shift, now=now).rowcount
    audit.record(by, "flow.resumed", flow.public_id, at=now, runs=resumed, overdue=overdue)
    return resumed


# A run with waiting_for or a deadline was waiting; one with neither had only just come in. Who waits for an event is
# looked at once, since it may have happened during the pause.
RESUME = """
    UPDATE nurturing_run
       SET state = CASE WHEN deadline_at IS NULL AND waiting_for = '{}' THEN 'active' ELSE 'waiting' END,
           wake_at = CASE WHEN waiting_for = '{}' THEN wake_at + %(shift)s ELSE %(now)s END,
           deadline_at = deadline_at + %(shift)s
     WHERE tenant_id = %(tenant_id)s AND flow_id = %(flow_id)s AND state = 'paused'
"""


def change_state(flow: Flow, old: str, new: str, *, paused_at: datetime | None) -> None:
    """One conditional update whose row count decides."""
    if not Flow.objects.filter(pk=flow.pk, state=old).update(state=new, paused_at=paused_at):
        raise FlowStateRefused(state=flow.get_state_display())
    flow.refresh_from_db()
