"""What invented people do in 90 days; pure: people in, dated deeds out, week by week."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from ma_platform.demo import words
from ma_platform.demo.people import DemoPerson

SITE = "https://www.mirai-seisakusho.example"
PAGES = (
    ("/", "株式会社みらい製作所", 30),
    ("/products/", "製品一覧", 18),
    ("/products/mirai-sense/", "製品詳細 MIRAI SENSE", 14),
    ("/pricing/", "料金", 9),
    ("/cases/", "導入事例", 14),
    ("/whitepaper/", "資料ダウンロード", 9),
    ("/recruit/", "採用情報", 2),
    ("/contact/", "お問い合わせ", 4),
)
DAYS = 90
EXHIBITION_DAYS = (34, 35, 79, 80)


@dataclass(frozen=True)
class Deed:
    """One thing one person does: `kind` is page, asset, inquiry, seminar, or card; `detail` is its object."""

    person: int
    at: datetime
    kind: str
    detail: str = ""
    visible_ms: int = 0
    landing: bool = False  # the first page of a visit


@dataclass(frozen=True)
class Arrival:
    """The moment a person becomes known; deeds before it are a stranger's."""

    person: int
    at: datetime


def arrivals(people: list[DemoPerson], *, end: datetime, chance: Random) -> list[Arrival]:
    """When each becomes known: a slow growth with two exhibition peaks, in business hours of Japan."""
    found = []
    for index, person in enumerate(people):
        day = int(DAYS * chance.betavariate(1.2, 0.9))
        if person.origin == "exhibition":
            day = chance.choice(EXHIBITION_DAYS)
        found.append(Arrival(index, office_hour(end - timedelta(days=DAYS - day), chance, latest=end)))
    return sorted(found, key=lambda arrival: arrival.at)


def deeds(person: DemoPerson, arrival: Arrival, *, end: datetime, chance: Random) -> Iterator[Deed]:
    """Visits before and after becoming known; warmer people come more often and look at deeper pages."""
    visits = max(0, int(chance.gauss(7 * person.warmth - 0.3, 1.0)))
    for number in range(visits):
        lag = timedelta(
            days=chance.uniform(-12, 0) if number == 0 and person.origin == "form" else chance.uniform(0, 60)
        )
        if arrival.at + lag < end:
            start = office_hour(arrival.at + lag, chance, latest=end)
            yield from _visit(arrival.person, person, start, chance)
    if person.origin == "exhibition":
        yield Deed(arrival.person, arrival.at, "exhibition", "ものづくりDX展 2026")
    yield from _milestones(arrival, person, end, chance)


def _visit(index: int, person: DemoPerson, start: datetime, chance: Random) -> Iterator[Deed]:
    weights = [
        weight * (1 + 3 * person.warmth if path.startswith(("/pr", "/ca")) else 1) for path, _title, weight in PAGES
    ]
    at, before = start, ""
    for path, _title, _weight in chance.choices(PAGES, weights, k=1 + int(chance.expovariate(0.6))):
        stayed = int(min(600, chance.lognormvariate(3.3, 0.9)) * 1000)
        if path == before:  # nobody follows a link to the page they are on
            continue
        before = path
        yield Deed(index, at, "page", path, stayed, landing=at == start)
        at += timedelta(milliseconds=stayed + 2000)


def _milestones(arrival: Arrival, person: DemoPerson, end: datetime, chance: Random) -> Iterator[Deed]:
    for kind, detail, odds in (
        ("asset", "A", 0.10 + 0.4 * person.warmth),
        ("asset", "B", 0.05 + 0.3 * person.warmth),
        ("seminar", "生産管理DXセミナー", 0.04 + 0.35 * person.warmth),
        ("inquiry", chance.choice(words.INQUIRIES), 0.2 * person.warmth**1.4),
    ):
        if chance.random() < odds:
            later = arrival.at + timedelta(days=chance.uniform(0.2, 40))
            if later < end:
                yield Deed(arrival.person, office_hour(later, chance, latest=end), kind, detail)


def office_hour(moment: datetime, chance: Random, *, latest: datetime) -> datetime:
    """The same day at a working hour of Japan (00:00–10:00 UTC); weekends move to Monday."""
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    if day.weekday() >= 5 and chance.random() < 0.85:
        day += timedelta(days=7 - day.weekday())
    moment = day + timedelta(seconds=chance.triangular(0, 34000, 14000))
    while moment >= latest:
        moment -= timedelta(days=1)
    return moment
