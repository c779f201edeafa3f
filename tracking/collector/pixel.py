"""The pixel `/t.gif?k=KEY&u=URL&r=REFERRER&e=NAME` as a line: a view, or a web event, of a page without script."""

from __future__ import annotations

import re
from datetime import datetime

from tracking import verdict
from tracking.catalogue import BY_WIRE, WEB, Event
from tracking.collector import limits
from tracking.collector.lines import Line
from tracking.collector.messages import AGENT, capped, message_id
from tracking.collector.request import PREFETCH, VISITOR_COOKIE, Request, asked, cookie, is_prefetch, refuses_tracking
from tracking.facts import HIT
from tracking.sources import page_key, visit_source

VISITOR = re.compile(r"[A-Za-z0-9_-]{16,64}")


def visitor_in_cookie(request: Request) -> str:
    """The browser's id as our cookie has it; "" for none, and for a browser that refuses to be known."""
    held = cookie(request, VISITOR_COOKIE)
    return held if held and VISITOR.fullmatch(held) and not refuses_tracking(request) else ""


def pixel_line(request: Request, now: datetime) -> Line:
    """A pixel's own time is now; its page is `u`, else the page that shows it. Only machines ask with HEAD: no id."""
    url, referrer, stated = (asked(request, name) for name in ("u", "r", "e"))
    line = Line(message_id(""), 0, now, now)
    line.visitor = "" if request.method == "HEAD" else visitor_in_cookie(request)
    line.ip = request.ip if line.visitor else ""
    _judge(line, request)
    _name(line, stated)
    url = url or request.headers.get("referer", "")
    place = page_key(url)
    if place:
        line.kind, line.key = "page", capped(place[0])
        line.host, line.path = place[1][:255], place[2][:2000]
    if line.name == Event.PAGE_VIEWED:
        line.source = visit_source(url, referrer)
    line.props = {"pixel": True, HIT: _kept(line, request)}
    return line


def _kept(line: Line, request: Request) -> dict[str, object]:
    """To be judged again by; of somebody without an id only the neighbourhood of the address is kept."""
    ip = line.ip or verdict.network_of(request.ip).partition("/")[0]
    return verdict.Hit(ua=line.agent, ip=ip, method=request.method, prefetch=is_prefetch(request)).as_json()


def _judge(line: Line, request: Request) -> None:
    line.agent = request.headers.get("user-agent", "")[:AGENT]
    signs = {name: request.headers.get(name, "") for name in PREFETCH}
    judged = verdict.judge_request(line.agent, method=request.method, headers=signs)
    line.verdict, line.reasons, line.rule_version = int(judged.verdict), judged.reasons, verdict.RULE_VERSION


def _name(line: Line, stated: str) -> None:
    event = BY_WIRE.get(stated) if stated else Event.PAGE_VIEWED
    if event is not None and event.stated_by == WEB:
        line.name = int(event)
    else:
        line.custom = (f"track:{stated}" if event else stated)[: limits.NAME]
