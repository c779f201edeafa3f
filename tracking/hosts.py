"""Host names as people type them and as browsers state them. Pure."""

from __future__ import annotations

import re
from functools import cache
from urllib.parse import urlsplit

import idna
from publicsuffixlist import PublicSuffixList

LABEL = re.compile(r"^(?!-)[a-z0-9-]{1,63}(?<!-)$")


def host_of(text: str) -> str:
    """host_of("https://www.例え.jp/path") == "www.xn--r8jz45g.jp". Raises ValueError for anything without a name.

    The browser's spelling: lower case, Punycode, without port and final dot. IP addresses are no names.
    """
    found = urlsplit("//" + text.strip().split("://", 1)[-1].lstrip("/")).hostname or ""
    try:
        host = idna.encode(found.rstrip("."), uts46=True).decode()
    except idna.IDNAError:
        raise ValueError(f"not a host name: {text[:80]!r}") from None
    labels = host.split(".")
    if len(host) > 253 or len(labels) < 2 or labels[-1].isdigit() or not all(map(LABEL.match, labels)):
        raise ValueError(f"not a host name: {text[:80]!r}")
    return host


def readable(host: str) -> str:
    """The host as people read it: readable("www.xn--r8jz45g.jp") == "www.例え.jp"."""
    try:
        return idna.decode(host)
    except idna.IDNAError:
        return host


def is_shared(host: str) -> bool:
    """Whether names below the host belong to many owners: is_shared("co.jp"), is_shared("github.io")."""
    return _suffixes().privatesuffix(host) is None


def registrable(host: str) -> str:
    """What somebody registered: registrable("t.example.co.jp") == "example.co.jp"; a shared name is its own."""
    return _suffixes().privatesuffix(host) or host


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


def is_within(host: str, domains: list[str]) -> bool:
    """Whether the host is one of the domains or below one."""
    return any(host == domain or host.endswith(f".{domain}") for domain in domains)
