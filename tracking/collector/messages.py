"""One Segment message → one Line, or a Refusal that names the field. Pure; `now` and trust are given."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import blake2b
from typing import Any
from uuid import UUID

import uuid_utils

from tracking import verdict
from tracking.catalogue import API, BY_WIRE, WEB, Event
from tracking.collector import limits
from tracking.collector.address import address_in
from tracking.collector.lines import VOUCHED, Line, json_text
from tracking.collector.refusal import Refusal
from tracking.collector.shape import Json, object_at, text_at
from tracking.facts import HIT
from tracking.identity import ACCOUNT, CLAIMED
from tracking.sources import REMEMBERED, SHORT, page_key, visit_source

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
PAGES = ("page", "screen")
UNTOLD_KEYS = ("path", "title", HIT)  # told by the subject already; and what only we may say
ADDRESS_KEYS = ("url", "referrer")  # kept beside the subject: it knows no query
CAMPAIGN_KEYS = ("name", "source", "medium", "term", "content")
AGENT = 300  # characters of a user agent
TIMED = re.compile("([0-9a-f]{8}-[0-9a-f]{4})-7")  # UUID version 7: its first 48 bits are a time


@dataclass(slots=True)
class Arrival:
    """What is the same for every message of a request. `sent_at` None: the sender did not say."""

    now: datetime
    trusted: bool
    ua: str
    ip: str = ""
    sent_at: datetime | None = None


@dataclass(slots=True)
class Message:
    """A message with its parts looked up once. `path` names it in a refusal."""

    kind: str
    body: Json
    context: Json
    properties: Json
    path: str


def line_of(kind: str, body: Json, path: str, arrival: Arrival) -> Line:
    """Raises Refusal(400) for an unknown type, a missing name or a field of the wrong kind."""
    writer = WRITERS.get(kind)
    if writer is None:
        raise Refusal(400, "one_of", path=f"{path}.type", choices=", ".join(WRITERS))
    holder = "traits" if kind in ("identify", "group") else "properties"
    context = object_at(body, "context", path)
    message = Message(kind, body, context, object_at(body, holder, path), path)
    line = Line(message_id(text_at(body, "messageId", path)), 0, arrival.now, arrival.now)
    line.visitor = visitor_key(body, path, trusted=arrival.trusted)
    _say_who(line, context, arrival, path)
    if "timestamp" in body or "originalTimestamp" in body:
        line.occurred_at, clamped = occurred_at(body, arrival, path)
        if clamped:
            line.reasons = (*line.reasons, "time_clamped")
    writer(line, message, arrival)
    return line


def _say_who(line: Line, context: Json, arrival: Arrival, path: str) -> None:
    """Agent, its verdict, language, address and the sender's own session."""
    ua = arrival.ua
    if "userAgent" in context:
        ua = text_at(context, "userAgent", f"{path}.context") or ua
    line.agent = ua = ua[:AGENT]
    line.verdict, line.reasons = _judged(ua, arrival.trusted)
    line.rule_version = verdict.RULE_VERSION
    line.ip = _own_address(context, arrival)
    if "locale" in context:
        line.language = text_at(context, "locale", f"{path}.context")[:35]
    if "sessionId" in context:
        session = text_at(context, "sessionId", f"{path}.context")
        line.session = message_id(session) if session else None


@lru_cache(maxsize=8_192)
def _judged(ua: str, trusted: bool) -> tuple[int, tuple[str, ...]]:
    judged = verdict.judge_post(ua, trusted=trusted)
    return int(judged.verdict), judged.reasons


def _own_address(context: Json, arrival: Arrival) -> str:
    """The visitor's address: the one a trusted server states (Segment's `context.ip`), else the request's own.

    None is kept of a view that is only counted.
    """
    if context.get("consent") == "none":
        return ""
    if not arrival.trusted:
        return arrival.ip
    stated = context.get("ip")
    return address_in(stated) if isinstance(stated, str) else ""


def message_id(stated: str) -> str:
    """The id that decides duplicates: the same text always gives the same id; none gives a new one.

    A version 7 UUID keeps the time it begins with, so that the log's index of ids grows at its end (ADR 22).
    """
    if not stated:
        return str(uuid_utils.uuid7())
    name = blake2b(stated.encode("utf-8", "replace"), digest_size=16).hexdigest()
    timed = TIMED.match(stated) if len(stated) == 36 else None
    begins = timed[1] if timed else f"{name[:8]}-{name[8:12]}"
    return f"{begins}-{name[12:16]}-{name[16:20]}-{name[20:]}"


def message_uuid(stated: str) -> UUID:
    """The same as a UUID."""
    return UUID(message_id(stated))


def visitor_key(body: Json, path: str, *, trusted: bool) -> str:
    """The browser's id, else `user:<userId>`, else "" for a view that is only counted.

    Only a secret key speaks for an account: without one it is `claimed:<userId>`, which is never a known person's.
    """
    anonymous = text_at(body, "anonymousId", path).strip()
    if not anonymous:
        user = text_at(body, "userId", path).strip()
        anonymous = f"{ACCOUNT}{user}" if user else ""
    return _key_of(anonymous, trusted=trusted)


