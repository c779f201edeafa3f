"""`GET /v1/visitor`: an id for this browser, kept by HTTP on the workspace's own domain and handed to its others.

A cookie is set only where page and tracking host belong to one registrable domain; everybody else gets the same
answer without one. Pure: the moment, the sender and the secret are given.
"""

from __future__ import annotations

import hmac
import re
import uuid
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from functools import cache, lru_cache

import orjson
from publicsuffixlist import PublicSuffixList

from tracking.collector.answers import OPEN, Answer
from tracking.collector.keys import Sender
from tracking.collector.pixel import VISITOR, visitor_in_cookie
from tracking.collector.request import VISITOR_COOKIE, Request, asked, is_prefetch, refuses_tracking

VISITOR_PATH = "/v1/visitor"
HAND_SECONDS, SKEW_SECONDS = 120, 5
COOKIE_SECONDS = 400 * 86_400
HAND = re.compile(r"([A-Za-z0-9_-]{16,64})\.([0-9]{9,11})\.([A-Za-z0-9_-]{22})")
NAMED = re.compile(r"(?:(?P<name>[a-z0-9_-]+(?:\.[a-z0-9_-]+)*)\.?|\[(?P<six>[0-9a-f:.]+)\])(?::[0-9]{1,5})?")
ORIGIN = re.compile(r"https?://(?P<host>[^/@\s]{1,260})")


class Hands:
    """Signs an id for the way to another domain of the same workspace: `<id>.<unix seconds>.<signature>`."""

    def __init__(self, secret: str) -> None:
        self._key = hmac.digest(secret.encode(), b"tracking.collector.visitor", "sha256")

    def give(self, tenant_id: int, visitor: str, *, at: int) -> str:
        """Readable for two minutes, by this workspace only."""
        return f"{visitor}.{at}.{self._signature(tenant_id, visitor, at)}"

    def take(self, tenant_id: int, token: str, *, at: int) -> str:
        """The id inside, "" when it is forged, another workspace's, or too old."""
        found = HAND.fullmatch(token)
        if found is None:
            return ""
        visitor, given, signature = found[1], int(found[2]), found[3]
        right = hmac.compare_digest(signature, self._signature(tenant_id, visitor, given))
        return visitor if right and -SKEW_SECONDS <= at - given <= HAND_SECONDS else ""

    def _signature(self, tenant_id: int, visitor: str, at: int) -> str:
        whole = hmac.digest(self._key, f"{tenant_id} {visitor} {at}".encode(), "sha256")
        return urlsafe_b64encode(whole[:16]).rstrip(b"=").decode()


@dataclass(frozen=True, slots=True)
class Site:
    """What page and tracking host share. `domain` of the cookie; "": this host alone (an address, localhost)."""

    domain: str
    origin: str  # to be echoed; "" for a page of the very same origin, which sends none


def visitor_answer(request: Request, sender: Sender | None, hands: Hands, *, at: int) -> Answer:
    """The answer at `at` (unix seconds). Whoever refuses to be tracked, and a page loaded ahead, get no id.

    Nor does who asks for a visitor that wants to be measured and no more (`consent`: what the visitor has granted).
    """
    site = site_of(request)
    impersonal = asked(request, "consent") not in ("", "granted")
    silent = impersonal or refuses_tracking(request) or is_prefetch(request)
    visitor = "" if silent else _id(request, sender, hands, site, at)
    hand = hands.give(_whose(sender), visitor, at=at) if visitor else ""
    body = orjson.dumps({"visitor": visitor or None, "hand": hand})
    headers = [("content-type", "application/json"), ("cache-control", "no-store"), ("vary", "origin")]
    headers += _open_to(site)
    if site and visitor and request.method == "GET":
        headers.append(("set-cookie", _cookie(visitor, site, secure=request.scheme == "https")))
    return Answer(200, tuple(headers), body)


def site_of(request: Request) -> Site | None:
    """The site that page and tracking host share; None when the page is somebody else's (or nobody's)."""
    host = _host(request.headers.get("host", ""))
    origin = request.headers.get("origin", "")
    if not origin:
        same = request.headers.get("sec-fetch-site", "") == "same-origin"
        return Site(_registrable(host) or "", "") if host and same else None
    stated = ORIGIN.fullmatch(origin)
    page = _host(stated["host"]) if stated else ""
    if not host or not page:
        return None
    domain = _registrable(host)
    if domain is not None and domain == _registrable(page):
        return Site(domain, origin)
    return Site("", origin) if page == host else None


def _id(request: Request, sender: Sender | None, hands: Hands, site: Site | None, at: int) -> str:
    """The browser's own id, else the one handed over, else the page's, else (on our own domain) a new one."""
    held = visitor_in_cookie(request) if site else ""
    handed = hands.take(_whose(sender), asked(request, "t"), at=at)
    stated = asked(request, "v")
    found = held or handed or (stated if VISITOR.fullmatch(stated) else "")
    return found or (str(uuid.uuid4()) if site and not asked(request, "t") else "")


def _whose(sender: Sender | None) -> int:
    """An unknown key is answered like a known one; what it is handed opens nothing."""
    return sender.tenant_id if sender else 0


def _open_to(site: Site | None) -> list[tuple[str, str]]:
    if site is None:
        return list(OPEN)
    nosniff = [("x-content-type-options", "nosniff")]
    if not site.origin:
        return nosniff
    return [*nosniff, ("access-control-allow-origin", site.origin), ("access-control-allow-credentials", "true")]


def _cookie(visitor: str, site: Site, *, secure: bool) -> str:
    domain = f"; Domain={site.domain}" if site.domain else ""
    kept = f"{VISITOR_COOKIE}={visitor}; Max-Age={COOKIE_SECONDS}; Path=/; SameSite=Lax{domain}"
    return f"{kept}; Secure" if secure else kept


def _host(stated: str) -> str:
    """The host of a Host header or an origin, without port; "" for what is none."""
    found = NAMED.fullmatch(stated.lower()) if len(stated) <= 260 else None
    return (found["name"] or found["six"]) if found else ""


@lru_cache(maxsize=4_096)
def _registrable(host: str) -> str | None:
    """ "www.acme.co.jp" → "acme.co.jp"; None for addresses, names without a dot, and public suffixes themselves."""
    if ":" in host or "." not in host or host.replace(".", "").isdecimal():
        return None
    return _suffixes().privatesuffix(host)


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()
