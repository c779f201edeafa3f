"""Template code inside markup: lifted out before MJML and CSS tools touch the markup, put back afterwards. Pure.

The tools would escape, move or drop `{{ … }}`, and an entity such as `&#123;&#123;` would come out of them as fresh
template code nobody checked. So every piece becomes an opaque mark first, whatever looks like template code after the
tools have run is defused, and only then are the marks put back, each in the manner its place asks for.
"""

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256

from mailing import template
from mailing.grammar import TemplateRefused

MAX_NESTING = 500
# No bare `<` inside a tag: with it the search would be quadratic in a hostile source.
TAG = re.compile(r"<(/?)([a-zA-Z][^\s/<>]*)((?:[^<>\"']|\"[^\"]*\"|'[^']*')*)>")
ATTRIBUTE = re.compile(r"([^\s=\"'/]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
RAW_TEXT = re.compile(r"<style\b[^>]*>.*?</style>|<!--.*?-->", re.DOTALL | re.IGNORECASE)
LOOKS_LIKE_CODE = re.compile(r"\{(?=[{%]|##)")
FORBIDDEN_TAGS = frozenset(
    {"script", "iframe", "frame", "object", "embed", "applet", "base", "form", "svg", "math", "mj-include"}
)
VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"]
)
URL_ATTRIBUTES = frozenset({"href", "src", "background", "background-url", "action-url"})
TEXT_ATTRIBUTES = frozenset({"alt", "title", "aria-label", "content"})


@dataclass(frozen=True, slots=True)
class Piece:
    """One `{{ … }}` (code = what is inside) or `{% … %}` (code = "")."""

    raw: str
    code: str
    line: int


@dataclass(slots=True)
class Lifted:
    """Markup with marks, and what each mark stands for."""

    text: str
    stem: str
    pieces: dict[str, Piece] = field(default_factory=dict)

    @property
    def mark(self) -> re.Pattern[str]:
        """Finds marks of pieces."""
        return re.compile(self.stem + r"p\d{4}z")

    def line_of(self, text: str) -> int:
        """The source line of the first mark inside `text`, or 1."""
        found = self.mark.search(text)
        return self.pieces[found.group()].line if found else 1


def lift(source: str) -> Lifted:
    """Take template code out. Raises TemplateRefused for `{% raw %}` and syntax errors (the grammar sees the rest)."""
    template.parse(source)
    lifted = Lifted("", "jx" + sha256(source.encode()).hexdigest()[:12])
    out: list[str] = []
    for raw, line in _split(source):
        if not raw.startswith(("{{", "{%")):
            out.append(raw)
            continue
        mark = f"{lifted.stem}p{len(lifted.pieces):04d}z"
        code = raw[2:-2].strip("-+ \t\r\n") if raw.startswith("{{") else ""
        lifted.pieces[mark] = Piece(raw, code, line)
        out.append(mark)
    lifted.text = "".join(out)
    return lifted


def hide_statements(lifted: Lifted) -> str:
    """The marked text with `{% … %}` marks as comments, which no tool moves."""
    text = lifted.text
    return lifted.mark.sub(lambda m: m.group() if lifted.pieces[m.group()].code else f"<!--{m.group()}-->", text)


def show_statements(lifted: Lifted, markup: str) -> str:
    """Undo `hide_statements` after the tools have run."""
    return re.sub(f"<!--({lifted.mark.pattern})-->", r"\1", markup)


def check_markup(lifted: Lifted, markup: str) -> None:
    """Refuse what a mail may not hold, and template code where it cannot be made safe. Raises TemplateRefused."""
    _check_nesting(markup)
    behind = lifted.mark.search(markup, body_end(markup))
    if behind:  # what we add at the end of the body would stand inside it
        raise TemplateRefused(lifted.pieces[behind.group()].line, "a statement around the end of the body")
    for block in RAW_TEXT.finditer(markup):
        if lifted.mark.search(block.group()) and not re.fullmatch(f"<!--{lifted.mark.pattern}-->", block.group()):
            raise TemplateRefused(lifted.line_of(block.group()), "a variable inside a style sheet or comment")
    for tag in TAG.finditer(markup):
        if tag.group(2).lower() in FORBIDDEN_TAGS:
            raise TemplateRefused(_line(markup, tag.start()), f"the element <{tag.group(2).lower()}>")
        _check_tag(lifted, tag)


def defuse(lifted: Lifted, markup: str) -> str:
    """Make braces that came out of the tools plain text; a brace glued to a mark too."""
    glued = re.compile(r"\{(?=" + lifted.mark.pattern + ")")
    return glued.sub("&#123;", LOOKS_LIKE_CODE.sub("&#123;", markup))


def restore(lifted: Lifted, text: str) -> str:
    """Put the code back as it was written."""
    return lifted.mark.sub(lambda m: lifted.pieces[m.group()].raw, text)


