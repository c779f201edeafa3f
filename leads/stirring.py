"""Whose answer a fact may change: what a segment reads, held against what a fact says. Pure.

Too much costs a look, too little is a wrong membership: what nobody can tell counts as possible.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tracking.catalogue import Event, Fact, Verdict

# Words whose value may change without any fact about the person: looked at once an hour as well.
LATE_WORDS = ("company.leads", "company.score", "deal.", "lead.excluded_by", "lead.visits", "visit.", "mail.")
COMPANY_SCORE = "company.score"  # changes when a colleague's score does
LATE_EVENT_FIELDS = frozenset({"title", "channel", "device"})  # of the page and of the visit: told after the event
HEARD = ("lead.", "company.", "score.", "deal.", "consent.", "random.", "source.", "visit.", "mail.")
CAME = ("lead.visits", "lead.source.", "source.")
SEEN = ("lead.last_seen_at", *CAME, "visit.")
SLICED = frozenset({"visible_ms", "scroll"})  # arrive in slices after the page view they belong to

# Words a change of a field touches beside its own.
ALSO: Mapping[str, tuple[str, ...]] = {
    "email": ("lead.email_domain", "lead.email_kind", "lead.excluded_by", "mail."),
    "job_title": ("lead.job_rank", "lead.excluded_by"),
    "company": ("company.", "lead.excluded_by"),
    "exclusion": ("lead.excluded_by",),
    "consent": ("consent.",),
    "source": ("lead.source.", "source."),
}
# Words a fact touches, by its name.
TOUCHED: Mapping[int, tuple[str, ...]] = {
    Event.TAG_ADDED: ("lead.tags",),
    Event.SUBSCRIBED: ("consent.",),
    Event.UNSUBSCRIBED: ("consent.",),
    Event.EMAIL_COMPLAINED: ("consent.", "mail."),
    Event.EMAIL_BOUNCED: ("consent.", "mail."),
    Event.FORM_SUBMITTED: ("consent.",),
    Event.SCORE_CROSSED: ("score.",),
    Event.BECAME_HOT: ("score.",),
    Event.STAGE_CHANGED: ("lead.stage", "lead.stage_since", "lead.days_in_stage", "lead.pass_number"),
    Event.DEAL_OPENED: ("deal.",),
    Event.DEAL_WON: ("deal.",),
    Event.DEAL_LOST: ("deal.",),
}
BORN = frozenset({Event.LEAD_CREATED, Event.LEADS_MERGED})  # whatever is asked about them may be another now
# Events changed hands, went, or turned out to be a person's after all.
PAST = frozenset({Event.VISITOR_BOUND, Event.VERDICT_CHANGED, Event.EVENTS_DELETED})
PARTED = "unmerge:"  # the source of a LEAD_UPDATED: two people who were joined stand for themselves again
BROWSER_KEYS = ("unbound", "rebound")  # in a LEAD_UPDATED: a browser and its events went or came back


@dataclass(frozen=True, slots=True)
class Reads:
    """What a condition depends on. `events` are numbers of the log; `late`: not everything it reads is told as a fact.

    clock: time alone can change the answer. account: so can what happens to a colleague.
    """

    fields: frozenset[str] = frozenset()
    events: frozenset[int] = frozenset()
    segments: frozenset[str] = frozenset()
    flows: frozenset[str] = frozenset()
    clock: bool = False
    late: bool = False
    account: bool = False

    def as_json(self) -> dict[str, Any]:  # Any: JSON
        """As `Segment.reads` keeps it."""
        sets = {name: sorted(getattr(self, name)) for name in ("fields", "events", "segments", "flows")}
        return {**sets, "clock": self.clock, "late": self.late, "account": self.account}

    @classmethod
    def of_json(cls, kept: Mapping[str, Any]) -> Reads:  # Any: JSON
        """Back from `as_json`; an empty dict reads nothing."""
        sets = {name: frozenset(kept.get(name, ())) for name in ("fields", "events", "segments", "flows")}
        clock, late, account = (bool(kept.get(name)) for name in ("clock", "late", "account"))
        return cls(**sets, clock=clock, late=late, account=account)

    def asks_about(self, words: Iterable[str]) -> bool:
        """Whether a field is one of `words`; a word with a dot at its end stands for all that begin so."""
        exact = {word for word in words if not word.endswith(".")}
        families = tuple(word for word in words if word.endswith("."))
        return any(field in exact or field.startswith(families) for field in self.fields)


def reads_of(  # noqa: PLR0913 - what a tree refers to, each named by the caller
    *,
    fields: Collection[str],
    events: Collection[int],
    event_fields: Collection[str],
    segments: Collection[str],
    flows: Collection[str],
    clock: bool,
    account: bool = False,
) -> Reads:
    """What a tree's references come to. What happens in an account is not all told as facts, so it is late as well."""
    of_company = COMPANY_SCORE in fields
    heard = set(events) | ({int(Event.PAGE_LEFT)} if SLICED & set(event_fields) else set())
    late_words = any(field.startswith(LATE_WORDS) or not field.startswith(HEARD) for field in fields)
    late_fields = any(field in LATE_EVENT_FIELDS or field.startswith("utm_") for field in event_fields)
    return Reads(
        fields=frozenset({*fields, *(["score.total"] if of_company else ())}),
        events=frozenset(heard),
        segments=frozenset(segments),
        flows=frozenset(flows),
        clock=clock,
        late=late_words or late_fields or bool(flows) or account,
        account=account or of_company,
    )


