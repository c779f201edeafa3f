"""Where a visit came from, read off the page's address and its referrer. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlsplit

UTM = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")
CLICK_IDS = {
    "gclid": "google",
    "yclid": "yahoo",
    "fbclid": "facebook",
    "msclkid": "bing",
    "ttclid": "tiktok",
    "twclid": "x",
}
PAID = frozenset({"cpc", "ppc", "cpm", "paid", "paidsearch", "paid_search", "paidsocial", "paid_social", "display"})
SEARCH = ("google.", "bing.com", "yahoo.", "duckduckgo.com", "baidu.com", "ecosia.org", "naver.com", "search.brave.com")
SOCIAL = (
    "facebook.com",
    "twitter.com",
    "t.co",
    "x.com",
    "linkedin.com",
    "lnkd.in",
    "instagram.com",
    "youtube.com",
    "line.me",
)
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
    """{utm_…, referrer_host, landing_path, channel} of a page view; None while moving inside one site."""
    if campaign or len(url) + len(referrer) > SHORT:
        return _visit_source(url, referrer, campaign or {})
    return _remembered_source(url, referrer)


@lru_cache(maxsize=REMEMBERED)
def _remembered_source(url: str, referrer: str) -> dict[str, str] | None:
    return _visit_source(url, referrer, {})


def _visit_source(url: str, referrer: str, campaign: Mapping[str, object]) -> dict[str, str] | None:
    page = _split(url)
    query = {key: value for key, value in parse_qsl(page.query)[:100] if key in UTM or key in CLICK_IDS}
    tags = {key: query[key][:LONGEST] for key in UTM if query.get(key)} or _campaign(campaign)
    clicked = next((CLICK_IDS[key] for key in CLICK_IDS if query.get(key)), "")
    came_from = _split(referrer).hostname or ""
    if not tags and not clicked and came_from and came_from == page.hostname:
        return None
    found = {**tags, "channel": channel(tags, clicked, came_from)}
    if came_from and came_from != page.hostname:
        found["referrer_host"] = came_from[:LONGEST]
    if clicked and "utm_source" not in found:
        found["utm_source"] = clicked
    if page.path:
        found["landing_path"] = page.path[:LONGEST]
    return found


def channel(tags: Mapping[str, str], clicked: str, came_from: str) -> str:
    """paid | email | social | organic_search | referral | campaign | direct."""
    medium = tags.get("utm_medium", "").lower()
    if (clicked and clicked != "facebook") or medium in PAID:
        return "paid"
    if medium in ("email", "e-mail", "mail", "newsletter"):
        return "email"
    if medium in ("social", "sns") or _any(came_from, SOCIAL) or clicked:
        return "social"
    if _any(came_from, SEARCH) or medium == "organic":
        return "organic_search"
    if tags:
        return "campaign"
    return "referral" if came_from else "direct"


def _any(host: str, known: tuple[str, ...]) -> bool:
    return any(host == name or host.endswith("." + name) or (name[-1] == "." and name in f"{host}.") for name in known)


def _campaign(stated: Mapping[str, object]) -> dict[str, str]:
    # Segment's context.campaign: {"name", "source", "medium", "term", "content"}
    named = {f"utm_{key}": stated.get(key) for key in ("source", "medium", "term", "content")}
    named["utm_campaign"] = stated.get("name")
    return {key: str(value)[:LONGEST] for key, value in named.items() if value}


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("")