def rewrite_urls(lifted: Lifted, markup: str, on_link: Callable[[str], str]) -> str:
    """Pass each address in an `<a>` or `<area>` to `on_link`, and URL-encode variables in addresses of pictures."""

    def one(tag: re.Match[str]) -> str:
        is_link = tag.group(2).lower() in ("a", "area")
        return ATTRIBUTE.sub(lambda found: _attribute(lifted, found, on_link if is_link else None), tag.group())

    return TAG.sub(one, markup)


def url_parts(lifted: Lifted, url: str) -> list[tuple[str, str]]:
    """An address as ("text", …) and ("code", …) parts in order."""
    parts: list[tuple[str, str]] = []
    position = 0
    for found in lifted.mark.finditer(url):
        parts.append(("text", url[position : found.start()]))
        parts.append(("code", lifted.pieces[found.group()].code))
        position = found.end()
    return [part for part in (*parts, ("text", url[position:])) if part[1]]


def _attribute(lifted: Lifted, found: re.Match[str], on_link: Callable[[str], str] | None) -> str:
    name, value = found.group(1).lower(), found.group(2) or found.group(3) or ""
    if name not in URL_ATTRIBUTES:
        return found.group()
    if name == "href" and on_link is not None:
        return f'{name}="{on_link(html.unescape(value).strip())}"'
    encoded = lifted.mark.sub(lambda m: "{{ (" + lifted.pieces[m.group()].code + ")|urlencode }}", value)
    return f'{name}="{encoded}"'


def _check_tag(lifted: Lifted, tag: re.Match[str]) -> None:
    inside = tag.group(3)
    for found in ATTRIBUTE.finditer(inside):
        _check_attribute(
            lifted, found.group(1).lower(), found.group(2) or found.group(3) or "", _line(tag.string, tag.start())
        )
    rest = ATTRIBUTE.sub("", inside)
    if lifted.mark.search(rest):
        raise TemplateRefused(lifted.line_of(rest), "a variable outside quotes inside a tag")


def _check_attribute(lifted: Lifted, name: str, value: str, line: int) -> None:
    if lifted.mark.search(name):
        raise TemplateRefused(lifted.line_of(name), "a variable outside quotes inside a tag")
    if name.startswith("on"):
        raise TemplateRefused(line, f"the attribute {name}")
    if any(not lifted.pieces[mark].code for mark in lifted.mark.findall(value)):
        raise TemplateRefused(lifted.line_of(value), "a statement inside a tag")
    if name in URL_ATTRIBUTES:
        check_host(lifted, html.unescape(value).strip(), line)
    elif lifted.mark.search(value) and name not in TEXT_ATTRIBUTES:
        raise TemplateRefused(lifted.line_of(value), f"a variable in the attribute {name}")


def check_host(lifted: Lifted, url: str, line: int) -> None:
    """The host is literal: variables only in path and query. Raises TemplateRefused."""
    found = lifted.mark.search(url)
    if found is None:
        if re.match(r"\s*(?:javascript|data|vbscript|file)\s*:", url, re.IGNORECASE):
            raise TemplateRefused(line, "an address that is not http(s), mailto or tel")
        return
    piece = lifted.pieces[found.group()]
    if found.group() == url and piece.code in OWN_URLS:
        return
    if not re.match(r"https?://[^\s/?#@\\]+[/?#]", url[: found.start()], re.IGNORECASE):
        raise TemplateRefused(piece.line, "a variable in the scheme or host of an address")


OWN_URLS = frozenset({"unsubscribe_url", "preferences_url", "browser_url"})


def body_end(markup: str) -> int:
    """Where the body ends, or the markup does; what a comment or style sheet says about it does not count."""
    blanked = RAW_TEXT.sub(lambda block: " " * len(block.group()), markup)
    found = blanked.rfind("</body>")
    return len(markup) if found < 0 else found


def _check_nesting(markup: str) -> None:
    depth = 0
    for tag in TAG.finditer(markup):
        if tag.group(2).lower() not in VOID and not tag.group(3).endswith("/"):
            depth += -1 if tag.group(1) else 1
        if depth > MAX_NESTING:
            raise TemplateRefused(_line(markup, tag.start()), "such deep nesting of elements")


def _split(source: str) -> Iterator[tuple[str, int]]:
    """Source as text and whole code pieces, with the line each begins on."""
    held: list[str] = []
    first = 1
    for line, kind, value in template.TEXT.lexer.tokeniter(source, None):
        if kind == "raw_begin":
            raise TemplateRefused(line, "raw")
        if kind in ("variable_begin", "block_begin"):
            held, first = [value[:2]], line
        elif kind in ("variable_end", "block_end"):
            yield "".join((*held, value.strip()[-2:])), first
            held = []
        elif held:
            held.append(value)
        else:
            yield value, line


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1
