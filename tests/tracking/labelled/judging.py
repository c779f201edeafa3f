"""A case through the rules: what each actor is taken for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from tests.tracking.labelled import people, robots
from tests.tracking.labelled.sequences import BOOK, Case, Labelled, Step
from tracking import verdict
from tracking.catalogue import BY_WIRE, Event, Verdict
from tracking.verdict.visits import DEEDS, UNSEEN_QUIET

SCENARIOS = (people, robots)  # they register themselves
SIGNS = {"view": Event.PAGE_VIEWED, "left": Event.PAGE_LEFT}
KNOWN = {*DEEDS, Event.PAGE_VIEWED, Event.FORM_VIEWED}


def cases() -> list[Case]:
    """The whole set, in the order in which it is written down."""
    return list(BOOK.cases())


def taken_for(case: Case) -> list[str]:
    """By actor: "human", "machine" or "unsure".

    Somebody whose click or visit counts is taken for a person, whatever else there was; somebody of whom nothing
    counts and something is in doubt is in doubt.
    """
    judged = {"mail": _mail, "visit": _visit, "pixel": _pixels}[case.kind](case)
    return [_together(judged[number, at] for at in range(len(one.steps))) for number, one in enumerate(case.actors)]


def event_of(what: str) -> Event:
    return SIGNS.get(what) or BY_WIRE[what]


def _together(found: Iterable[Verdict]) -> str:
    verdicts = set(found)
    for verdict_ in (Verdict.HUMAN, Verdict.UNSURE):
        if verdict_ in verdicts:
            return verdict_.name.lower()
    return "machine"


Judged = dict[tuple[int, int], Verdict]


def _steps(case: Case) -> list[tuple[tuple[int, int], Step]]:
    return [((number, at), step) for number, one in enumerate(case.actors) for at, step in enumerate(one.steps)]


def _hit(step: Step) -> verdict.Hit:
    since = step.at if step.what in ("open", "click", "hidden") else None
    return verdict.Hit(step.ua, step.ip, step.method, step.prefetch, since, step.what == "hidden")


def _mail(case: Case) -> Judged:
    hits: dict[int, list[verdict.MailHit]] = defaultdict(list)
    for key, step in _steps(case):
        link = "" if step.what == "open" else f"{step.what}-{step.about}"
        hits[step.message].append(verdict.MailHit(key, step.at, _hit(step), link))
    gateways = verdict.learn_gateways(
        verdict.Delivered("mail", str(message), one.hit.ip, one.hit.since_delivery)
        for message, found in hits.items()
        for one in found
        if not one.opened
    )
    judged: Judged = {}
    for found in hits.values():
        judged |= {key: one.verdict for key, one in verdict.judge_message(found, gateways=gateways).items()}  # type: ignore[misc]  # keys are ours
    return judged


def _visit(case: Case) -> Judged:
    (actor,) = case.actors
    judgement = verdict.judge_visit(visit_of(actor, measured=case.measured))
    return {(0, at): judgement.verdict for at in range(len(actor.steps))}


def visit_of(actor: Labelled, *, measured: bool) -> verdict.Visit:
    """The visit as its row and its signs would tell it."""
    views = sum(step.what == "view" for step in actor.steps)
    signs = [verdict.Sign(event_of(step.what), step.at, step.about) for step in actor.steps if step.what != "left"]
    visible = sum(step.ms for step in actor.steps)
    lasted = max(step.at for step in actor.steps) - min(step.at for step in actor.steps)
    return verdict.Visit(actor.steps[0].ua, views, visible, lasted, UNSEEN_QUIET + 60, measured, signs)


def _pixels(case: Case) -> Judged:
    hits = [verdict.PixelHit(key, step.at, _hit(step), case.measured) for key, step in _steps(case)]
    return {key: one.verdict for key, one in verdict.judge_series(hits).items()}  # type: ignore[misc]  # keys are ours