def _key_of(stated: str, *, trusted: bool) -> str:
    """The key a sender may speak for. A long one is hashed, and stays an account's or a claimed one's."""
    if stated.startswith((ACCOUNT, CLAIMED)) and not trusted:
        stated = CLAIMED + stated.partition(":")[2]
    if len(stated) <= limits.ID:
        return stated
    head = next((head for head in (ACCOUNT, CLAIMED) if stated.startswith(head)), "")
    return head + blake2b(stated.encode("utf-8", "replace"), digest_size=16).hexdigest()


def occurred_at(body: Json, arrival: Arrival, path: str) -> tuple[datetime, bool]:
    """When it happened by our clock, and whether the sender's time was too far off to be believed."""
    stated = moment(body, "timestamp", path) or moment(body, "originalTimestamp", path)
    if stated is None:
        return arrival.now, False
    sent = arrival.sent_at or moment(body, "sentAt", path)
    try:
        corrected = arrival.now - (sent - stated) if sent else stated
    except OverflowError:
        corrected = EPOCH
    oldest = EPOCH if arrival.trusted else arrival.now - limits.OLDEST
    believed = min(max(corrected, oldest), arrival.now + limits.AHEAD)
    return believed, believed != corrected


def moment(holder: Json, name: str, path: str) -> datetime | None:
    """An RFC 3339 time under `name`, without an offset taken as UTC."""
    value = holder.get(name)
    if value is None:
        return None
    try:
        found = datetime.fromisoformat(value.strip())
        if found.tzinfo is UTC:
            return found
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, TypeError, AttributeError, OverflowError):
        raise Refusal(400, "not_time", path=f"{path}.{name}") from None


def _page(line: Line, message: Message, arrival: Arrival) -> None:
    line.name = Event.PAGE_VIEWED
    page = object_at(message.context, "page", f"{message.path}.context")
    _place(line, message, page)
    address = _text_of(message.properties, page, "url")
    campaign = message.context.get("campaign")
    line.source = _source(
        address, _text_of(message.properties, page, "referrer"), campaign if type(campaign) is dict else None
    )
    if not line.subject_name:
        line.subject_name = text_at(message.body, "name", message.path)[:500]
    line.props = _web_props(message, page)
    if not line.visitor:
        _keep_hit(line, message.context, arrival)


def _keep_hit(line: Line, context: Json, arrival: Arrival) -> None:
    """Of a view that is only counted: the agent and the neighbourhood of the address, to be judged again by."""
    if (not line.agent and arrival.trusted) or line.occurred_at < arrival.now - limits.OLDEST:
        return  # a server's word, of which nothing can be judged, or of a time from which nothing like it is kept
    stated = context.get("ip") if arrival.trusted else arrival.ip
    place = verdict.network_of(stated).partition("/")[0] if isinstance(stated, str) else ""
    line.props[HIT] = verdict.Hit(ua=line.agent, ip=place, method="POST", posted=True).as_json()


def _screen(line: Line, message: Message, arrival: Arrival) -> None:
    """An app's screen is a page like any other, `app:<namespace>/<name>`: no site's address, of no host."""
    _page(line, message, arrival)
    named = (text_at(message.body, "name", message.path) or _text_of(message.properties, {}, "name")).strip()
    if line.kind or not named:
        return
    where = f"{message.path}.context.app"
    app = object_at(message.context, "app", f"{message.path}.context")
    address = "app:" + "/".join(filter(None, (text_at(app, "namespace", where) or text_at(app, "name", where), named)))
    line.kind, line.key, line.path = "page", capped(address), address[:2000]
    line.subject_name = line.subject_name or named[:500]


def _track(line: Line, message: Message, arrival: Arrival) -> None:
    stated = text_at(message.body, "event", message.path).strip()
    if not stated:
        raise Refusal(400, "missing", path=f"{message.path}.event")
    event = BY_WIRE.get(stated)
    page = object_at(message.context, "page", f"{message.path}.context")
    line.props = _web_props(message, page)
    if event is None or not (event.stated_by == WEB or (event.stated_by == API and arrival.trusted)):
        # A stranger cannot state the product's own judgements: the name stays, marked as theirs.
        line.custom = (f"track:{stated}" if event else stated)[: limits.NAME + 6]
        line.kind = VOUCHED if arrival.trusted else ""
        return
    line.name = int(event)
    if event.subject_kind == "page":
        _place(line, message, page)
    elif event.subject_kind:
        _object(line, event.subject_kind, message.properties)
    if event is Event.PAGE_VIEWED:
        _page(line, message, arrival)
    elif event is Event.PAGE_LEFT:
        _left(line, message)


def _left(line: Line, message: Message) -> None:
    line.duration = _number(message.properties.get("visible_ms"), most=limits.VISIBLE_MS)
    view = text_at(message.properties, "view", f"{message.path}.properties")
    line.props = {"scroll": _number(message.properties.get("scroll"), most=100)}
    if view:
        line.props["view"] = message_id(view)  # the id of the page view's own event


