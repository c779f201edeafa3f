"""What the tag would have told of the demo's visitors: with what they came, from where, and over whose network.

Lines as the collector keeps them, so that visits, sources and guesses of companies come about as they do in life.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from uuid import NAMESPACE_URL, UUID, uuid5

from ma_platform.demo.people import DemoCompany
from ma_platform.demo.story import DAYS, PAGES, SITE, office_hour
from tracking.actions import visit_source
from tracking.catalogue import Event
from tracking.collector.lines import Line
from tracking.network_list import Entry
from tracking.verdict import RULE_VERSION, judge_post

AGENTS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
    " Edg/142.0.0.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1"
    " Safari/605.1.15",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 26_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1"
    " Mobile/15E148 Safari/604.1",
)
ROBOTS = (
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)",
)
REFERRERS = (
    "https://www.google.com/",
    "https://www.google.com/",
    "https://search.yahoo.co.jp/",
    "https://www.bing.com/",
    "https://chatgpt.com/",
    "https://monoist.example/articles/sensor",
    "",
    "",
)
TITLES = {path: title for path, title, _weight in PAGES}
HOME, CARRIER = "2001:db8:ffff::/48", "2001:db8:fffe::/48"


@dataclass(frozen=True)
class View:
    """A page view of a browser; `landing`: the first one of a visit, which came from somewhere."""

    browser: str
    at: datetime
    path: str
    visible_ms: int
    agent: str
    ip: str
    landing: bool
    campaign: dict[str, str]
    person: int = -1  # in the cast; below 0 a stranger


def line_of(view: View, *, id: UUID, lead: int | None) -> Line:
    """As the collector would have kept it. `lead`: who it was, where no browser tells."""
    url = SITE + view.path
    line = Line(id=id, name=int(Event.PAGE_VIEWED), occurred_at=view.at, received_at=view.at, visitor=view.browser)
    line.lead_id, line.duration = lead, view.visible_ms
    line.kind, line.key, line.url, line.subject_name = "page", url, url, TITLES[view.path]
    line.host, line.path = SITE.removeprefix("https://"), view.path
    line.agent, line.ip, line.language = view.agent, view.ip, "ja"
    line.source = visit_source(_tagged(url, view.campaign), _referrer(view)) if view.landing else None
    line.props = {**view.campaign, "scroll": min(100, 20 + view.visible_ms // 600)}
    judged = judge_post(view.agent)
    line.verdict, line.reasons, line.rule_version = int(judged.verdict), judged.reasons, RULE_VERSION
    return line


def agent_of(number: int) -> str:
    """Everybody keeps their own; a phone is rarer than a computer."""
    return AGENTS[(0, 0, 1, 0, 2, 1, 0, 3)[number % 8]]


def office_address(company: DemoCompany, among: dict[str, int]) -> str:
    """An address of the company's own network, out of the range meant for examples."""
    return f"2001:db8:{among[company.name]:x}::25"


def networks(firms: Sequence[DemoCompany], among: dict[str, int]) -> list[Entry]:
    """The list a marketer would upload: a few customers' networks, the own office, a carrier."""
    return [
        *(Entry(f"2001:db8:{among[firm.name]:x}::/48", firm.name, firm.domain, "company", 90) for firm in firms),
        Entry(HOME, "株式会社みらい製作所", "mirai-seisakusho.example", "own", 100),
        Entry(CARRIER, "", "", "carrier", 100),
    ]


def strangers(
    count: int, firms: Sequence[DemoCompany], among: dict[str, int], *, end: datetime, chance: Random
) -> Iterator[View]:
    """Visits of people who never said who they are, more of them lately; some from offices, most from anywhere."""
    for number in range(count):
        start = office_hour(end - timedelta(days=DAYS * chance.betavariate(1.0, 1.6)), chance, latest=end)
        at_work = chance.random() < 0.45
        ip = office_address(chance.choice(firms), among) if at_work else f"2001:db8:fffe::{number + 16:x}"
        for _visit in range(1 + int(chance.expovariate(1.1))):
            yield from _reading(
                str(uuid5(NAMESPACE_URL, f"{SITE}/strangers/{number}")), start, agent_of(number), ip, chance
            )
            start += timedelta(hours=chance.uniform(20, 120))
            if start >= end - timedelta(minutes=30):
                break


def crawls(count: int, *, end: datetime, chance: Random) -> Iterator[View]:
    """Robots that read everything and say so."""
    for number in range(count):
        at, agent = end - timedelta(days=DAYS * chance.random(), minutes=20), ROBOTS[number % len(ROBOTS)]
        for step, (path, _title, _weight) in enumerate(chance.sample(PAGES, k=3)):
            at += timedelta(seconds=2 * step)
            yield View(str(uuid5(NAMESPACE_URL, f"{SITE}/robots/{number}")), at, path, 0, agent, "", step == 0, {})


def silent(count: int, *, end: datetime, chance: Random) -> Iterator[View]:
    """Somebody whose browser never tells that a page was on screen: a reader who blocks it, or no reader at all."""
    for number in range(count):
        at, browser = (
            end - timedelta(days=DAYS * chance.random(), hours=3),
            uuid5(NAMESPACE_URL, f"{SITE}/silent/{number}"),
        )
        for step, (path, _title, _weight) in enumerate(chance.sample(PAGES, k=4)):
            yield View(str(browser), at, path, 0, agent_of(number), f"2001:db8:fffe:1::{number + 16:x}", step == 0, {})
            at += timedelta(seconds=chance.uniform(20, 120))


def _reading(browser: str, start: datetime, agent: str, ip: str, chance: Random) -> Iterator[View]:
    at, paths = start, chance.choices([path for path, _t, _w in PAGES], [w for _p, _t, w in PAGES], k=5)
    once = [path for number, path in enumerate(paths) if path != paths[number - 1] or not number]
    for number, path in enumerate(once[: 1 + int(chance.expovariate(0.7))]):
        stayed = int(min(400, chance.lognormvariate(3.1, 0.9)) * 1000)
        yield View(browser, at, path, stayed, agent, ip, number == 0, {})
        at += timedelta(milliseconds=stayed + 2000)


def _referrer(view: View) -> str:
    # The same browser at the same minute always came from the same place.
    return REFERRERS[(int(view.at.timestamp()) // 60 + len(view.browser)) % len(REFERRERS)]


def _tagged(url: str, campaign: dict[str, str]) -> str:
    return url + "?" + "&".join(f"{key}={value}" for key, value in campaign.items()) if campaign else url
