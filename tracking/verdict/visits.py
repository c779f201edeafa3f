"""A whole visit: what its agent is, and whether anybody could read like that.

Only what calls itself a browser is judged by behaviour. A server that speaks for people (an SDK, an HTTP library, no
agent at all) states facts as they come to it: its tempo and its lack of visible time mean nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from tracking.catalogue import Event, Verdict
from tracking.verdict.agents import crawler
from tracking.verdict.hits import judge_post
from tracking.verdict.judging import HUMAN, Judgement, is_regular, machine, most_within, unsure

# What only hands do. A visit with one of these is never called a machine for want of visible time.
DEEDS = frozenset(
    {
        Event.LINK_CLICKED,
        Event.ASSET_DOWNLOADED,
        Event.FORM_STARTED,
        Event.FORM_SUBMITTED,
        Event.SEMINAR_REGISTERED,
        Event.IDENTIFIED,
    }
)
BROWSER = "Mozilla/"  # how every browser has begun its name since 1994
MINUTE = 60.0
BURST = 60  # views a minute: nobody reads a page a second
SKIM, SKIM_MS = 12, 1_500  # a dozen views a minute, none looked at for more than a second and a half
DRIVEN_SKIM = 10
CLOCKWORK_GAPS, CLOCKWORK_PAGES, CLOCKWORK_SPREAD, CLOCKWORK_SECONDS = 6, 4, 0.1, 120.0
UNSEEN_VIEWS, UNSEEN_QUIET = 3, 30.0
READING_SECONDS, READING_VIEWS = 6.0, 15
EVEN_GAPS, EVEN_SPREAD = 5, 0.15
FORM_SECONDS = 1.0
TABS, LEEWAY_MS = 2, 30 * 60 * 1000  # windows side by side; a first slice whose page was seen before the visit began


@dataclass(frozen=True, slots=True)
class Sign:
    """One event of the visit: a catalogue number, when (unix seconds), about what (subject)."""

    name: int
    at: float
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Visit:
    """`views`, `visible_ms`: totals; `lasted`: seconds from its first sign to its last, `quiet`: since then; `signs`:
    the newest ones.

    `measured`: on these pages other people's visible time is known, so that its absence says something.
    """

    agent: str
    views: int
    visible_ms: int
    lasted: float
    quiet: float
    measured: bool
    signs: Sequence[Sign]


def judge_visit(visit: Visit) -> Judgement:
    """The visit's judgement; it lies over what was thought of each of its events."""
    first = judge_post(visit.agent) if visit.agent else HUMAN
    kinds = crawler(visit.agent)
    if first.verdict == Verdict.MACHINE or not visit.agent.startswith(BROWSER) or "http-library" in kinds:
        return first
    signs = sorted(visit.signs, key=lambda sign: sign.at)
    views = [sign for sign in signs if sign.name == Event.PAGE_VIEWED]
    idle = not any(sign.name in DEEDS for sign in signs)
    found = _tempo(visit, views, idle=idle, driven="browser-automation" in kinds)
    if visit.visible_ms > TABS * visit.lasted * 1000 + LEEWAY_MS:
        found = found.worse(machine("impossible_time") if idle else unsure("impossible_time"))
    if _form_too_fast(signs):
        found = found.worse(machine("form_speed"))
    if found.verdict == Verdict.HUMAN and idle:
        found = _unseen(visit, views)
    return found if found.verdict != Verdict.HUMAN else first


def _tempo(visit: Visit, views: Sequence[Sign], *, idle: bool, driven: bool) -> Judgement:
    times = [view.at for view in views]
    peak = most_within(times, MINUTE)
    if peak >= BURST:
        return machine("burst")
    if not idle:
        return HUMAN
    looked_ms = visit.visible_ms / max(visit.views, 1)
    if driven and peak >= DRIVEN_SKIM:
        return machine("automation", "burst")
    if visit.measured and peak >= SKIM and looked_ms < SKIM_MS:
        return machine("burst")
    pages = len({view.page for view in views})
    if pages >= CLOCKWORK_PAGES and is_regular(times, at_least=CLOCKWORK_GAPS, spread=CLOCKWORK_SPREAD):
        return machine("regular") if (times[-1] - times[0]) / (len(times) - 1) <= CLOCKWORK_SECONDS else HUMAN
    return HUMAN


def _unseen(visit: Visit, views: Sequence[Sign]) -> Judgement:
    """Several pages and none of them ever on a screen. Somebody who blocks beacons looks the same but reads slowly."""
    if not visit.measured or visit.visible_ms or visit.views < UNSEEN_VIEWS or visit.quiet < UNSEEN_QUIET:
        return HUMAN
    gaps = [later.at - earlier.at for earlier, later in pairwise(views)]
    slow = bool(gaps) and median(gaps) >= READING_SECONDS
    times = [view.at for view in views]
    even = is_regular(times, at_least=EVEN_GAPS, spread=EVEN_SPREAD)
    reading = slow and not even and visit.views < READING_VIEWS
    return unsure("no_visible_time") if reading else machine("no_visible_time")


def _form_too_fast(signs: Sequence[Sign]) -> bool:
    shown = [sign.at for sign in signs if sign.name == Event.FORM_VIEWED]
    sent = [sign.at for sign in signs if sign.name == Event.FORM_SUBMITTED]
    return any(0 <= at - max(before) < FORM_SECONDS for at in sent if (before := [one for one in shown if one <= at]))
