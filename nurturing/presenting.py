"""Pages' values, ready to show: rows, captions and reasons in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import get_language, gettext

from ma_platform.api.pages import encode, number_in
from ma_platform.ui.formats import number_up_to
from nurturing import drawing, queries
from nurturing.graph import Graph
from nurturing.language import FlowRefused, read_flow, said
from nurturing.models import Flow, Run
from nurturing.queries import FlowTotals
from nurturing.vocabulary import END_REASONS
from tracking.catalogue import Event

PAGE = 50
MOST = 10_000  # the list counts runs of a flow up to here; the page of the flow counts them all
TONES = {
    Flow.State.DRAFT: "neutral",
    Flow.State.RUNNING: "success",
    Flow.State.PAUSED: "warn",
    Run.State.ACTIVE: "brand",
    Run.State.WAITING: "info",
    Run.State.FINISHED: "success",
    Run.State.ENDED: "neutral",
}


@dataclass(frozen=True)
class FlowRow:
    """A line of the list."""

    flow: Flow
    name: str
    tone: str
    trigger: str
    live: str
    entered: str
    finished: str


@dataclass(frozen=True)
class RunRow:
    """A line of a run."""

    run: Run
    state: str
    tone: str
    step: str
    reason: str
    until: datetime | None


def language() -> str:
    """The reader's language code."""
    return get_language() or "ja"


def list_rows() -> list[FlowRow]:
    """Every flow, three queries for all."""
    flows = queries.flows()
    counts = queries.totals([flow.pk for flow in flows], most=MOST)
    return [_row(flow, counts[flow.pk]) for flow in flows]


def _row(flow: Flow, totals: FlowTotals) -> FlowRow:
    return FlowRow(
        flow=flow,
        name=flow.name(language()),
        tone=TONES[Flow.State(flow.state)],
        trigger=trigger_label(flow),
        live=number_up_to(MOST, totals.live),
        entered=number_up_to(MOST, totals.live, totals.finished, totals.ended),
        finished=number_up_to(MOST, totals.finished),
    )


def trigger_label(flow: Flow) -> str:
    """What starts the flow, in words."""
    if not flow.published_no:
        return gettext("Not published")
    if flow.trigger_event is None:
        return gettext("By hand")
    labels = {int(event): event.label for event in Event}
    return gettext(labels.get(flow.trigger_event, "Your own event"))


def shown_graph(flow: Flow) -> Graph | None:
    """The published graph, else the draft's; None for a draft that no longer reads."""
    graph = queries.published(flow)[1]
    if graph is not None:
        return graph
    try:
        return read_flow(flow.draft)
    except FlowRefused:
        return None


def head_of(flow: Flow) -> dict[str, Any]:
    """State, and whether the draft differs from what runs."""
    return {
        "state": flow.get_state_display(),
        "tone": TONES[Flow.State(flow.state)],
        "trigger": trigger_label(flow),
        "unpublished": queries.has_unpublished_changes(flow),
    }


def canvas_of(flow: Flow, panel: Callable[[str], str]) -> dict[str, Any] | None:
    """The JSON of the canvas."""
    graph = shown_graph(flow)
    return None if graph is None else drawing.canvas(graph, queries.step_tallies(flow), panel=panel)


def steps_of(flow: Flow) -> list[drawing.DrawnStep]:
    """The steps with their counts."""
    graph = shown_graph(flow)
    return [] if graph is None else drawing.drawn_steps(graph, queries.step_tallies(flow))


def totals_of(flow: Flow) -> FlowTotals:
    """Runs by what became of them."""
    return queries.totals([flow.pk])[flow.pk]


def warnings_of(flow: Flow) -> list[dict[str, str]]:
    """What the draft is warned about."""
    try:
        return [{"path": each.path, "message": said(each)} for each in read_flow(flow.draft).warnings]
    except FlowRefused as refusal:
        return refusal.listed


def step_titles(flow: Flow) -> dict[str, str]:
    """Step key → title and caption, for lists of runs."""
    return {step.key: f"{step.title} · {step.text}" if step.text else step.title for step in steps_of(flow)}


def run_row(run: Run, titles: Mapping[str, str]) -> RunRow:
    """One run in words."""
    return RunRow(
        run=run,
        state=run.get_state_display(),
        tone=TONES.get(Run.State(run.state), "neutral"),
        step=titles.get(run.step, run.step),
        reason=str(END_REASONS.get(run.end_reason, run.end_reason)),
        until=run.deadline_at,
    )


def runs_page(flow: Flow, *, cursor: str, step: str) -> dict[str, Any]:
    """A page of runs, and the cursor to go on from. Raises ForgedCursor."""
    found = queries.runs_of_flow(flow, before=number_in(cursor), step=step, limit=PAGE + 1)
    titles = step_titles(flow)
    return {
        "rows": [run_row(run, titles) for run in found[:PAGE]],
        "more": encode([found[PAGE - 1].pk]) if len(found) > PAGE else None,
        "step": step,
        "step_title": titles.get(step, step),
    }


def step_panel(flow: Flow, step: str) -> dict[str, Any] | None:
    """What the panel of a step shows; None when there is no such step."""
    graph = shown_graph(flow)
    if graph is None or step not in graph.steps:
        return None
    drawn = {each.key: each for each in drawing.drawn_steps(graph, queries.step_tallies(flow))}
    return {
        "step": graph.steps[step],
        "drawn": drawn[step],
        "template": f"nurturing/steps/{graph.steps[step].type}.html",
        "mails": drawing.mail_names(graph),
    }


def lead_runs(runs: list[Run]) -> list[RunRow]:
    """Runs of one lead with the names of their steps; each version's graph is parsed once per process."""
    return [run_row(run, {run.step: step_title(run)}) for run in runs]


def step_title(run: Run) -> str:
    """The label of the step a run stands at; its key when the document no longer reads."""
    try:
        step = queries.graph_of(run.version_id).steps.get(run.step)
    except FlowRefused:
        return run.step
    return gettext(step.label) if step else run.step
