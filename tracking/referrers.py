"""What kind of site a referrer is: search, social, mail, an AI assistant, an advertising network. Pure; data in a file.

The list is `data/referrers.json`: {channel: {site: [host, …]}}, plus `sources`: utm_source values that name a site.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson
from publicsuffixlist import PublicSuffixList

DATA = Path(__file__).resolve().parent / "data" / "referrers.json"
KINDS = ("ai_assistant", "organic_search", "email", "social", "paid")


@dataclass(frozen=True, slots=True)
class Site:
    """A known site: `channel` is one of KINDS, `name` as people know it."""

    channel: str
    name: str


@lru_cache(maxsize=4_096)
def find_site(host: str) -> Site | None:
    """The known site of a host in lower case; the longest match wins. find_site("google.co.jp").name == "Google"."""
    labels = host.rstrip(".").split(".")
    for start in range(len(labels) - 1):
        known = _HOSTS.get(".".join(labels[start:]))
        if known is not None:
            return known
    return _under_any_suffix(host.rstrip("."))


def channel_of_source(utm_source: str) -> str:
    """The channel a utm_source names by itself ("chatgpt.com", "newsletter"), else ""."""
    stated = utm_source.strip().lower()
    site = find_site(stated) if "." in stated else None
    return site.channel if site else _SOURCES.get(stated, "")


@lru_cache(maxsize=4_096)
def registrable(host: str) -> str:
    """The part of a host that somebody registered: "a.example.co.jp" → "example.co.jp"; an address is itself."""
    if host.replace(".", "").isdecimal() or ":" in host:
        return host
    return _suffixes().privatesuffix(host) or host


def _under_any_suffix(host: str) -> Site | None:
    # google.co.jp and www.google.de, not docs.google.com: what is not listed below a brand is no search.
    bare = host.removeprefix("www.").removeprefix("m.")
    owned = registrable(bare)
    for brand, site in _BRANDS.items():
        head = brand.split(".")[-1]
        if owned.startswith(f"{head}.") and bare == f"{brand}{owned.removeprefix(head)}":
            return site
        if bare.endswith(f".{brand}{owned.removeprefix(head)}") and "." in brand and owned.startswith(f"{head}."):
            return site
    return None


@lru_cache(maxsize=1)
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


def _read() -> dict[str, Any]:  # Any: JSON of our own
    found: dict[str, Any] = orjson.loads(DATA.read_bytes())
    return found


def _by_host(read: dict[str, Any]) -> dict[str, Site]:  # Any: JSON of our own
    return {host: Site(kind, name) for kind in KINDS for name, hosts in read[kind].items() for host in hosts}


_ALL = _by_host(_read())
_BRANDS = {host.removesuffix(".*"): site for host, site in _ALL.items() if host.endswith(".*")}
_HOSTS = {host: site for host, site in _ALL.items() if not host.endswith(".*")}
_SOURCES: dict[str, str] = _read()["sources"]
