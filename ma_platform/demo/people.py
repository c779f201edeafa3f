"""Draws companies and people; pure, from one random source."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from ma_platform.demo import words


@dataclass(frozen=True)
class DemoCompany:
    """An invented company."""

    name: str
    domain: str
    industry: str
    employees: int
    prefecture: str


@dataclass(frozen=True)
class DemoPerson:
    """An invented person; `warmth` from 0 to 1 decides how much they will read."""

    email: str
    last_name: str
    first_name: str
    last_name_kana: str
    first_name_kana: str
    department: str
    job_title: str
    phone: str
    company: DemoCompany
    warmth: float
    origin: str
    campaign: dict[str, str]


def companies(count: int, chance: Random) -> list[DemoCompany]:
    """`count` companies with different names; the first ones are competitors."""
    made = [DemoCompany(name, domain, "情報通信業", 300, "東京都") for name, domain in words.COMPETITORS]
    pairs = [(place, trade) for place in words.PLACES for trade in words.TRADES]
    chance.shuffle(pairs)
    for (place, romaji), (trade, slug, industry) in pairs[: count - len(made)]:
        name = chance.choice((f"株式会社{place}{trade}", f"{place}{trade}株式会社", f"株式会社{place}{trade}"))
        size = int(10 ** chance.uniform(1.2, 4.0))
        made.append(DemoCompany(name, f"{romaji}-{slug}.example", industry, size, chance.choice(words.PREFECTURES)))
    return made


def people(count: int, among: list[DemoCompany], chance: Random) -> Iterator[DemoPerson]:
    """`count` people with different addresses; big companies have more of them."""
    weights = [company.employees**0.35 for company in among]
    taken: set[str] = set()
    while len(taken) < count:
        last, given = chance.choice(words.SURNAMES), chance.choice(words.GIVEN)
        company = chance.choices(among, weights)[0]
        email = f"{last[2]}.{given[2]}@{company.domain}"
        if email in taken:
            email = f"{last[2]}.{given[2]}{len(taken)}@{company.domain}"
        taken.add(email)
        yield _person(email, last, given, company, chance)


def _person(email: str, last: list[str], given: list[str], company: DemoCompany, chance: Random) -> DemoPerson:
    titles, weights = zip(*words.TITLES, strict=True)
    warmth = chance.betavariate(1.1, 5.0)
    return DemoPerson(
        email=email,
        last_name=last[0],
        first_name=given[0],
        last_name_kana=last[1],
        first_name_kana=given[1],
        department=chance.choice(words.DEPARTMENTS),
        job_title=chance.choices(titles, weights)[0],
        phone=f"03-{chance.randint(3000, 6999)}-{chance.randint(1000, 9999)}" if chance.random() < 0.6 else "",
        company=company,
        warmth=warmth,
        origin=chance.choices(("form", "exhibition", "business_card", "import"), (4, 3, 2, 2))[0],
        campaign=chance.choice(words.CAMPAIGNS),
    )
