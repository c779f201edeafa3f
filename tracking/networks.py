"""Whose network is it? Prefixes of addresses, guesses about companies, what may be learned, and who may be asked. Pure.

A guess is never a fact about a person: it has a source, a confidence in percent and an end.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Protocol

KINDS = ("company", "own", "carrier", "gateway", "refused")  # refused: somebody said that the learned guess is wrong
WIDEST = {4: 8, 6: 19}  # nobody's office is wider
STEPS = {4: range(8, 33), 6: (*range(19, 65), 128)}
SHARED = {4: 24, 6: 48}  # how far neighbours with the same people are put together
ALONE = {4: 32, 6: 64}  # an office's address; in IPv6 its line
LIST_CONFIDENCE, MOST_LEARNED = 90, 85
LEARNED_FOR = timedelta(days=60)  # since it was last seen
ENOUGH_PEOPLE, ENOUGH_DAYS, ENOUGH_LINES = 2, 3, 2
ENOUGH_SHARE, MOST_PRIVATE, MOST_MOBILE = 0.7, 0.3, 0.5

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class Known:
    """What is said of a network. `kind` is one of KINDS; `source` list, learned or provider."""

    network: str
    kind: str
    company_name: str
    company_domain: str
    confidence: int
    source: str
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """Identified people of one mail domain on one network; `domain` "": those with free mail; `mobile`: a share."""

    network: str
    domain: str
    company_name: str
    people: int
    days: int
    last_at: datetime
    lines: int = 1  # different addresses (IPv6: /64) it was seen on
    mobile: float = 0.0


class Provider(Protocol):
    """Somebody who may know whose networks these are. Asked outside of transactions.

    `look_up` may leave out addresses it does not know; what it answers has `source` "provider", and ends after 30 days
    unless it says when. It speaks to the network through `ma_platform.egress` only.
    """

    name: str

    def look_up(self, addresses: Sequence[str]) -> Mapping[str, Known]: ...


PROVIDERS: dict[str, Provider] = {}


def register(provider: Provider) -> None:
    """Called at import by the module that NETWORK_PROVIDERS names. Another provider of that name raises ValueError."""
    if PROVIDERS.setdefault(provider.name, provider) is not provider:
        raise ValueError(f"two network providers are called {provider.name}")


def read_address(text: str) -> Address | None:
    """An address, an IPv4 one also out of ::ffff:203.0.113.9; None when it is none."""
    try:
        found = ip_address(text.strip())
    except ValueError:
        return None
    return found.ipv4_mapped or found if isinstance(found, IPv6Address) else found


def read_network(text: str) -> str | None:
    """A network as Postgres prints a cidr: read_network("203.0.113.7/24") == "203.0.113.0/24"; None when it is none."""
    try:
        return str(ip_network(text.strip(), strict=False))
    except ValueError:
        return None


def is_too_wide(network: str) -> bool:
    """Wider than any company's."""
    found = ip_network(network)
    return found.prefixlen < WIDEST[found.version]


@lru_cache(maxsize=20_000)
def prefixes(ip: str) -> tuple[str, ...]:
    """Every network an address may be listed under, the narrowest first; empty for what is no address."""
    address = read_address(ip)
    if address is None:
        return ()
    whole, bits = int(address), address.max_prefixlen
    write = _dotted if address.version == 4 else _colons
    steps = sorted(STEPS[address.version], reverse=True)
    return tuple(f"{write(whole >> (bits - step) << (bits - step))}/{step}" for step in steps)


def _dotted(whole: int) -> str:
    return f"{whole >> 24}.{whole >> 16 & 255}.{whole >> 8 & 255}.{whole & 255}"


def _colons(whole: int) -> str:
    return str(IPv6Address(whole))


def around(ip: str, *, shared: bool = False) -> str | None:
    """The network an address stands for: itself (IPv4) or its /64, with `shared` its /24 or /48."""
    address = read_address(ip)
    if address is None:
        return None
    return str(ip_network(f"{address}/{(SHARED if shared else ALONE)[address.version]}", strict=False))


def choose(ip: str, known: Mapping[str, Sequence[Known]]) -> Known | None:
    """The guess for an address: the narrowest network, on equal ones the list before what was learned or bought.

    A carrier's or a gateway's network hides every wider one and is itself no company: the answer says so by its kind.
    """
    refused: set[str] = set()  # a wider network learned the same company from the same people
    for prefix in prefixes(ip):
        said = sorted(known.get(prefix, ()), key=lambda one: (RANK.get(one.source, 2), one.source))
        refused |= {one.company_domain for one in said if one.kind == "refused"}
        told = [one for one in said if one.kind != "refused" and not _is_refused(one, refused)]
        if told:
            return told[0]
    return None


def _is_refused(one: Known, refused: set[str]) -> bool:
    return one.source == "learned" and one.company_domain in refused


RANK = {"list": 0, "learned": 1}


def learn(network: str, seen: Sequence[Seen], *, now: datetime) -> Known | None:
    """The company of a network by the people seen on it, or None: never guessed when the signs do not agree.

    Two people of one domain, or one on three days; seven in ten of the business people; few private addresses (a
    home, a café), few phones (a carrier). What is not seen any more ends.
    """
    business = [one for one in seen if one.domain]
    everybody, workers = sum(one.people for one in seen), sum(one.people for one in business)
    if not business:
        return None
    best = max(business, key=lambda one: (one.people, one.days, one.domain))
    share = best.people / workers
    strong = best.people >= ENOUGH_PEOPLE or best.days >= ENOUGH_DAYS
    private = (everybody - workers) / everybody
    mobile = sum(one.mobile * one.people for one in seen) / everybody
    expires = best.last_at + LEARNED_FOR
    wide = network != around(network.partition("/")[0])
    if wide and best.lines < ENOUGH_LINES:
        return None
    if not strong or share < ENOUGH_SHARE or private > MOST_PRIVATE or mobile > MOST_MOBILE or expires <= now:
        return None
    confidence = round(min(30 + 12 * best.people + 3 * best.days, MOST_LEARNED) * share * (1 - private))
    return Known(network, "company", best.company_name, best.domain, confidence, "learned", expires)
