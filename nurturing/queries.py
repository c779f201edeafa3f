"""Questions about flows: what they are, who is where, how many came by."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.db.models import Count

from ma_platform.db import sql
from ma_platform.errors import NotFound
from nurturing.graph import Graph
from nurturing.language import FlowRefused, read_flow
from nurturing.models import EntryRefusal, Flow, FlowVersion, Run


def get_flow(public_id: str) -> Flow:
    """The flow of the workspace; raises NotFound."""
    flow: Flow | None = Flow.objects.filter(public_id=public_id).first()
    if flow is None:
        raise NotFound(kind="flow")
    return flow


@lru_cache(maxsize=512)
def graph_of(version_id: int) -> Graph:
    """The graph of a published version, parsed once per process: versions never change."""
    return read_flow(FlowVersion.objects.get(pk=version_id).document)


def published(flow: Flow) -> tuple[int | None, Graph | None]:
    """The version new runs take, and its graph; (None, None) for a flow that has never been published."""
    if not flow.published_no:
        return None, None
    version_id: int = FlowVersion.objects.values_list("id", flat=True).get(flow=flow, no=flow.published_no)
    return version_id, graph_of(version_id)


def has_unpublished_changes(flow: Flow) -> bool:
    """Whether the draft differs from what new runs take."""
    if not flow.published_no:
        return False
    return bool(FlowVersion.objects.get(flow=flow, no=flow.published_no).document != flow.draft)


def triggered_by(events: Collection[int]) -> list[Flow]:
    """Published flows whose trigger is one of these events; paused ones too, since they refuse with a reason."""
    return list(Flow.objects.filter(trigger_event__in=[int(event) for event in events]).order_by("id"))


def flows_naming(names: Collection[str]) -> list[tuple[Flow, str]]:
    """Flows with each of these events that their trigger, steps or conditions name: as drafted, as new runs take it,
    or in a version somebody is still on. Two statements.
    """
    return _naming("lax $.**.event", names)


def flows_asking_segment(public_id: str) -> list[Flow]:
    """Flows whose trigger or conditions name this segment, in the same documents."""
    return [flow for flow, _name in _naming("lax $.**.segment", [public_id])]


def _naming(path: str, names: Collection[str]) -> list[tuple[Flow, str]]:
    rows = sql.run(NAMING, path=path, names=sorted(names)).rows if names else []
    known = Flow.objects.defer("draft").in_bulk([flow for flow, _name in rows])
    return [(known[flow], name) for flow, name in rows]


# Old versions matter only while their flow has live runs; of those that name one it is looked who is on them.
NAMING = """
    WITH document AS (
        SELECT flow.id AS flow, NULL::bigint AS old, flow.draft AS text
          FROM nurturing_flow AS flow WHERE flow.tenant_id = %(tenant_id)s
         UNION ALL
        SELECT flow.id, CASE WHEN version.no <> flow.published_no THEN version.id END, version.document
          FROM nurturing_flow AS flow
          JOIN nurturing_flowversion AS version ON version.tenant_id = flow.tenant_id AND version.flow_id = flow.id
         WHERE flow.tenant_id = %(tenant_id)s
           AND (version.no = flow.published_no
                OR EXISTS (SELECT FROM nurturing_run AS run
                            WHERE run.tenant_id = %(tenant_id)s AND run.flow_id = flow.id AND run.ended_at IS NULL))
    ), named AS MATERIALIZED (
        SELECT DISTINCT document.flow, document.old, told.name #>> '{}' AS name
          FROM document CROSS JOIN LATERAL jsonb_path_query(document.text, %(path)s::jsonpath) AS told(name)
         WHERE jsonb_typeof(told.name) = 'string' AND told.name #>> '{}' = ANY (%(names)s::text[])
    )
    SELECT DISTINCT flow, name FROM named
     WHERE old IS NULL
        OR EXISTS (SELECT FROM nurturing_run AS run
                    WHERE run.tenant_id = %(tenant_id)s AND run.flow_id = named.flow AND run.version_id = named.old
                      AND run.ended_at IS NULL)
     ORDER BY flow, name
"""


def starts_by(flow: Flow) -> str:
    """The segment that entering or leaving starts the flow; "" for other triggers and unreadable documents."""
    try:
        graph = published(flow)[1]
    except FlowRefused:
        return ""
    return graph.segment if graph else ""


def tenants_with_due_runs(now: datetime) -> list[int]:
    """Workspaces with something to do, for the sweep over all of them: one index probe a workspace."""
    return sql.run(DUE_TENANTS, now=now).values()


DUE_TENANTS = """
    SELECT workspace.id
      FROM tenancy_workspace AS workspace
     WHERE workspace.closed_at IS NULL
       AND EXISTS (SELECT FROM nurturing_run AS run
                    WHERE run.tenant_id = workspace.id AND run.wake_at <= %(now)s
                      AND run.state IN ('active', 'waiting') AND run.wake_at IS NOT NULL)
     ORDER BY workspace.id
