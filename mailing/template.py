"""The sandbox customers' mail templates run in. Pure: source and plain values in, text out.

Values are plain dicts, lists, strings, numbers and dates; data is never compiled. A template is compiled once per
version and its output is counted while it streams.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import Any
from urllib.parse import quote

from jinja2 import ChainableUndefined, Template, TemplateError, nodes, pass_context
from jinja2.runtime import Context, LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment

from mailing import grammar

MAX_OUTPUT_BYTES = 512 * 1024
MAX_LOOP_ITEMS = 200
MAX_VALUE = 64_000
COUNTED_TOGETHER = 256  # pieces; each is MAX_VALUE characters at most, or a part of the source
LOOP_FACTS = frozenset({"index", "index0", "first", "last", "length"})
# A width in a pattern (`%9999999Y`) would make the C library build it.
DATE_PATTERN = re.compile(r"(?:[^%]|%[YmdHMSBbAaypj%]){0,64}\Z")
# Comments would collide with `{#id …}` in style sheets, so their delimiters are ones nobody writes.
NEVER = {"comment_start_string": "{##", "comment_end_string": "##}"}


class RenderFailed(Exception):
    """The template and this person's values do not go together (a text compared with a number); nothing is used."""


class OutputTooLarge(RenderFailed):
    """A rendered part grew over 512 KB; nothing of it is used."""


class PlainEnvironment(ImmutableSandboxedEnvironment):
    """Attributes are keys of dicts and nothing else: no method of any object is in reach."""

    def __init__(self, *, autoescape: bool) -> None:
        super().__init__(autoescape=autoescape, undefined=ChainableUndefined, cache_size=0, **NEVER)
        self.globals.clear()
        self.tests.clear()
        self.filters = {**FILTERS, "_track": _track}
        self.finalize = _none_as_empty  # None prints nothing, never the word "None"

    def getattr(self, obj: Any, attribute: str) -> Any:
        """A dict's value, a fact of the loop, or undefined."""
        if type(obj) is dict:
            return obj[attribute] if attribute in obj else self.undefined(name=attribute)
        if type(obj) is LoopContext and attribute in LOOP_FACTS:
            return getattr(obj, attribute)
        return self.undefined(name=attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """The same: there is no other way in."""
        return self.getattr(obj, str(argument))

    def call(self, *_args: Any, **_kwargs: Any) -> Any:
        """Nothing is ever called from a template; the grammar refuses it long before."""
        raise grammar.TemplateRefused(1, "a call")


@dataclass(frozen=True, slots=True)
class Compiled:
    """One compiled part and what it needs: `required` paths must not be empty for the mail to leave."""

    template: Template
    required: frozenset[str]
    mentioned: frozenset[str]


def parse(source: str) -> nodes.Template:
    """Check a customer's source. Raises grammar.TemplateRefused."""
    return grammar.parse(TEXT, source)


def compile_part(source: str, *, html: bool) -> Compiled:
    """Check and compile what a customer wrote. Raises grammar.TemplateRefused."""
    environment = HTML if html else TEXT
    tree = grammar.parse(environment, source)
    return Compiled(environment.from_string(source), grammar.required_paths(tree), grammar.printed_paths(tree))


def render(template: Template, values: Mapping[str, Any]) -> str:
    """The text of one recipient. Raises RenderFailed, and OutputTooLarge as soon as it is."""
    try:
        return _rendered(template, values)
    except (TypeError, ValueError, ArithmeticError, LookupError, TemplateError) as error:
        raise RenderFailed(str(error)) from error


def _rendered(template: Template, values: Mapping[str, Any]) -> str:
    stream = template.root_render_func(template.new_context(dict(values)))
    texts: list[str] = []
    size = 0
    while pieces := list(islice(stream, COUNTED_TOGETHER)):
        texts.append("".join(pieces))
        size += len(texts[-1])
        if size > MAX_OUTPUT_BYTES:
            raise OutputTooLarge
    text = texts[0] if len(texts) == 1 else "".join(texts)
    if size * 4 > MAX_OUTPUT_BYTES and len(text.encode()) > MAX_OUTPUT_BYTES:
        raise OutputTooLarge
    return text


def is_empty(values: Mapping[str, Any], path: str) -> bool:
    """Whether the merge field at `path` has nothing to print."""
    value: Any = values
    for key in path.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return value is None or value == ""


def plain(value: Any) -> Any:
    """Make a value safe to hand to a template: dicts and lists are copied and cut, anything odd becomes its text."""
    if value is None or isinstance(value, str | int | float | Decimal | date):
        return value if type(value) is not str or len(value) <= MAX_VALUE else value[:MAX_VALUE]
    if isinstance(value, Mapping):
        return {
            str(key): item if type(item) is str and len(item) <= MAX_VALUE else plain(item)
            for key, item in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in list(value)[:MAX_LOOP_ITEMS]]
    return str(value)


def _default(value: Any, fallback: Any = "") -> Any:
    return fallback if value is None or value == "" or isinstance(value, ChainableUndefined) else value


def _text(value: Any) -> str:
    return "" if value is None or isinstance(value, ChainableUndefined) else str(value)


def _upper(value: Any) -> str:
    return _text(value).upper()


def _lower(value: Any) -> str:
    return _text(value).lower()


def _trim(value: Any) -> str:
    return _text(value).strip()


def _capitalize(value: Any) -> str:
    return _text(value).capitalize()


def _truncate(value: Any, length: int = 80) -> str:
    text = _text(value)
    return text if len(text) <= int(length) else text[: max(0, int(length) - 1)] + "…"


def _items(value: Any) -> Iterator[Any]:
    return iter(value[:MAX_LOOP_ITEMS] if isinstance(value, list) else [])


def _join(value: Any, glue: str = ", ") -> str:
    return glue.join(_text(item) for item in _items(value))


def _first(value: Any) -> Any:
    return next(_items(value), "")


def _last(value: Any) -> Any:
    return value[-1] if isinstance(value, list) and value else ""


def _length(value: Any) -> int:
    return len(value) if isinstance(value, list | str | dict) else 0


def _date(value: Any, pattern: str = "%Y年%m月%d日") -> str:
    if not isinstance(value, date) or not DATE_PATTERN.match(pattern):
        return _text(value)
    return value.strftime(pattern)


def _number(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int | float | Decimal) and not isinstance(value, bool) else _text(value)


def _urlencode(value: Any) -> str:
    return quote(_text(value), safe="")


def _none_as_empty(value: Any) -> Any:
    return "" if value is None else value


@pass_context
def _track(context: Context, url: str) -> str:
    """Our own filter around an address with variables in it; customers cannot name it."""
    signed: str = context["_sign"](url)
    return signed


FILTERS = {
    "default": _default,
    "d": _default,
    "upper": _upper,
    "lower": _lower,
    "trim": _trim,
    "capitalize": _capitalize,
    "truncate": _truncate,
    "join": _join,
    "first": _first,
    "last": _last,
    "length": _length,
    "date": _date,
    "number": _number,
    "urlencode": _urlencode,
}


HTML = PlainEnvironment(autoescape=True)
TEXT = PlainEnvironment(autoescape=False)
