"""Where a visit came from, read off the page's address and its referrer. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import SplitResult, quote, unquote, urlsplit

from tracking.campaigns import CLICK_IDS, UNPAID, click_ids, fold, tags
from tracking.referrers import channel_of_source, find_site, registrable

PAID = re.compile(r"cp[cmav]|ppc|paid.*|.*cpc|display|banner|retargeting|remarketing|listing|affiliate")
MAIL = frozenset({"email", "e-mail", "e_mail", "mail", "newsletter", "mailmagazine", "メルマガ", "メール"})
SOCIAL = frozenset({"social", "sns", "social-network", "social-media", "sm", "social_network", "social_media"})
CHANNELS = ("direct", "organic_search", "ai_assistant", "social", "email", "paid", "referral", "campaign")
LONGEST = 300
REMEMBERED, SHORT = 4_096, 500  # answers kept in memory, for addresses of at most so many characters


def page_key(url: str) -> tuple[str, str, str] | None:
    """(key, host, path) of a page's address, or None when it is not http(s).

    The key is the address without query, fragment, user and default port: page_key("https://A.jp:443/x?q#f")[0] ==
    "https://a.jp/x". The path is as people read it: "/製品", not percent signs.
    """
    return _page_key(url) if len(url) <= SHORT else _page_key.__wrapped__(url)


@lru_cache(maxsize=REMEMBERED)
def _page_key(url: str) -> tuple[str, str, str] | None:
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return None
    host = parts.hostname if port in (None, 80, 443) else f"{parts.hostname}:{port}"
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    return f"{parts.scheme}://{host}{path}", host, unquote(path).replace("\x00", "")


def visit_source(url: str, referrer: str, campaign: Mapping[str, object] | None = None) -> dict[str, str] | None:
    """{utm_…, gclid …, referrer_host, landing_path, channel} of a page view; None while moving inside one site.

    One site is one registrable domain: blog.example.jp to www.example.jp is no arrival. Click ids stay as sent.
    """
    if campaign or len(url) + len(referrer) > SHORT:
        return _visit_source(url, referrer, campaign or {})
    found = _remembered_source(url, referrer)
    return None if found is None else dict(found)


@lru_cache(maxsize=REMEMBERED)
def _remembered_source(url: str, referrer: str) -> dict[str, str] | None:
    return _visit_source(url, referrer, {})


def _visit_source(url: str, referrer: str, campaign: Mapping[str, object]) -> dict[str, str] | None:
    page = _split(url)
    stated = tags(page.query) or _campaign(campaign)
    clicked = click_ids(page.query)
    came_from = (_split(referrer).hostname or "")[:LONGEST]
    at_home = bool(came_from) and registrable(came_from) == registrable(page.hostname or "")
    if at_home and not stated and not clicked:
        return None
    came_from = "" if at_home else came_from
    found = {**stated, **clicked, "channel": channel(stated, clicked, came_from)}
    if came_from:
        found["referrer_host"] = came_from
    if clicked and "utm_source" not in found:
        found["utm_source"] = CLICK_IDS[next(iter(clicked))]
    if page.path:
        found["landing_path"] = fold(unquote(page.path, errors="replace")) or "/"
    return found


def channel(stated: Mapping[str, str], clicked: Mapping[str, str], came_from: str) -> str:
    """One of CHANNELS. What the link's author said (a paid click, a medium) goes before where it was clicked."""
    medium = stated.get("utm_medium", "").lower()
    if set(clicked) - UNPAID or PAID.fullmatch(medium):
        return "paid"
    if medium in MAIL:
        return "email"
    if medium in SOCIAL:
        return "social"
    if medium == "organic":
        return "organic_search"
    site = find_site(came_from) if came_from else None
    return _by_place(stated, clicked, came_from, site.channel if site else "")


def _by_place(stated: Mapping[str, str], clicked: Mapping[str, str], came_from: str, kind: str) -> str:
    named = channel_of_source(stated.get("utm_source", ""))
    if "ai_assistant" in (kind, named):
        return "ai_assistant"
    if kind or named:
        return kind or named
    if clicked:  # only fbclid is left
        return "social"
    if stated:
        return "campaign"
    return "referral" if came_from else "direct"


def _campaign(stated: Mapping[str, object]) -> dict[str, str]:
    # Segment's context.campaign: {"name", "source", "medium", "term", "content"}
    named = {f"utm_{key}": stated.get(key) for key in ("source", "medium", "term", "content")}
    named["utm_campaign"] = stated.get("name")
    return {key: folded for key, value in named.items() if value and (folded := fold(str(value)))}


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url.strip())
        _ = parts.hostname
    except ValueError:
        return urlsplit("")
    return parts
