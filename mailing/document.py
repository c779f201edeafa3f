"""The e-mail document: JSON that the editor, the API and the engine share, parsed at the door. Pure.

Raises Broken with the path of the bad part; the action turns it into the house's Refused.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from mailing.grammar import MAX_SOURCE_BYTES
from mailing.policy import Kind

TOPIC = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}\Z")
ADDRESS = re.compile(r"[^\s@<>,;:\"'\\()\[\]\x00-\x1f\x7f]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251})[A-Za-z0-9]\Z")
MAX_ADDRESS = 254
UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")  # Postgres keeps neither NUL nor half of a surrogate pair
KEYS = frozenset({"v", "name", "kind", "topic", "subject", "preheader", "from", "reply_to", "body", "text"})


class Broken(Exception):
    """`path` points at the bad part (`/body/mjml`), `reason` says what is wrong with it."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


@dataclass(frozen=True, slots=True)
class MailDocument:
    """One version of a mail. `markup` is MJML when `is_mjml`, else HTML; `text` None means generated."""

    name: str
    kind: Kind
    topic: str
    subject: str
    preheader: str
    from_name: str
    from_email: str
    reply_to: str
    markup: str
    is_mjml: bool
    text: str | None


def parse(document: object) -> MailDocument:
    """Read a `{"v": 1, …}` document. Raises Broken."""
    if not isinstance(document, Mapping):
        raise Broken("/", "expected an object")
    if unknown := sorted(set(document) - KEYS):
        raise Broken(f"/{unknown[0]}", "unknown field")
    if document.get("v", 1) != 1:
        raise Broken("/v", "expected 1")
    sender = document.get("from") or {}
    if not isinstance(sender, Mapping):
        raise Broken("/from", "expected an object")
    if unknown := sorted(set(sender) - {"name", "email"}):
        raise Broken(f"/from/{unknown[0]}", "unknown field")
    markup, is_mjml = _body(document.get("body"))
    return MailDocument(
        name=_text(document, "name", limit=200, needed=True),
        kind=_kind(document.get("kind", "marketing")),
        topic=_topic(document.get("topic", "newsletter")),
        subject=_text(document, "subject", limit=998, needed=True),
        preheader=_text(document, "preheader", limit=998),
        from_name=_text(sender, "name", limit=200, at="/from"),
        from_email=_address(sender.get("email"), "/from/email"),
        reply_to=_address(document.get("reply_to"), "/reply_to"),
        markup=markup,
        is_mjml=is_mjml,
        text=None if document.get("text") is None else _text(document, "text", limit=MAX_SOURCE_BYTES, lines=True),
    )


def _text(
    document: Mapping[str, object], key: str, *, limit: int, needed: bool = False, lines: bool = False, at: str = ""
) -> str:
    value = document.get(key)
    if value is None:
        value = ""
    if not isinstance(value, str):
        raise Broken(f"{at}/{key}", "expected text")
    if needed and not value.strip():
        raise Broken(f"{at}/{key}", "must not be empty")
    if len(value) > limit:
        raise Broken(f"{at}/{key}", f"longer than {limit} characters")
    if not lines and re.search(r"[\x00-\x1f\x7f]", value):
        raise Broken(f"{at}/{key}", "must be one line")
    return _storable(value, f"{at}/{key}")


def _storable(value: str, path: str) -> str:
    if UNSTORABLE.search(value):
        raise Broken(path, "a character that cannot be stored")
    return value


def _kind(value: object) -> Kind:
    if value not in (Kind.MARKETING, Kind.OPERATIONAL):
        raise Broken("/kind", "expected marketing or operational")
    return Kind(str(value))


def _topic(value: object) -> str:
    if not isinstance(value, str) or not TOPIC.match(value):
        raise Broken("/topic", "expected a key of small letters, digits, - and _")
    return value


def _address(value: object, path: str) -> str:
    if value in (None, ""):
        return ""
    if not isinstance(value, str) or not value.isascii() or len(value) > MAX_ADDRESS or not ADDRESS.match(value):
        raise Broken(path, "expected one e-mail address")
    return value


def _body(body: object) -> tuple[str, bool]:
    if not isinstance(body, Mapping) or len(body) != 1 or next(iter(body)) not in ("mjml", "html"):
        raise Broken("/body", 'expected {"mjml": …} or {"html": …}')
    ((form, markup),) = body.items()
    if not isinstance(markup, str) or not markup.strip():
        raise Broken(f"/body/{form}", "must not be empty")
    if len(_storable(markup, f"/body/{form}").encode()) > MAX_SOURCE_BYTES:
        raise Broken(f"/body/{form}", f"longer than {MAX_SOURCE_BYTES // 1024} KB")
    return markup, form == "mjml"
