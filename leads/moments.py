"""How events look on a person's timeline: an icon, a tone, one title and what hangs below it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from leads.actions.touchpoints import RECORDED_BY
from tracking.actions import REBOUND, UNBOUND
from tracking.catalogue import Event, Verdict
from tracking.queries import Entry

LOOKS: dict[Event, tuple[str, str]] = {
    Event.PAGE_VIEWED: ("eye", "neutral"),
    Event.LINK_CLICKED: ("link", "neutral"),
    Event.ASSET_DOWNLOADED: ("download", "brand"),
    Event.FORM_VIEWED: ("form", "neutral"),
    Event.FORM_STARTED: ("form", "neutral"),
    Event.FORM_SUBMITTED: ("form", "success"),
    Event.EMAIL_SENT: ("send", "neutral"),
    Event.EMAIL_DELIVERED: ("mail", "neutral"),
    Event.EMAIL_OPENED: ("mail", "neutral"),
    Event.EMAIL_CLICKED: ("hand", "brand"),
    Event.EMAIL_BOUNCED: ("warning", "danger"),
    Event.EMAIL_COMPLAINED: ("warning", "danger"),
    Event.EMAIL_REPLIED: ("mail", "success"),
    Event.UNSUBSCRIBED: ("stop", "danger"),
    Event.SUBSCRIBED: ("check", "success"),
    Event.SEMINAR_REGISTERED: ("calendar", "brand"),
    Event.SEMINAR_ATTENDED: ("calendar", "success"),
    Event.SEMINAR_MISSED: ("calendar", "warn"),
    Event.TOUCHPOINT_EXHIBITION: ("user", "brand"),
    Event.TOUCHPOINT_CALL: ("phone", "brand"),
    Event.TOUCHPOINT_VISIT: ("building", "brand"),
    Event.TOUCHPOINT_MEETING: ("users", "brand"),
    Event.TOUCHPOINT_BUSINESS_CARD: ("card", "brand"),
    Event.TOUCHPOINT_DIRECT_MAIL: ("mail", "neutral"),
    Event.SCORE_CROSSED: ("gauge", "warn"),
    Event.BECAME_HOT: ("flame", "hot"),
    Event.STAGE_CHANGED: ("stage", "info"),
    Event.SEGMENT_ENTERED: ("segment", "neutral"),
    Event.SEGMENT_LEFT: ("segment", "neutral"),
    Event.DEAL_OPENED: ("deal", "brand"),
    Event.DEAL_WON: ("deal", "success"),
    Event.DEAL_LOST: ("deal", "danger"),
    Event.LEAD_CREATED: ("plus", "info"),
    Event.LEAD_UPDATED: ("edit", "neutral"),
    Event.LEADS_MERGED: ("branch", "info"),
    Event.VISITOR_BOUND: ("monitor", "info"),
    Event.IDENTIFIED: ("user", "info"),
    Event.GROUPED: ("building", "info"),
    Event.TAG_ADDED: ("tag", "neutral"),
    Event.FLOW_ENDED: ("flow", "neutral"),
}
CUSTOM = ("sparkle", "neutral")
# What became of a browser, by the key that the fact has.
BROWSERS = {
    UNBOUND: _("A browser turned out not to be theirs"),
    REBOUND: _("A browser is theirs again"),
}
# Keys that the rooms above state in their facts, in words; anything else there was written by a person.
REASONS = {
    Event.BECAME_HOT: {
        "total": _("The score reached the mark"),
        "cell": _("The score reached a hot cell of the matrix"),
        "event": _("They asked to be contacted"),
    },
    Event.FLOW_ENDED: {
        "completed": _("Completed"),
        "step_limit": _("Stopped: more than 100 steps in an hour"),
    },
}
VERDICTS = {Verdict.HUMAN: "human", Verdict.MACHINE: "machine", Verdict.UNSURE: "unsure"}


@dataclass(frozen=True, slots=True)
class Moment:
    """One line ready to be drawn. `href` is empty unless the subject is a web page."""

    entry: Entry
    icon: str
    tone: str
    title: str
    href: str
    text: str
    verdict: str


@dataclass(frozen=True, slots=True)
class Day:
    """The moments of one local day, newest first."""

    day: date
    moments: list[Moment]


def days(entries: Iterable[Entry]) -> Iterator[Day]:
    """A page of a timeline by local day."""
    for day, group in groupby(entries, key=lambda entry: timezone.localtime(entry.at).date()):
        yield Day(day, [moment(entry) for entry in group])


def moment(entry: Entry) -> Moment:
    """How one entry looks."""
    icon, tone = LOOKS.get(entry.event, CUSTOM) if entry.event else CUSTOM
    subject = entry.subject_name or (entry.key if entry.kind == "page" else "") or ""
    return Moment(
        entry,
        icon,
        tone,
        title=f"{entry.label} · {subject}" if subject else entry.label,
        href=_web_page(entry),
        text=_text(entry),
        verdict=VERDICTS[Verdict(entry.verdict)] if entry.verdict else "",
    )


def _web_page(entry: Entry) -> str:
    url = entry.url or (entry.key if entry.kind == "page" else "") or ""
    return url if url.startswith(("https://", "http://")) else ""


def _text(entry: Entry) -> str:
    if entry.event is None:
        return _first(entry.props, "message", "name")
    write = TEXTS.get(entry.event)
    return write(entry)[:500] if write else ""


def _first(props: Mapping[str, object], *names: str) -> str:
    found = (props.get(name) for name in names)
    return next((value[:500] for value in found if isinstance(value, str) and value), "")


def _browser(entry: Entry) -> str:
    return next((str(words) for key, words in BROWSERS.items() if key in entry.props), "")


def _stated(*names: str) -> Callable[[Entry], str]:
    return lambda entry: _first(entry.props, *names)


def _reason(entry: Entry) -> str:
    reason = _first(entry.props, "reason")
    return str(REASONS.get(entry.event, {}).get(reason, reason)) if entry.event else reason


def _cells(entry: Entry) -> str:
    """From where to where in the score's matrix."""
    before, after = _first(entry.props, "from"), _first(entry.props, "to")
    return gettext("%(before)s → %(after)s") % {"before": before, "after": after} if before and after else after


def _encounter(entry: Entry) -> str:
    """What it was about, what came of it, what was noted, and who of our side was there, a line each."""
    result, staff = _first(entry.props, "result"), _first(entry.props, "staff")
    lines = [
        _first(entry.props, "title", "name"),
        gettext("Result: %(text)s") % {"text": result} if result else "",
        _first(entry.props, "note"),
        gettext("Recorded by %(name)s") % {"name": staff} if staff and RECORDED_BY in entry.props else staff,
    ]
    return "\n".join(line for line in lines if line)


# The rest of a fact is for machines: ids of messages, keys of stages.
TEXTS: dict[Event, Callable[[Entry], str]] = {
    Event.FORM_SUBMITTED: _stated("message"),
    Event.LINK_CLICKED: _stated("url"),
    Event.EMAIL_CLICKED: _stated("url"),
    Event.LEAD_UPDATED: _browser,
    Event.TAG_ADDED: _stated("tag"),
    Event.BECAME_HOT: _reason,
    Event.STAGE_CHANGED: _reason,
    Event.FLOW_ENDED: _reason,
    Event.SCORE_CROSSED: _cells,
    **{event: _encounter for event in LOOKS if event.wire.startswith(("touchpoint_", "seminar_"))},
}