def _identify(line: Line, message: Message, arrival: Arrival) -> None:
    line.name = Event.IDENTIFIED
    line.props = {**_stated(message, arrival), "visitor": line.visitor}


def _stated(message: Message, arrival: Arrival) -> dict[str, Any]:
    """Whom a message speaks of, what it says, and what speaks for it."""
    return {
        "user_id": text_at(message.body, "userId", message.path),
        "traits": message.properties,
        "trusted": arrival.trusted,
        "user_hash": text_at(message.context, "userHash", f"{message.path}.context"),
    }


def _alias(line: Line, message: Message, arrival: Arrival) -> None:
    previous = text_at(message.body, "previousId", message.path).strip()
    if not previous:
        raise Refusal(400, "missing", path=f"{message.path}.previousId")
    if not text_at(message.body, "anonymousId", message.path).strip():
        line.visitor = _key_of(previous, trusted=arrival.trusted)
    _identify(line, message, arrival)


def _group(line: Line, message: Message, arrival: Arrival) -> None:
    group = text_at(message.body, "groupId", message.path)
    if not group:
        raise Refusal(400, "missing", path=f"{message.path}.groupId")
    line.name = Event.GROUPED
    line.props = {**_stated(message, arrival), "group_id": group}


WRITERS: dict[str, Callable[[Line, Message, Arrival], None]] = {
    "page": _page,
    "screen": _screen,
    "track": _track,
    "identify": _identify,
    "group": _group,
    "alias": _alias,
}


def _place(line: Line, message: Message, page: Json) -> None:
    """The page as subject, when the address is one. A query may hold what is one visitor's own: only events keep it."""
    address = _text_of(message.properties, page, "url")
    found = page_key(address) if address else None
    if found is None:
        return
    line.kind, line.key, line.host, line.path = "page", capped(found[0]), found[1][:255], found[2][:2000]
    line.subject_name = _text_of(message.properties, page, "title")[:500]


def _object(line: Line, kind: str, properties: Json) -> None:
    """A link, file or form as subject: its address without query, or the id the sender gives it."""
    address = _text_of(properties, {}, "href") or _text_of(properties, {}, "url")
    found = page_key(address) if address else None
    plain = found[0] if found else address
    key = _text_of(properties, {}, kind) or plain
    if not key:
        return
    line.kind, line.key, line.url = kind, capped(key), "" if key == plain else plain[:2000]
    line.host, line.path = (found[1][:255], found[2][:2000]) if found else ("", "")
    line.subject_name = (_text_of(properties, {}, "name") or _text_of(properties, {}, "text"))[:500]


def capped(key: str) -> str:
    """A dictionary key the index can hold: past 2,000 bytes its head and a hash of the whole."""
    if len(key) <= 500:  # at most four bytes each
        return key
    whole = key.encode("utf-8", "replace")
    if len(whole) <= 2000:
        return key
    return f"{whole[:1966].decode('utf-8', 'ignore')}#{blake2b(whole, digest_size=16).hexdigest()}"


def _source(url: str, referrer: str, campaign: Json | None) -> str | None:
    stated = tuple(map(campaign.get, CAMPAIGN_KEYS)) if campaign else ()
    if all(value is None or type(value) is str for value in stated):
        length = len(url) + len(referrer) + sum(len(value) for value in stated if value)
        if length <= SHORT:
            return _remembered_source(url, referrer, stated)
    return _source_of(url, referrer, stated)


@lru_cache(maxsize=REMEMBERED)
def _remembered_source(url: str, referrer: str, campaign: tuple[str | None, ...]) -> str | None:
    return _source_of(url, referrer, campaign)


def _source_of(url: str, referrer: str, campaign: tuple[Any, ...]) -> str | None:  # Any: whatever the sender stated
    found = visit_source(url, referrer, dict(zip(CAMPAIGN_KEYS, campaign, strict=False)))
    return None if found is None else json_text(found)


def _web_props(message: Message, page: Json) -> dict[str, Any]:
    stated, context = message.properties, message.context
    props = {key: value for key, value in stated.items() if key not in UNTOLD_KEYS} if stated else {}
    for name in ADDRESS_KEYS:
        if name not in props and type(held := page.get(name)) is str and held:
            props[name] = held
    if message.kind in PAGES and type(url := props.get("url")) is str and "?" not in url:
        del props["url"]
    if type(token := context.get("clickToken")) is str:
        props["click_token"] = token
    if message.kind in PAGES and context.get("consent") == "measure":
        props["consent"] = "measure"  # and not to personalise
    if type(replaced := context.get("replaces")) is str and replaced:
        props["replaces"] = message_id(replaced)  # the id of the counted view's own event
    return props


def _text_of(first: Json, second: Json, name: str) -> str:
    value = first.get(name) or second.get(name)
    return value if type(value) is str else ""


def _number(value: object, *, most: int) -> int:
    return int(min(max(value, 0), most)) if isinstance(value, int | float) else 0
