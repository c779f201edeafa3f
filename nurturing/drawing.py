"""A graph as the canvas draws it: titles, captions, edges and counts, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import get_language, gettext

from mailing.models import Email
from nurturing.graph import Graph, walking_order
from nurturing.queries import StepTally
from nurturing.steps.branch import BranchStep
from nurturing.steps.contract import Exit, Step
from nurturing.steps.send_email import SendEmailStep

ICONS = {
    "send_email": "mail",
    "wait": "clock",
    "wait_for": "eye",
    "branch": "branch",
    "add_tag": "tag",
    "notify": "bell",
    "end": "stop",
}


@dataclass(frozen=True)
class DrawnStep:
    """One step as a line of the list beside the canvas."""

    key: str
    type: str
    icon: str
    title: str
    text: str
    tally: StepTally


def drawn_steps(graph: Graph, tallies: Mapping[str, StepTally]) -> list[DrawnStep]:
    """Every step in the order leads walk them; one query for the names of the mails."""
    mails = mail_names(graph)
    return [
        DrawnStep(
            key=key,
            type=step.type,
            icon=ICONS.get(step.type, "flow"),
            title=gettext(step.label),
            text=caption_of(step, mails),
            tally=tallies.get(key, StepTally()),
        )
        for key in walking_order(graph)
        for step in [graph.steps[key]]
    ]


def mail_names(graph: Graph) -> dict[str, str]:
    """Public id → name of the mails the graph sends."""
    ids = {step.email for step in graph.steps.values() if isinstance(step, SendEmailStep)}
    return dict(Email.objects.filter(public_id__in=ids).values_list("public_id", "name"))


def caption_of(step: Step, mails: Mapping[str, str]) -> str:
    """The small line under the title."""
    if isinstance(step, SendEmailStep):
        return mails.get(step.email, gettext("This e-mail no longer exists"))
    caption = step.caption()
    facts = dict(caption.facts)
    text = gettext(caption.message) % facts if caption.message else ""
    return text + str(facts.get("after", ""))


def canvas(graph: Graph, tallies: Mapping[str, StepTally], *, panel: Callable[[str], str]) -> dict[str, Any]:
    """The JSON of `<c-flow-canvas>`; `panel(step)` is the URL of a step's panel."""
    drawn = drawn_steps(graph, tallies)
    return {
        "start": graph.start,
        "steps": {
            step.key: {
                "type": step.type,
                "icon": step.icon,
                "title": step.title,
                "text": step.text,
                "panel": panel(step.key),
            }
            for step in drawn
        },
        "edges": [
            {"from": key, "to": way.to, "label": way_label(step, way)}
            for key, step in graph.steps.items()
            for way in step.exits()
        ],
        "counts": counts(drawn),
    }


def counts(drawn: Sequence[DrawnStep]) -> dict[str, dict[str, int]]:
    """The numbers alone, as the canvas takes them while it is open."""
    return {step.key: asdict(step.tally) for step in drawn}


def way_label(step: Step, way: Exit) -> str:
    """What is written on an edge; the plain way has no words."""
    if isinstance(step, BranchStep) and way.key.startswith("branches/"):
        branch = step.branches[int(way.key.split("/")[1])]
        return branch.name.text(get_language() or "ja")
    return {"else": gettext("Otherwise"), "on_timeout": gettext("Time ran out")}.get(way.key, "")