@dataclass(frozen=True, slots=True)
class News:
    """What facts of one kind may have changed about a person."""

    events: frozenset[int] = frozenset()
    words: frozenset[str] = frozenset()
    past: bool = False
    everything: bool = False


def news_of(fact: Fact) -> News | None:
    """What a fact says; None when it changes nobody's answer, as what a machine did."""
    if fact.name in BORN:
        return News(everything=True)
    if fact.name in PAST or any(key in fact.props for key in BROWSER_KEYS):
        return News(events=frozenset({fact.name}), words=frozenset(SEEN), past=True)
    if fact.verdict != Verdict.HUMAN:
        return None
    words = {*TOUCHED.get(fact.name, ()), *(SEEN if fact.visitor_id is not None else ())}
    if fact.name == Event.LEAD_UPDATED:
        stated = fact.props.get("fields")
        if not isinstance(stated, list) or str(fact.props.get("source", "")).startswith(PARTED):
            return News(everything=True)
        words |= _words_of(stated)
    return News(events=frozenset({fact.name}), words=frozenset(words))


def _words_of(fields: Sequence[object]) -> set[str]:
    """The words behind the public names of changed fields."""
    words = {"lead.updated_at"}
    for field in map(str, fields):
        words.add(field if field.startswith("company.") else f"lead.{field}")
        words.update(ALSO.get(field, ()))
    return words


def is_stirred(reads: Reads, news: News) -> bool:
    """Whether the answer of somebody may be another now."""
    if news.everything:
        return True
    if reads.events & news.events or (news.past and reads.events):
        return True
    return reads.asks_about(news.words) or (reads.late and bool(reads.flows) and Event.FLOW_ENDED in news.events)


def people_of(fact: Fact) -> set[int]:
    """The leads a fact is about: its own, and those its properties name."""
    found = set() if fact.lead_id is None else {fact.lead_id}
    if fact.name == Event.EVENTS_DELETED:
        found.update(int(lead) for lead in fact.props.get("leads", ()))
    return found


class Circle(Exception):
    """Segments that ask about each other: nobody could say who is in."""


def dependency_order(asks: Mapping[str, Collection[str]]) -> list[str]:
    """Segments so that each comes after those it asks about; ids that are not there are left out. Raises Circle."""
    order: list[str] = []
    done: dict[str, bool] = {}  # False while its questions are being walked

    def walk(segment: str) -> None:
        if done.get(segment) is False:
            raise Circle(segment)
        if segment in done or segment not in asks:
            return
        done[segment] = False
        for asked in sorted(asks[segment]):
            walk(asked)
        done[segment] = True
        order.append(segment)

    for segment in sorted(asks):
        walk(segment)
    return order


def downstream(asks: Mapping[str, Collection[str]], start: Collection[str]) -> set[str]:
    """`start` and every segment that asks about one of them, directly or through others."""
    found = set(start)
    while grown := {one for one, asked in asks.items() if one not in found and found & set(asked)}:
        found |= grown
    return found