"""


@dataclass(frozen=True, slots=True)
class StepTally:
    """Runs at a step: came, stand there now, left, left because it failed, left without doing it."""

    entered: int = 0
    waiting: int = 0
    left: int = 0
    failed: int = 0
    skipped: int = 0


def step_tallies(flow: Flow) -> dict[str, StepTally]:
    """Per step key, over all versions of the flow; steps nobody has come to are absent. Two cheap counts."""
    rows = sql.typed(TALLIES, NamedTally, flow_id=flow.pk)
    return {row.step: StepTally(row.waiting + row.left, row.waiting, row.left, row.failed, row.skipped) for row in rows}


@dataclass(frozen=True, slots=True)
class NamedTally:
    """A line of TALLIES."""

    step: str
    waiting: int
    left: int
    failed: int
    skipped: int


TALLIES = """
    WITH standing AS (
        SELECT step, count(*) AS runs FROM nurturing_run
         WHERE tenant_id = %(tenant_id)s AND flow_id = %(flow_id)s AND ended_at IS NULL
         GROUP BY step
    ), gone AS (
        SELECT step, sum(runs)::bigint AS runs,
               coalesce(sum(runs) FILTER (WHERE outcome = 'failed'), 0)::bigint AS failed,
               coalesce(sum(runs) FILTER (WHERE outcome = 'skipped'), 0)::bigint AS skipped
          FROM nurturing_stepcount
         WHERE tenant_id = %(tenant_id)s AND flow_id = %(flow_id)s
         GROUP BY step
    )
    SELECT step, coalesce(standing.runs, 0) AS waiting, coalesce(gone.runs, 0) AS left,
           coalesce(gone.failed, 0) AS failed, coalesce(gone.skipped, 0) AS skipped
      FROM standing FULL JOIN gone USING (step)
"""


@dataclass(frozen=True, slots=True)
class FlowTotals:
    """Runs of a flow by what became of them."""

    live: int = 0
    finished: int = 0
    ended: int = 0

    @property
    def entered(self) -> int:
        """Every run there ever was."""
        return self.live + self.finished + self.ended


def totals(flow_ids: Sequence[int], *, most: int | None = None) -> Mapping[int, FlowTotals]:
    """Totals per flow id, in one statement; with `most`, what is more than that counts `most` + 1."""
    rows = sql.run(TOTALS, flow_ids=list(flow_ids), limit=most + 1 if most is not None else None).rows
    return {flow: FlowTotals(live, finished, ended) for flow, live, finished, ended in rows}


# Each number is a stretch of a partial index: the runs themselves are not read.
TOTALS = """
    SELECT flow.id, live.runs, finished.runs, ended.runs
      FROM unnest(%(flow_ids)s::bigint[]) AS flow(id)
     CROSS JOIN LATERAL (
           SELECT count(*) AS runs
             FROM (SELECT FROM nurturing_run AS run
                    WHERE run.tenant_id = %(tenant_id)s AND run.flow_id = flow.id AND run.ended_at IS NULL
                    LIMIT %(limit)s::bigint) AS stretch) AS live
     CROSS JOIN LATERAL (
           SELECT count(*) AS runs
             FROM (SELECT FROM nurturing_run AS run
                    WHERE run.tenant_id = %(tenant_id)s AND run.flow_id = flow.id AND run.ended_at IS NOT NULL
                      AND run.state = 'finished'
                    LIMIT %(limit)s::bigint) AS stretch) AS finished
     CROSS JOIN LATERAL (
           SELECT count(*) AS runs
             FROM (SELECT FROM nurturing_run AS run
                    WHERE run.tenant_id = %(tenant_id)s AND run.flow_id = flow.id AND run.ended_at IS NOT NULL
                      AND run.state = 'ended'
                    LIMIT %(limit)s::bigint) AS stretch) AS ended
"""


def refused_leads(flow: Flow) -> int:
    """How many leads were refused at the door of this flow, for whatever reasons."""
    counted = EntryRefusal.objects.filter(flow=flow).aggregate(leads=Count("lead_id", distinct=True))
    return int(counted["leads"])


def flows() -> list[Flow]:
    """All flows, the latest change first."""
    return list(Flow.objects.defer("draft").order_by("-updated_at", "-id"))


def runs_of_flow(flow: Flow, *, before: int | None = None, step: str = "", limit: int = 50) -> list[Run]:
    """Runs with their leads, newest first. `before`: where the previous page ended; `step`: only those there now."""
    runs = Run.objects.filter(flow=flow).select_related("lead", "lead__company").order_by("-id")
    if before is not None:
        runs = runs.filter(id__lt=before)
    if step:
        runs = runs.filter(step=step, ended_at=None)
    return list(runs[:limit])


def runs_of_lead(lead_id: int, *, limit: int = 50) -> list[Run]:
    """The lead's runs with their flows, newest first."""
    return list(Run.objects.filter(lead_id=lead_id).select_related("flow").order_by("-id")[:limit])


def flows_page(*, before: int | None, limit: int) -> list[Flow]:
    """Flows, newest first, from the one after `before`."""
    found = Flow.objects.order_by("-id")
    return list((found if before is None else found.filter(id__lt=before))[:limit])
