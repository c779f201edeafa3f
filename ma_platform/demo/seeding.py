"""Lives the 90 days through the real actions: what people did, then the consumers, the flows and the sender."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import TypeVar
from uuid import UUID

import capture.actions as forms
import leads.actions as leads
import lifecycle.actions as lifecycle
import nurturing.actions as nurturing
from capture.models import Form
from leads.actions.exclusions import NewExclusion, add_exclusion
from leads.actions.networks import learn_from_people
from leads.actions.segments import turn_wheel
from leads.models import Lead
from lifecycle.models import Deal, Position
from ma_platform.demo import words
from ma_platform.demo.assigning import make_assignment
from ma_platform.demo.browsing import Browsing, browser_of, tells_browser
from ma_platform.demo.mailing import Mailing
from ma_platform.demo.moments import Stretch, stretches
from ma_platform.demo.people import DemoPerson, companies, people
from ma_platform.demo.places import place_visits
from ma_platform.demo.reading import read, unasked
from ma_platform.demo.segmenting import make_segments, propose_change
from ma_platform.demo.story import SITE, Arrival, Deed, arrivals, deeds
from ma_platform.demo.visits import View
from ma_platform.tenancy.models import User, Workspace
from ma_platform.tenancy.scope import tenant_scope
from mailing.models import Message, State
from tracking.actions import (
    NewFact,
    Sign,
    SubjectRef,
    add_domain,
    bind_visitor,
    bind_visitors,
    enrich_due,
    record_many,
    run_consumers,
    take_in,
    upload_networks,
)
from tracking.catalogue import Event
from tracking.facts import HIT
from tracking.verdict import judge_mail

Dated = TypeVar("Dated", Arrival, Deed, View)
FLOWS_START = timedelta(days=14)
UNREAD = timedelta(days=1)
A_FEW = 5  # leads that somebody in sales goes through in one go
# Per working day: forward, where to, given up.
ODDS = {"mql": (0.075, "sal", 0.02), "sal": (0.068, "sql", 0.02), "sql": (0.068, "opportunity", 0.02)}
WON, LOST = 0.017, 0.02
READY_MADE = ("document_request", "exhibition")


@dataclass
class Seeding:
    """A workspace being lived in. `known` maps a person's number to the lead; `reading` is what is yet to be read.

    `analyse` lets the planner know how the tables have grown.
    """

    workspace: Workspace
    owner: User
    sales: Sequence[User]
    chance: Random
    now: datetime
    people: list[DemoPerson]
    analyse: Callable[[], None]
    known: dict[int, int] = field(default_factory=dict)
    reading: list[NewFact] = field(default_factory=list)
    deals: int = 0
    analysed: int = 100
    flowing: bool = False

    def __post_init__(self) -> None:
        self.employers = {person.email: person.company.name for person in self.people}
        self.browsing = Browsing(self.workspace.pk, self.people, self.chance)
        self.others = Random(len(self.people))  # noqa: S311 - what nobody did; the chance of deeds stays as it is

    def live(self) -> None:
        """All days up to now."""
        coming, doing = self._calendar()
        with tenant_scope(self.workspace):
            leads.upsert_companies(
                [_company(company) for company in {p.company.name: p.company for p in self.people}.values()],
                now=self.now,
                source="demo",
            )
        with tenant_scope(self.workspace):
            for name, _domain in words.COMPETITORS:
                line = NewExclusion("company", name, "competitor", "デモの競合")
                add_exclusion(line, by=self.owner, now=self.now - timedelta(days=90))
        with tenant_scope(self.workspace):
            add_domain(SITE, "site", by=self.owner, now=self.now - timedelta(days=90))
            upload_networks(self.browsing.listed(), replace=True, by=self.owner, now=self.now)
        passing = self.browsing.passing(self.now)
        times = [*(arrival.at for arrival in coming), *(deed.at for deed in doing)]
        with Mailing() as mailing:
            for stretch in stretches(times, now=self.now, chance=self.chance):
                happens = [_until(stretch.end, waiting) for waiting in (coming, doing, passing)]
                self._live(stretch, *happens, mailing=mailing)
        self._cross_signs()
        self._recognise_networks()
        with tenant_scope(self.workspace):
            propose_change(by=self.owner, now=self.now)
            make_assignment(self.sales, by=self.owner, now=self.now)

    def _calendar(self) -> tuple[list[Arrival], list[Deed]]:
        """Everything that will happen, the next thing last."""
        coming = arrivals(self.people, end=self.now, chance=self.chance)
        doing = [
            deed
            for arrival in coming
            for deed in deeds(self.people[arrival.person], arrival, end=self.now, chance=self.chance)
        ]
        return coming[::-1], sorted(doing, key=lambda deed: deed.at, reverse=True)

    def _live(
        self,
        stretch: Stretch,
        coming: Sequence[Arrival],
        doing: Sequence[Deed],
        passing: Sequence[View],
        *,
        mailing: Mailing,
    ) -> None:
        end = stretch.end
        if not self.flowing and end >= self.now - FLOWS_START:
            self._start_flows(end)
        with tenant_scope(self.workspace):
            if end < self.now - UNREAD:
                lifecycle.mark_read(None, by=self.sales[0], now=end)
            self._sell(stretch)
            self._arrive(coming, end)
            self._read_mail(mailing.sent_in())
            record_many([fact for deed in doing if (fact := self._fact(deed))])
            record_many(self._read_until(end))
        take_in(self.browsing.lines([*passing, *self.browsing.views(doing)], self.known), now=end)
        self._inquire([deed for deed in doing if deed.kind == "inquiry"])
        self._judge(end)
        mailing.send(stretch)

    def _judge(self, now: datetime) -> None:
        """What the platform's own processes do."""
        if len(self.known) > 3 * self.analysed:
            self.analyse()
            self.analysed = len(self.known)
        run_consumers(now=now)
        with tenant_scope(self.workspace):
            turn_wheel(now=now)
            while nurturing.tick(now=now).claimed:
                pass

    def _start_flows(self, now: datetime) -> None:
        self.flowing = True
        met = [lead for number, lead in self.known.items() if self.people[number].origin == "exhibition"]
        with tenant_scope(self.workspace):
            make_segments(met, by=self.owner, now=now)
            for key in READY_MADE:
                nurturing.publish(
                    nurturing.install_template(key, by=self.owner, now=now, site=SITE), by=self.owner, now=now
                )

    def _arrive(self, coming: Sequence[Arrival], end: datetime) -> None:
        if not coming:
            return
        rows = [_stated(self.people[arrival.person]) for arrival in coming]
        made = leads.upsert_leads(rows, by=None, now=min(a.at for a in coming), source="demo")
        form, facts, signs = Form.objects.order_by("id")[0], [], []
        for arrival, row in zip(coming, made, strict=True):
            if row.lead_id is None:
                continue
            self.known[arrival.person] = row.lead_id
            person = self.people[arrival.person]
            if person.origin == "form":
                facts.append(self._submission(arrival, form, row.lead_id))
            if tells_browser(person):
                signs.append(Sign(browser_of(arrival.person), row.lead_id, "form", arrival.at))
        record_many(facts)
        bind_visitors(signs)

    def _submission(self, arrival: Arrival, form: Form, lead: int) -> NewFact:
        return NewFact(
            Event.FORM_SUBMITTED,
            arrival.at,
            lead=lead,
            visitor=browser_of(arrival.person),
            subject=SubjectRef("form", form.public_id, form.name),
            props={"form": form.public_id},
            id=self._id(),
        )

    def _fact(self, deed: Deed) -> NewFact | None:
        lead, browser = self.known.get(deed.person), browser_of(deed.person)
        match deed.kind:
            case "asset":
                subject = SubjectRef("asset", f"demo-asset-{deed.detail}", f"資料{deed.detail}")
                return NewFact(
                    Event.ASSET_DOWNLOADED, deed.at, lead=lead, visitor=browser, subject=subject, id=self._id()
                )
            case "seminar" if lead:
                subject = SubjectRef("page", f"{SITE}/seminar/", deed.detail, f"{SITE}/seminar/")
                return NewFact(Event.SEMINAR_REGISTERED, deed.at, lead=lead, subject=subject, id=self._id())
            case "exhibition" if lead:
                props = {"name": deed.detail, "booth": "3-12"}
                return NewFact(Event.TOUCHPOINT_EXHIBITION, deed.at, lead=lead, props=props, id=self._id())
        return None

    def _cross_signs(self) -> None:
        """What members have to look at: two forwarded mails, a borrowed computer, one that three people share."""
        bound = [number for number in self.known if number in self.browsing.seen and tells_browser(self.people[number])]
        lent = self.chance.sample(bound, k=min(8, len(bound)))
        with tenant_scope(self.workspace):
            for number, (browser, other) in enumerate(zip(lent[::2], lent[1::2], strict=False)):
                at = (self.now - timedelta(days=1 + number)).replace(hour=2 + number)  # late morning in Japan
                sources = (("mail_click",), ("mail_click",), ("form",), ("form", "identify"))[number]
                for step, source in enumerate(sources):
                    bind_visitor(browser_of(browser), self.known[other], source, at + timedelta(minutes=step))

    def _recognise_networks(self) -> None:
        """Devices and networks of all visits, then those learned from people, then once more."""
        while enrich_due(now=self.now):
            pass
        with tenant_scope(self.workspace):
            learn_from_people(now=self.now)
        while enrich_due(now=self.now):
            pass
        with tenant_scope(self.workspace):
            place_visits(self.browsing.places())

    def _inquire(self, asking: Iterable[Deed]) -> None:
        """Inquiries go through the form itself, like a visitor's."""
        for deed in asking:
            with tenant_scope(self.workspace):
                form = Form.objects.order_by("id")[1]
                person = self.people[deed.person]
                answers = {
                    "email": person.email,
                    "last_name": person.last_name,
                    "first_name": person.first_name,
                    "company": person.company.name,
                    "phone": person.phone,
                    "message": deed.detail,
                }
                context = forms.Context(url=f"{SITE}/contact/", visitor=browser_of(deed.person))
                posted = forms.Posted(
                    token=str(self._id()), answers=answers, consents={"newsletter": True}, context=context
                )
                forms.submit(form, posted, now=deed.at)

    def _sell(self, stretch: Stretch) -> None:
        """Sales takes what is hot: accepts, qualifies, opens deals, wins some and loses some."""
        if not stretch.work:
            return
        moves: dict[str, list[int]] = defaultdict(list)
        for lead_id, stage in (
            Position.objects.filter(stage_key__in=ODDS).order_by("id").values_list("lead_id", "stage_key")
        ):
            forward, to, back = ODDS[stage]
            draw = self.chance.random() / stretch.work
            if draw < forward + back:
                moves[to if draw < forward else "recycled"].append(lead_id)
        for to, lead_ids in moves.items():
            for few in _few(lead_ids, A_FEW):
                self._advance(few, to, self.chance.choice(self.sales), stretch.office_hour(self.chance))
        self._close(stretch)

    def _advance(self, lead_ids: Sequence[int], to: str, seller: User, now: datetime) -> None:
        if to == "opportunity":
            lifecycle.upsert_deals(list(map(self._deal, Lead.objects.filter(pk__in=lead_ids).order_by("id"))), now=now)
            return
        reason = self.chance.choice(words.LOST_REASONS) if to == "recycled" else ""
        leads.assign_owner(lead_ids, seller, by=None, now=now)
        lifecycle.move_stage(lead_ids, to, by=seller, reason=reason, now=now)

    def _deal(self, lead: Lead) -> lifecycle.DealInput:
        self.deals += 1
        company = self.employers.get(lead.email or "", lead.last_name)
        return lifecycle.DealInput(
            external_id=f"SFA-{self.deals:05}",
            name=f"{company} 生産管理システム導入",
            leads=[lead.public_id],
            company=company,
            amount=_amount(self.chance),
            currency="JPY",
            status="open",
        )

    def _close(self, stretch: Stretch) -> None:
        now, ended = stretch.office_hour(self.chance), []
        for deal in Deal.objects.filter(status="open").order_by("id").values_list("external_id", flat=True):
            draw = self.chance.random() / stretch.work
            if draw < WON:
                won = lifecycle.DealInput(external_id=deal, status="won", closed_at=now, products=["MIRAI SENSE"])
                ended.append(won)
            elif draw < WON + LOST:
                reason = self.chance.choice(words.LOST_REASONS)
                ended.append(lifecycle.DealInput(external_id=deal, status="lost", closed_at=now, lost_reason=reason))
        if ended:
            lifecycle.upsert_deals(ended, now=now)

    def _read_mail(self, stretch: Stretch | None) -> None:
        """Who will open what was sent in this stretch, and when; fewer will click."""
        if stretch is None:
            return
        sent = Message.objects.filter(
            state=State.ACCEPTED, email_version__isnull=False, sent_at__gt=stretch.start, sent_at__lte=stretch.end
        ).order_by("id")
        for message in sent.select_related("email_version__email"):
            self._plan_reading(message, stretch.end)

    def _plan_reading(self, message: Message, sent: datetime) -> None:
        found, version = read(sent, self.chance), message.email_version
        if version is None:
            return
        props = {"message": message.public_id, "email": version.email.public_id}
        subject = SubjectRef("email", version.email.public_id, version.email.name)
        for at, hit in unasked(sent, self.others):
            told, doubt = {**props, HIT: hit.as_json()}, int(judge_mail(hit, opened=True).verdict)
            opened = NewFact(Event.EMAIL_OPENED, at, lead=message.lead_id, subject=subject, props=told, verdict=doubt)
            self.reading.append(opened)
        if found is None:
            return
        self.reading.append(
            NewFact(Event.EMAIL_OPENED, found.opened, lead=message.lead_id, subject=subject, props=props, id=self._id())
        )
        if found.clicked:
            url = f"{SITE}/cases/"
            link, props = SubjectRef("link", url, "導入事例", url), {**props, "url": url}
            self.reading.append(
                NewFact(
                    Event.EMAIL_CLICKED, found.clicked, lead=message.lead_id, subject=link, props=props, id=self._id()
                )
            )

    def _read_until(self, end: datetime) -> list[NewFact]:
        due = [fact for fact in self.reading if fact.at <= end]
        self.reading = [fact for fact in self.reading if fact.at > end]
        return due

    def _id(self) -> UUID:
        return UUID(int=self.chance.getrandbits(128), version=4)


