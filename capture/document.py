"""The form document (docs/forms.md): parsed at the door, refused with the path of the bad part."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

from capture.refusals import FormRefused

Policy = Literal["fill", "overwrite"]
FIELD_KINDS = ("text", "email", "phone", "select", "checkbox", "hidden", "consent")
FIELD_LIMIT = 100
TEXT_LIMIT = 500
WORDING_LIMIT = 5_000
LEAD_TARGETS = (
    "lead.email",
    "lead.last_name",
    "lead.first_name",
    "lead.last_name_kana",
    "lead.first_name_kana",
    "lead.company",
    "lead.department",
    "lead.job_title",
    "lead.phone",
    "lead.prefecture",
)
OWN_TARGET = re.compile(r"lead\.attributes\.[a-z][a-z0-9_]{0,39}\Z")  # a field the workspace added
TARGET_ALIASES = {"company.name": "lead.company"}
LOCALES = ("ja", "en")

Text = str | Mapping[str, str]
Json = Any  # what a stranger wrote as JSON


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: Text


@dataclass(frozen=True, slots=True)
class Field:
    """One question. `maps_to` "" keeps the answer with the submission only."""

    key: str
    kind: str
    label: Text
    required: bool = False
    maps_to: str = ""
    policy: Policy = "overwrite"
    help: Text = ""
    placeholder: Text = ""
    multiline: bool = False
    choices: tuple[Choice, ...] = ()
    default: str | bool = ""


@dataclass(frozen=True, slots=True)
class ConsentLine:
    """A box to tick, never ticked beforehand. The wording shown is kept with the answer."""

    topic: str
    text: Text
    required: bool = False


@dataclass(frozen=True, slots=True)
class After:
    """What the visitor gets: exactly one is set."""

    message: Text = ""
    redirect: str = ""
    asset: str = ""


@dataclass(frozen=True, slots=True)
class FormDocument:
    """A form as it is shown and judged. `tags` are put on everybody who sends it."""

    name: Text
    fields: tuple[Field, ...]
    consents: tuple[ConsentLine, ...]
    after: After
    tags: tuple[str, ...] = ()
    min_seconds: float = 2
    submit_label: Text = ""

    def field(self, key: str) -> Field | None:
        return next((field for field in self.fields if field.key == key), None)


def say(text: Text, locale: str) -> str:
    """A localised text in `locale`, else in the first language it has."""
    if isinstance(text, str):
        return text
    return text.get(locale.partition("-")[0]) or next(iter(text.values()), "")


def parse_form(document: Json) -> FormDocument:
    """Read a form document. Raises FormRefused with the path of the first bad part."""
    top = _object(document, "", TOP_KEYS)
    if top.get("v", 1) != 1:
        raise FormRefused("choice", path="/v", choices="1")
    if top.get("double_opt_in"):
        raise FormRefused("not_yet", path="/double_opt_in", what="double_opt_in")
    fields, ticked = _fields(top.get("fields"))
    consents = (*ticked, *_each(top.get("consents", []), "/consents", _consent))
    _unique([line.topic for line in consents], "/consents")
    spam = _object(top.get("spam", {}), "/spam", {"captcha", "min_seconds"})
    if spam.get("captcha") is not None:
        raise FormRefused("not_yet", path="/spam/captcha", what="captcha")
    return FormDocument(
        name=_text(top.get("name"), "/name", needed=True),
        fields=fields,
        consents=consents,
        after=_after(top.get("after")),
        tags=_each(top.get("actions", []), "/actions", _action),
        min_seconds=_number(spam.get("min_seconds", 2), "/spam/min_seconds", 0, 60),
        submit_label=_text(top.get("submit_label", ""), "/submit_label"),
    )


TOP_KEYS = {"v", "name", "fields", "consents", "double_opt_in", "after", "actions", "spam", "submit_label"}
FIELD_KEYS = {
    "key", "type", "label", "required", "maps_to", "policy", "help", "placeholder", "multiline", "choices", "default",
    "topic", "show_when",
}  # fmt: skip
KEY = re.compile(r"[a-z][a-z0-9_]{0,49}\Z")


def _fields(items: Json) -> tuple[tuple[Field, ...], tuple[ConsentLine, ...]]:
    read = _each(items, "/fields", _field_or_consent)
    fields = tuple(item for item in read if isinstance(item, Field))
    _unique([field.key for field in fields], "/fields")
    if not any(field.kind == "email" and field.maps_to == "lead.email" for field in fields):
        raise FormRefused("no_email", path="/fields")
    return fields, tuple(item for item in read if isinstance(item, ConsentLine))


def _field_or_consent(item: Json, path: str) -> Field | ConsentLine:
    stated = _object(item, path, FIELD_KEYS)
    kind = stated.get("type")
    if kind not in FIELD_KINDS:
        raise FormRefused("unknown_kind", path=f"{path}/type", kind=str(kind)[:50])
    if "show_when" in stated:
        raise FormRefused("not_yet", path=f"{path}/show_when", what="show_when")
    if kind == "consent":
        line = {"topic": stated.get("topic", stated.get("key")), "text": stated.get("label")}
        return _consent({**line, "required": stated.get("required", False)}, path)
    return _field(stated, str(kind), path)


def _field(stated: Mapping[str, Json], kind: str, path: str) -> Field:
    return Field(
        key=_key(stated.get("key"), f"{path}/key"),
        kind=kind,
        label=_text(stated.get("label", ""), f"{path}/label", needed=kind != "hidden"),
        required=_flag(stated.get("required", False), f"{path}/required"),
        maps_to=_target(stated.get("maps_to", "lead.email" if kind == "email" else ""), f"{path}/maps_to"),
        policy=_policy(stated.get("policy"), kind, f"{path}/policy"),
        help=_text(stated.get("help", ""), f"{path}/help"),
        placeholder=_text(stated.get("placeholder", ""), f"{path}/placeholder"),
        multiline=_flag(stated.get("multiline", False), f"{path}/multiline"),
        choices=_choices(stated.get("choices", []), kind, f"{path}/choices"),
        default=_default(stated.get("default", ""), f"{path}/default"),
    )


def _consent(item: Json, path: str) -> ConsentLine:
    stated = _object(item, path, {"topic", "text", "required"})
    return ConsentLine(
        topic=_key(stated.get("topic"), f"{path}/topic"),
        text=_text(stated.get("text"), f"{path}/text", needed=True, limit=WORDING_LIMIT),
        required=_flag(stated.get("required", False), f"{path}/required"),
    )


def _after(item: Json) -> After:
    stated = _object(item, "/after", {"message", "redirect", "asset"})
    if len(stated) != 1:
        raise FormRefused("one_after", path="/after")
    if "message" in stated:
        return After(message=_text(stated["message"], "/after/message", needed=True, limit=WORDING_LIMIT))
    if "redirect" in stated:
        return After(redirect=_url(stated["redirect"], "/after/redirect"))
    return After(asset=_plain(stated["asset"], "/after/asset"))


def _action(item: Json, path: str) -> str:
    stated = _object(item, path, {"type", "tag"})
    if stated.get("type") != "add_tag":
        raise FormRefused("not_yet", path=f"{path}/type", what=str(stated.get("type"))[:50])
    return _plain(stated.get("tag"), f"{path}/tag")


def _target(value: Json, path: str) -> str:
    target = TARGET_ALIASES.get(value, value) if isinstance(value, str) else value
    if target and target not in LEAD_TARGETS and not (isinstance(target, str) and OWN_TARGET.match(target)):
        raise FormRefused("unknown_target", path=path, target=str(value)[:50])
    return str(target or "")


def _policy(value: Json, kind: str, path: str) -> Policy:
    # What a visitor typed is news; what a page filled in behind their back only completes.
    stated = value if value is not None else ("fill" if kind == "hidden" else "overwrite")
    if stated in ("append", "ask"):
        raise FormRefused("not_yet", path=path, what=stated)
    if stated not in ("fill", "overwrite"):
        raise FormRefused("choice", path=path, choices="fill, overwrite")
    return "fill" if stated == "fill" else "overwrite"


def _choices(items: Json, kind: str, path: str) -> tuple[Choice, ...]:
    choices: tuple[Choice, ...] = _each(items, path, _choice)
    if kind == "select" and not choices:
        raise FormRefused("empty", path=path)
    _unique([choice.value for choice in choices], path)
    return choices


def _choice(item: Json, path: str) -> Choice:
    if isinstance(item, str):
        return Choice(_plain(item, path), item)
    stated = _object(item, path, {"value", "label"})
    value = _plain(stated.get("value"), f"{path}/value")
    return Choice(value, _text(stated.get("label", value), f"{path}/label", needed=True))


def _default(value: Json, path: str) -> str | bool:
    if isinstance(value, bool):
        return value
    return _plain(value, path) if value else ""


def _each(items: Json, path: str, read: Callable[[Json, str], Any]) -> tuple[Any, ...]:
    if not isinstance(items, list):
        raise FormRefused("shape" if items is not None else "missing", path=path, expected="[…]")
    if len(items) > FIELD_LIMIT:
        raise FormRefused("too_many", path=path, limit=FIELD_LIMIT)
    return tuple(read(item, f"{path}/{index}") for index, item in enumerate(items))


def _object(item: Json, path: str, keys: set[str]) -> dict[str, Json]:
    if not isinstance(item, dict):
        raise FormRefused("shape" if item is not None else "missing", path=path, expected="{…}")
    for key in item:
        if key not in keys:
            raise FormRefused("unknown_key", path=f"{path}/{str(key)[:50]}", key=str(key)[:50])
    return item


def _unique(keys: Sequence[str], path: str) -> None:
    seen: set[str] = set()
    for index, key in enumerate(keys):
        if key in seen:
            raise FormRefused("twice", path=f"{path}/{index}", key=key)
        seen.add(key)


def _text(value: Json, path: str, *, needed: bool = False, limit: int = TEXT_LIMIT) -> Text:
    if isinstance(value, dict):
        stated = _object(value, path, set(LOCALES))
        return {locale: _plain(text, f"{path}/{locale}", limit=limit) for locale, text in stated.items()}
    if value is None and needed:
        raise FormRefused("missing", path=path)
    return _plain(value, path, limit=limit) if needed or value else ""


def _plain(value: Json, path: str, *, limit: int = TEXT_LIMIT) -> str:
    if not isinstance(value, str):
        raise FormRefused("shape", path=path, expected="text")
    clean = value.replace("\x00", "").strip()
    if not clean:
        raise FormRefused("empty", path=path)
    if len(clean) > limit:
        raise FormRefused("too_long", path=path, limit=limit)
    return clean


def _key(value: Json, path: str) -> str:
    if not isinstance(value, str) or not KEY.match(value):
        raise FormRefused("key", path=path)
    return value


def _flag(value: Json, path: str) -> bool:
    if not isinstance(value, bool):
        raise FormRefused("shape", path=path, expected="true / false")
    return value


def _number(value: Json, path: str, low: int, high: int) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise FormRefused("range", path=path, low=low, high=high)
    return value


def _url(value: Json, path: str) -> str:
    text = _plain(value, path, limit=2_000)
    try:
        parts = urlsplit(text)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("https", "http") or not parts.hostname or any(char.isspace() for char in text):
        raise FormRefused("url", path=path)
    return text
