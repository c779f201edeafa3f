"""The demo's browsers: whose they are, from which networks they come, and what their tag told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from uuid import NAMESPACE_URL, UUID, uuid5

from ma_platform.demo.people import DemoCompany, DemoPerson
from ma_platform.demo.story import SITE, Deed
from ma_platform.demo.visits import View, agent_of, crawls, line_of, networks, office_address, silent, strangers
from tracking.network_list import Entry

LISTED, CURIOUS = 8, 60  # companies on the uploaded list, and those whose strangers come by


@dataclass
class Browsing:
    """`firms` in the order of the cast; `offices` is each company's number, and so its network."""

    tenant_id: int
    people: Sequence[DemoPerson]
    chance: Random
    firms: list[DemoCompany] = field(init=False)
    offices: dict[str, int] = field(init=False)
    seen: set[int] = field(default_factory=set)  # people whose browser has read something

    def __post_init__(self) -> None:
        self.firms = list({person.company.name: person.company for person in self.people}.values())
        self.offices = {firm.name: number for number, firm in enumerate(self.firms, start=1)}

    def listed(self) -> list[Entry]:
        """The list of networks somebody has uploaded."""
        return networks(self.firms[:LISTED], self.offices)

    def places(self) -> dict[str, str]:
        """The prefecture of each company's network."""
        return {office_address(firm, self.offices): firm.prefecture for firm in self.firms}

    def passing(self, end: datetime) -> list[View]:
        """Those who never say who they are, the next one last."""
        size = len(self.people)
        curious = strangers(size // 7, self.firms[:CURIOUS], self.offices, end=end, chance=self.chance)
        robots = crawls(size // 20, end=end, chance=self.chance)
        seen = [*curious, *robots, *silent(size // 50, end=end, chance=self.chance)]
        return sorted(seen, key=lambda view: view.at, reverse=True)

    def views(self, deeds: Iterable[Deed]) -> list[View]:
        """The page views among what people did."""
        return [self._view(deed) for deed in deeds if deed.kind == "page"]

    def lines(self, views: Iterable[View], known: Mapping[int, int]) -> list[bytes]:
        """As the collector keeps them. A known person whose browser is not bound is named by the fact itself."""
        return [line_of(view, id=self._id(), lead=self._named(view, known)).encode(self.tenant_id) for view in views]

    def _named(self, view: View, known: Mapping[int, int]) -> int | None:
        if view.person < 0 or tells_browser(self.people[view.person]):
            return None
        return known.get(view.person)

    def _view(self, deed: Deed) -> View:
        person = self.people[deed.person]
        self.seen.add(deed.person)
        return View(
            browser=browser_of(deed.person),
            at=deed.at,
            path=deed.detail,
            visible_ms=deed.visible_ms,
            agent=agent_of(deed.person),
            ip=office_address(person.company, self.offices),
            landing=deed.landing,
            campaign=person.campaign if deed.landing else {},
            person=deed.person,
        )

    def _id(self) -> UUID:
        return UUID(int=self.chance.getrandbits(128), version=4)


def browser_of(person: int) -> str:
    """The key of the person's browser."""
    return str(uuid5(NAMESPACE_URL, f"{SITE}/people/{person}"))


def tells_browser(person: DemoPerson) -> bool:
    """Whether the person fills in the form on the browser they read with."""
    return person.origin == "form" and person.warmth > 0.15