def _until(end: datetime, waiting: list[Dated]) -> list[Dated]:
    """Take what happens up to `end` off the list, which holds the next thing last."""
    taken = []
    while waiting and waiting[-1].at <= end:
        taken.append(waiting.pop())
    return taken


def _few(lead_ids: Sequence[int], size: int) -> list[Sequence[int]]:
    """Runs of up to `size`, in order."""
    return [lead_ids[start : start + size] for start in range(0, len(lead_ids), size)]


def _amount(chance: Random) -> Decimal:
    return Decimal(round(chance.lognormvariate(14.6, 0.8) / 10000) * 10000)


def _company(company: object) -> dict[str, object]:
    return {name: getattr(company, name) for name in ("name", "domain", "industry", "employees", "prefecture")}


def _stated(person: DemoPerson) -> leads.LeadInput:
    basis = {"exhibition": "business_card", "business_card": "business_card"}.get(person.origin, "consent")
    return leads.LeadInput(
        email=person.email,
        last_name=person.last_name,
        first_name=person.first_name,
        last_name_kana=person.last_name_kana,
        first_name_kana=person.first_name_kana,
        company=person.company.name,
        department=person.department,
        job_title=person.job_title or None,
        phone=person.phone or None,
        prefecture=person.company.prefecture,
        tags=("展示会2026",) if person.origin == "exhibition" else (),
        consents=(leads.Permission(topic="newsletter", basis=basis),),
        source=person.campaign,
    )


def draw_people(count: int, company_count: int, chance: Random) -> list[DemoPerson]:
    """The cast."""
    return list(people(count, companies(company_count, chance), chance))
