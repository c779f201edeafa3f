"""Was it a person? Pure rules over what a request says of itself; versioned so that they can be applied again.

Reasons are kept beside the event. A program that states facts with a workspace's key (an SDK on a server, an HTTP
library, a driven browser) is not a crawler: on the API its facts count; on mail links and pixels HTTP libraries do not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from crawleruseragents import CRAWLER_USER_AGENTS_DATA

from tracking.catalogue import Verdict

RULE_VERSION = 1
TOOLS = frozenset({"http-library", "browser-automation"})
PREFETCH = ("purpose", "sec-purpose", "x-purpose", "x-moz")
APPLE_PROXY = "Mozilla/5.0"  # Apple's Mail Privacy Protection sends exactly this and nothing more
IMAGE_PROXIES = ("GoogleImageProxy", "ggpht.com", "YahooMailProxy")
TOO_SOON_SECONDS = 2.0  # gateways open and click within a moment of delivery


@dataclass(frozen=True, slots=True)
class Judgement:
    verdict: Verdict
    reasons: tuple[str, ...] = ()


HUMAN = Judgement(Verdict.HUMAN)


def judge_post(ua: str, *, trusted: bool = False) -> Judgement:
    """A fact posted to the API with a workspace's key. `trusted`: with a secret one."""
    if not ua:
        return HUMAN if trusted else Judgement(Verdict.MACHINE, ("no_user_agent",))
    kinds = crawler(ua)
    if not kinds:
        return HUMAN
    if kinds & TOOLS:
        return Judgement(Verdict.HUMAN, tuple(f"tool:{kind}" for kind in sorted(kinds & TOOLS)))
    return Judgement(Verdict.MACHINE, tuple(f"crawler:{kind}" for kind in sorted(kinds)))


def judge_request(ua: str, *, method: str = "GET", headers: Mapping[str, str] | None = None) -> Judgement:
    """A bare request: pixel, open, click. `headers` in lower case."""
    if method.upper() not in ("GET", "POST"):
        return Judgement(Verdict.MACHINE, (f"method:{method.lower()[:10]}",))
    stated = [name for name in PREFETCH if "prefetch" in (headers or {}).get(name, "").lower()]
    if stated:
        return Judgement(Verdict.MACHINE, ("prefetch",))
    if not ua:
        return Judgement(Verdict.MACHINE, ("no_user_agent",))
    kinds = crawler(ua)
    if kinds == {"browser-automation"}:
        return Judgement(Verdict.HUMAN, ("tool:browser-automation",))
    return Judgement(Verdict.MACHINE, tuple(f"crawler:{kind}" for kind in sorted(kinds))) if kinds else HUMAN


def judge_mail(
    ua: str,
    *,
    opened: bool,
    since_delivery: float | None = None,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
) -> Judgement:
    """An open (`opened`) or a click in a mail; `since_delivery` in seconds, None when not known."""
    if opened and any(proxy in ua for proxy in IMAGE_PROXIES):
        return Judgement(Verdict.UNSURE, ("image_proxy",))
    if opened and ua.strip() == APPLE_PROXY:
        return Judgement(Verdict.UNSURE, ("privacy_proxy",))
    request = judge_request(ua, method=method, headers=headers)
    if request.verdict == Verdict.HUMAN and since_delivery is not None and 0 <= since_delivery < TOO_SOON_SECONDS:
        return Judgement(Verdict.MACHINE, ("too_soon", *request.reasons))
    return request


@lru_cache(maxsize=10_000)
def crawler(ua: str) -> frozenset[str]:
    """What the known-agents list calls this agent ({"search-engine"}, {"http-library"} …); empty for a browser."""
    if not _ANY.search(ua[:2_000]):
        return frozenset()
    kinds: set[str] = set()
    for entry, pattern in zip(CRAWLER_USER_AGENTS_DATA, _EACH, strict=True):
        if pattern.search(ua[:2_000]):
            kinds |= set(entry.get("tags") or ("crawler",))
    return frozenset(kinds)


_EACH = [re.compile(entry["pattern"]) for entry in CRAWLER_USER_AGENTS_DATA]
_ANY = re.compile("|".join(f"(?:{entry['pattern']})" for entry in CRAWLER_USER_AGENTS_DATA))
