"""Random histories: people who browse, change, are tagged, put in by hand and forgotten, while the clock moves on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from leads.actions import LeadInput, add_tag, edit_company, edit_lead, remove_tag, segments
from leads.actions.segments.finding import differences
from leads.models import Company, Lead, Segment
from lifecycle.actions import DealInput, move_stage, upsert_deals
from nurturing.actions import Entry, create_flow, enter_leads, publish, tick
from nurturing.models import Flow
from tests.leads.segments.making import log, made
from tests.people import make_person, see
from tracking.actions import bind_visitor, record
from tracking.catalogue import CONSUMERS, Event, Fact

PATHS = ("/pricing", "/product", "/faq")
DEPARTMENTS = ("営業部", "総務部", "")
TAGS = ("VIP", "展示会")
COMPANIES = ("青木商事", "緑川工業", "")
STAGES = ("mql", "sql")
STATUSES = ("open", "won", "lost")
FLOW: dict[str, Any] = {
    "v": 1,
    "name": "案内",
    "trigger": {"type": "manual"},
    "start": "wait",
    "steps": {"wait": {"type": "wait", "for": {"days": 2}, "next": "done"}, "done": {"type": "end"}},
}
MINUTES = (1, 30, 60 * 5, 60 * 24, 60 * 24 * 3, 60 * 24 * 9)
Json = dict[str, Any]  # Any: JSON


def of_rooms_above(chance: Random) -> list[Json]:
    """Questions about what scoring, sales and scenarios know."""
    flows = Flow.objects.values_list("public_id", flat=True)
    states = [{"flow": flow, "state": state} for flow in flows for state in ("in", "never", "ended")]
    recent = {"op": chance.choice(["within_last", "not_within_last"]), "value": {"days": chance.choice([1, 7])}}
    return [
        *states,
        {"field": "lead.stage", "op": chance.choice(["eq", "ne"]), "value": chance.choice(STAGES)},
        {"field": "lead.stage_since", **recent},
        {"field": "lead.days_in_stage", "op": "gte", "value": chance.randint(0, 3)},
        {"field": "score.engagement", "op": "gte", "value": chance.choice([1, 3, 9])},
        {"field": "deal.open", "op": "gte", "value": 1},
        {"field": "deal.lost", "op": "is_not_set"},
        {"field": "deal.amount", "op": "gte", "value": 500},
        {"field": "company.name", "op": "contains", "value": chance.choice(COMPANIES[:2])},
        {"field": "company.industry", "op": "ne", "value": "製造", "unknown": True},
    ]


def leaf(chance: Random, names: list[str]) -> Json:
    """One question; about another segment where there is one."""
    when = chance.choice([{"days": 1}, {"days": 7}, {"hours": 30}])
    where = {"field": "path", "op": chance.choice(["eq", "ne"]), "value": chance.choice(PATHS)}
    made_of: list[Json] = [
        {"field": "lead.department", "op": chance.choice(["eq", "ne"]), "value": "営業部"},
        {"field": "lead.department", "op": "ne", "value": "総務部", "unknown": True},
        {"field": "lead.tags", "op": chance.choice(["contains", "not_contains"]), "value": chance.choice(TAGS)},
        {"field": "lead.created_at", "op": chance.choice(["within_last", "not_within_last"]), "value": when},
        {"field": "lead.created_at", "op": "on", "value": chance.choice(["today", "yesterday", "this_week"])},
        {"field": "lead.last_seen_at", "op": chance.choice(["within_last", "not_within_last"]), "value": when},
        {"field": "random.7", "op": "lt", "value": 60},
        {"event": "page_viewed", "where": where, "count": {"op": "gte", "value": chance.randint(1, 3)}},
        {"event": "page_viewed", "where": where, "within": when, "count": {"op": "gte", "value": chance.randint(1, 3)}},
        {"event": "page_viewed", "within": when, "count": {"op": "eq", "value": chance.randint(0, 2)}},
        {"event": "page_viewed", "within": when, "after": {"event": "tag_added"}},
    ]
    if names and chance.random() < 0.3:
        return {"segment": chance.choice(names)}
    return chance.choice([made_of, of_rooms_above(chance)][chance.random() < 0.5])


def tree(chance: Random, names: list[str], *, depth: int = 2) -> Json:
    """A condition of at most `depth` groups."""
    if not depth or chance.random() < 0.3:
        return leaf(chance, names)
    if chance.random() < 0.2:
        return {"not": tree(chance, names, depth=depth - 1)}
    nodes = [tree(chance, names, depth=depth - 1) for _ in range(chance.randint(1, 3))]
    return {chance.choice(["all", "any"]): nodes}


@dataclass
class History:
    """A workspace in which things happen; `now` moves on with each."""

    chance: Random
    now: datetime
    people: list[int] = field(default_factory=list)
    segments: list[Segment] = field(default_factory=list)
    heard: set[str] = field(default_factory=set)

    def begin(self, *, people: int, segments: int) -> None:
        publish(create_flow(FLOW, by=None, now=self.now), by=None, now=self.now)
        for _ in range(people):
            self.join()
        for number in range(segments):
            names = [one.public_id for one in self.segments]
            self.segments.append(made(tree(self.chance, names), now=self.now, name=f"{number}"))
        self.hear()

    def happen(self) -> None:
        """One thing, then some time."""
        acts: list[Callable[[], None]] = [self.browse, self.browse, self.browse, self.edit, self.tag, self.join]
        acts += [self.by_hand, self.release, self.recognise, self.untag, self.move_stage, self.deal, self.rename]
        self.chance.choice([*acts, self.enter_flow])()
        self.hear()
        self.now += timedelta(minutes=self.chance.choice(MINUTES), seconds=self.chance.randint(0, 59))
        segments.expire_overrides(now=self.now)
        tick(now=self.now)
        self.hear()
        segments.turn_wheel(now=self.now)

    def wrong(self) -> dict[str, list[int]]:
        """Memberships that a full evaluation would not have, by segment."""
        found = {str(one.condition): differences(one, now=self.now) for one in self.segments}
        return {condition: leads for condition, leads in found.items() if leads}

    def hear(self) -> None:
        """Every fact that has not been heard, and those that come of hearing them."""
        while facts := [fact for fact in log() if str(fact.id) not in self.heard]:
            self.heard |= {str(fact.id) for fact in facts}
            for name in ("leads_presence", "leads_segments", "scoring", "stages", "nurturing"):
                if heard := [fact for fact in facts if self._listens(name, fact)]:
                    CONSUMERS[name].read(heard, self.now)

    def _listens(self, name: str, fact: Fact) -> bool:
        return not CONSUMERS[name].events or fact.name in CONSUMERS[name].events

    # What may happen

    def join(self) -> None:
        self.people.append(make_person(f"p{len(self.people)}@x.example", department=self.chance.choice(DEPARTMENTS)))
        Lead.objects.filter(pk=self.people[-1]).update(created_at=self.now)

    def browse(self) -> None:
        back = timedelta(minutes=self.chance.choice((0, 0, 7, 60 * 20, -8)))
        see(self.chance.choice(self.people), Event.PAGE_VIEWED, at=self.now - back, about=self.chance.choice(PATHS))

    def edit(self) -> None:
        lead = Lead.objects.get(pk=self.chance.choice(self.people))
        department, company = self.chance.choice(DEPARTMENTS), self.chance.choice(COMPANIES)
        edit_lead(lead, LeadInput(email=lead.email, department=department, company=company), by=None, now=self.now)

    def tag(self) -> None:
        add_tag([self.chance.choice(self.people)], self.chance.choice(TAGS), now=self.now)

    def untag(self) -> None:
        remove_tag(self.people, self.chance.choice(TAGS), now=self.now)

    def move_stage(self) -> None:
        move_stage([self.chance.choice(self.people)], self.chance.choice(STAGES), now=self.now)

    def deal(self) -> None:
        """A deal becomes another person's, and may turn."""
        people = Lead.objects.filter(pk=self.chance.choice(self.people)).values_list("public_id", flat=True)
        amount, status = Decimal(self.chance.choice((100, 900))), self.chance.choice(STATUSES)
        number = f"D{self.chance.randint(1, 2)}"
        upsert_deals([DealInput(external_id=number, leads=list(people), amount=amount, status=status)], now=self.now)

    def rename(self) -> None:
        """A company is of another trade."""
        for company in Company.objects.order_by("pk")[:1]:
            edit_company(company, {"industry": self.chance.choice(("製造", "小売", ""))}, by=None, now=self.now)

    def enter_flow(self) -> None:
        entry = Entry(lead_id=self.chance.choice(self.people), key=f"{self.now}")
        enter_leads(Flow.objects.get(), entries=[entry], now=self.now)

    def by_hand(self) -> None:
        ends = self.chance.choice([None, self.now + timedelta(days=2)])
        belongs = self.chance.random() < 0.5
        who = [self.chance.choice(self.people)]
        segments.put(self.chance.choice(self.segments), who, belongs, by=None, now=self.now, expires_at=ends)

    def release(self) -> None:
        segments.release(self.chance.choice(self.segments), self.people[:2], by=None, now=self.now)

    def recognise(self) -> None:
        """A browser that read something turns out to be somebody's."""
        browser = f"browser-{self.now.timestamp():.0f}-0123456789"
        record(Event.PAGE_VIEWED, at=self.now, visitor=browser)
        bind_visitor(browser, self.chance.choice(self.people), "form", self.now)
