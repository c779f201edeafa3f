"""One request by itself: the first impression, made at the door.

A program that states facts with a workspace's key (an SDK on a server, an HTTP library, a driven browser) is not a
crawler: on the API its facts count; on mail links and pixels HTTP libraries do not (ADR 8).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tracking.verdict.agents import TOOLS, crawler
from tracking.verdict.judging import HUMAN, Judgement, machine, unsure

PREFETCH = ("purpose", "sec-purpose", "x-purpose", "x-moz")
AHEAD = ("prefetch", "prerender", "preview")
APPLE_PROXY = "Mozilla/5.0"  # Apple's Mail Privacy Protection sends exactly this and nothing more
IMAGE_PROXIES = ("GoogleImageProxy", "ggpht.com", "YahooMailProxy")
TOO_SOON_SECONDS = 2.0  # gateways open and click within a moment of delivery


@dataclass(frozen=True, slots=True)
class Hit:
    """A bare request, as it is kept beside its event in `props.hit`. `since_delivery` in seconds, None: not known.

    `hidden`: it followed the link that no person can see. `posted`: the tag told it, by the API's door; it has no id.
    """

    ua: str = ""
    ip: str = ""
    method: str = "GET"
    prefetch: bool = False
    since_delivery: float | None = None
    hidden: bool = False
    posted: bool = False

    def as_json(self) -> dict[str, Any]:
        """What is kept; parts that say nothing are left out."""
        kept: dict[str, Any] = {"ua": self.ua[:300], "ip": self.ip, "method": self.method[:10]}
        if self.prefetch:
            kept["prefetch"] = True
        if self.since_delivery is not None:
            kept["since_delivery"] = round(self.since_delivery, 1)
        if self.hidden:
            kept["hidden"] = True
        if self.posted:
            kept["posted"] = True
        return kept


def hit_of(kept: Mapping[str, Any]) -> Hit:
    """Read back what `as_json` kept."""
    since = kept.get("since_delivery")
    return Hit(
        ua=str(kept.get("ua") or ""),
        ip=str(kept.get("ip") or ""),
        method=str(kept.get("method") or "GET"),
        prefetch=bool(kept.get("prefetch")),
        since_delivery=float(since) if isinstance(since, int | float) else None,
        hidden=bool(kept.get("hidden")),
        posted=bool(kept.get("posted")),
    )


def is_prefetch(headers: Mapping[str, str]) -> bool:
    """The browser says that nobody has asked for this yet. `headers` in lower case."""
    return any(word in headers.get(name, "").lower() for name in PREFETCH for word in AHEAD)


def judge_post(ua: str, *, trusted: bool = False) -> Judgement:
    """A fact posted to the API with a workspace's key. `trusted`: with a secret one."""
    if not ua:
        return HUMAN if trusted else machine("no_user_agent")
    kinds = crawler(ua)
    if not kinds:
        return HUMAN
    if kinds & TOOLS:
        return Judgement(HUMAN.verdict, tuple(f"tool:{kind}" for kind in sorted(kinds & TOOLS)))
    return machine(*(f"crawler:{kind}" for kind in sorted(kinds)))


def judge_request(ua: str, *, method: str = "GET", headers: Mapping[str, str] | None = None) -> Judgement:
    """A bare request: pixel, open, click. `headers` in lower case."""
    return judge_hit(Hit(ua=ua, method=method, prefetch=is_prefetch(headers or {})))


def judge_hit(hit: Hit) -> Judgement:
    """A bare request by what it says of itself."""
    if hit.hidden:
        return machine("hidden_link")
    if hit.method.upper() not in ("GET", "POST"):
        return machine(f"method:{hit.method.lower()[:10]}")
    if hit.prefetch:
        return machine("prefetch")
    if not hit.ua:
        return machine("no_user_agent")
    kinds = crawler(hit.ua)
    if kinds == {"browser-automation"}:
        return Judgement(HUMAN.verdict, ("tool:browser-automation",))
    return machine(*(f"crawler:{kind}" for kind in sorted(kinds))) if kinds else HUMAN


def judge_mail(hit: Hit, *, opened: bool) -> Judgement:
    """An open (`opened`) or a click in a mail."""
    if opened and any(proxy in hit.ua for proxy in IMAGE_PROXIES):
        return unsure("image_proxy")
    if opened and hit.ua.strip() == APPLE_PROXY:
        return unsure("privacy_proxy")
    request = judge_hit(hit)
    since = hit.since_delivery
    if request.verdict == HUMAN.verdict and since is not None and 0 <= since < TOO_SOON_SECONDS:
        return machine("too_soon", *request.reasons)
    return request
