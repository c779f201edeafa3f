"""All opens and clicks of one message together, and what many messages tell of a network.

A person clicks one link and reads; a scanner follows them all, at once or like a clock, and also the link nobody can
see. A network from which several recipients of one mailing "click" within seconds of delivery is a mail gateway.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import inf

from tracking.catalogue import Verdict
from tracking.verdict.hits import Hit, judge_mail
from tracking.verdict.judging import Judgement, is_regular, machine, most_within, network_of, unsure

AT_ONCE_SECONDS, AT_ONCE_LINKS = 10.0, 3  # three different links within ten seconds
INSTANT_SECONDS, INSTANT_LINKS = 1.0, 2  # two within one second
HIDDEN_SECONDS = 60.0
CLOCKWORK_LINKS, CLOCKWORK_SPREAD = 4, 0.15
BURST_CLICKS, BURST_SECONDS = 12, 60.0
SCAN_SECONDS = 60.0  # a gateway's clicks this soon after delivery are its own; later ones may be a person's behind it
GATEWAY_SECONDS, GATEWAY_RECIPIENTS = 15.0, 3
CONFIRM_SECONDS = 1800.0


@dataclass(frozen=True, slots=True)
class MailHit:
    """An open, or a click on `link`. `at` in unix seconds; `key` comes back with the judgement."""

    key: Hashable
    at: float
    hit: Hit
    link: str = ""

    @property
    def opened(self) -> bool:
        return not self.link


@dataclass(frozen=True, slots=True)
class Delivered:
    """A click as gateways are learned from: which mailing, which recipient's message, from where, how soon."""

    email: str
    message: str
    ip: str
    since_delivery: float | None


def judge_message(
    hits: Sequence[MailHit], *, gateways: Collection[str] = (), seen: Sequence[float] = ()
) -> dict[Hashable, Judgement]:
    """Every hit of one message. `gateways`: networks known as such; `seen`: moments at which its recipient was
    seen reading on the site (judged human, visibly): what was in doubt shortly before is confirmed.
    """
    judged = {one.key: judge_mail(one.hit, opened=one.opened) for one in hits}
    for key, found in _together(hits):
        judged[key] = judged[key].worse(found)
    for one in hits:
        if judged[one.key].verdict != Verdict.MACHINE and network_of(one.hit.ip) in gateways:
            judged[one.key] = judged[one.key].worse(_behind_gateway(one))
    return _confirmed(hits, judged, seen)


def learn_gateways(clicks: Iterable[Delivered]) -> set[str]:
    """Networks from which so many recipients of one mailing "clicked" sooner than people do."""
    messages: dict[tuple[str, str], set[str]] = defaultdict(set)
    for click in clicks:
        network = network_of(click.ip)
        if network and click.since_delivery is not None and 0 <= click.since_delivery <= GATEWAY_SECONDS:
            messages[click.email, network].add(click.message)
    return {network for (_email, network), found in messages.items() if len(found) >= GATEWAY_RECIPIENTS}


def _together(hits: Sequence[MailHit]) -> list[tuple[Hashable, Judgement]]:
    clicks = sorted((one for one in hits if not one.opened and one.hit.method.upper() != "HEAD"), key=_moment)
    found = [(one.key, machine("hidden_link")) for one in _with_hidden(hits)]
    found += [(one.key, machine("all_links")) for one in _at_once(clicks)]
    times = [one.at for one in clicks]
    links = {one.link for one in clicks}
    if len(links) >= CLOCKWORK_LINKS and is_regular(times, at_least=CLOCKWORK_LINKS - 1, spread=CLOCKWORK_SPREAD):
        found += [(one.key, machine("regular")) for one in clicks]
    if most_within(times, BURST_SECONDS) >= BURST_CLICKS:
        found += [(one.key, machine("burst")) for one in clicks]
    return found


def _with_hidden(hits: Sequence[MailHit]) -> list[MailHit]:
    """Those made by whoever followed the hidden link, from the same place within a minute of it."""
    traps: dict[tuple[str, str], list[float]] = defaultdict(list)
    for trap in sorted((one for one in hits if one.hit.hidden), key=_moment):
        network = network_of(trap.hit.ip)
        for place in (("network", network) if network else ("nowhere", trap.hit.ua), ("agent", trap.hit.ua)):
            traps[place].append(trap.at)
    if not traps:
        return []
    return [one for one in hits if any(_any_near(traps.get(place, ()), one.at) for place in _places(one.hit))]


def _places(hit: Hit) -> tuple[tuple[str, str], ...]:
    """Where traps are of the same place: the network where both are known, else the agent."""
    network = network_of(hit.ip)
    return (("network", network), ("nowhere", hit.ua)) if network else (("agent", hit.ua),)


def _any_near(times: Sequence[float], at: float) -> bool:
    place = bisect_left(times, at - HIDDEN_SECONDS)
    return place < len(times) and times[place] <= at + HIDDEN_SECONDS


def _at_once(clicks: Sequence[MailHit]) -> list[MailHit]:
    """Those made where too many different links were clicked too fast."""
    caught: set[int] = set()
    for seconds, least in ((AT_ONCE_SECONDS, AT_ONCE_LINKS), (INSTANT_SECONDS, INSTANT_LINKS)):
        caught.update(_crowded(clicks, seconds, least))
    return [clicks[place] for place in sorted(caught)]


def _crowded(clicks: Sequence[MailHit], seconds: float, least: int) -> Iterator[int]:
    """The positions inside windows of that length with so many links, each once."""
    links: Counter[str] = Counter()
    first = told = 0
    for last, click in enumerate(clicks):
        links[click.link] += 1
        while click.at - clicks[first].at > seconds:
            links[clicks[first].link] -= 1
            first += 1
        if len(+links) >= least:
            yield from range(max(first, told), last + 1)
            told = last + 1


def _behind_gateway(one: MailHit) -> Judgement:
    since = one.hit.since_delivery
    return machine("gateway") if since is not None and since <= SCAN_SECONDS else unsure("gateway")


def _confirmed(
    hits: Sequence[MailHit], judged: dict[Hashable, Judgement], seen: Sequence[float]
) -> dict[Hashable, Judgement]:
    """Doubt is lifted by a person: reading on the site soon afterwards, or clicking what was opened."""
    clicked = [one.at for one in hits if not one.opened and judged[one.key].verdict == Verdict.HUMAN]
    last_click, reading = max(clicked, default=-inf), sorted(seen)
    for one in hits:
        if judged[one.key].verdict != Verdict.UNSURE:
            continue
        place = bisect_left(reading, one.at)
        read = place < len(reading) and reading[place] - one.at <= CONFIRM_SECONDS
        if read or (one.opened and last_click >= one.at):
            judged[one.key] = Judgement(Verdict.HUMAN, ("confirmed", *judged[one.key].reasons))
    return judged


def _moment(one: MailHit) -> float:
    return one.at
