"""A request as every server can give it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol
from urllib.parse import parse_qs

VISITOR_COOKIE = "_ma"
PREFETCH = ("purpose", "sec-purpose", "x-purpose", "x-moz")


class Headers(Protocol):
    """Header names in lower case; what is absent is the default."""

    def get(self, name: str, default: str, /) -> str: ...


@dataclass(slots=True)
class Request:
    """`ip` is the visitor's address past the proxies we trust, "" when not known; `scheme` what the visitor used."""

    path: str
    headers: Headers
    body: bytes = b""
    query: str = ""
    ip: str = ""
    method: str = "POST"
    scheme: str = "http"


def asked(request: Request, name: str) -> str:
    """The first value of a parameter of the address, without U+0000; "" when it is not there."""
    return _parameters(request.query[:8192]).get(name, "")


@lru_cache(maxsize=64)
def _parameters(query: str) -> dict[str, str]:
    try:
        found = parse_qs(query, max_num_fields=50, errors="replace")
    except ValueError:
        return {}
    return {name: values[0].replace("\x00", "") for name, values in found.items()}


def cookie(request: Request, name: str) -> str:
    """A cookie's value, "" when it is not there; the first one where a browser sends several of a name."""
    header = request.headers.get("cookie", "")
    if name not in header:
        return ""
    pairs = (part.strip().partition("=") for part in header[:16_384].split(";"))
    return next((value for stated, _, value in pairs if stated == name), "")


def refuses_tracking(request: Request) -> bool:
    """Global Privacy Control or Do Not Track: such a browser gets no id."""
    return request.headers.get("sec-gpc", "").strip() == "1" or request.headers.get("dnt", "").strip() == "1"


def is_prefetch(request: Request) -> bool:
    """A page being loaded before anybody asked for it."""
    return any("prefetch" in request.headers.get(name, "").lower() for name in PREFETCH)
