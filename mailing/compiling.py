"""From a document to sources that are ready to run: MJML to HTML, CSS inlined, text part made, links lifted out. Pure.

Runs once per saved version; the result is stored with the version. Links become marks, so that their signed addresses
are put in when a version is loaded, and cost nothing per recipient.
"""

import html
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import quote, urlsplit, urlunsplit

import css_inline
import mrml
from inscriptis import get_text
from inscriptis.model.config import ParserConfig

from mailing import markup, template
from mailing.document import Broken, MailDocument
from mailing.grammar import TemplateRefused
from mailing.tokens import is_target

INLINER = css_inline.CSSInliner(load_remote_stylesheets=False, keep_style_tags=True)
PARSER = mrml.ParserOptions(include_loader=mrml.noop_loader())
RENDER = mrml.RenderOptions(fonts={})  # no font is fetched from a third party by the reader's mail program
WITH_LINKS = ParserConfig(display_links=True)
PLAIN_LINK = re.compile(r"https?://[^\s<>\"'）)】」、。]+")
URL_SAFE = "/#%[]=:;$&()+,!?*@'~"
Result = TypeVar("Result")
PREHEADER = '<div style="display:none;max-height:0;overflow:hidden;opacity:0;font-size:1px;line-height:1px">{}</div>'


@dataclass(frozen=True, slots=True)
class Link:
    """One tracked address: ("text", …) and ("code", …) parts; a single text part is the same for everybody."""

    parts: tuple[tuple[str, str], ...]

    @property
    def fixed(self) -> str | None:
        """The address when it has no variables."""
        return self.parts[0][1] if len(self.parts) == 1 and self.parts[0][0] == "text" else None


@dataclass(slots=True)
class Sources:
    """Template sources of one version, with link marks `<stem>l0001z` still in them."""

    subject: str
    html: str
    text: str
    stem: str
    links: list[Link] = field(default_factory=list)
    required: tuple[str, ...] = ()
    mentioned: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        """What EmailVersion stores."""
        return {
            "v": 1, "subject": self.subject, "html": self.html, "text": self.text, "stem": self.stem,
            "links": [link.parts for link in self.links], "required": self.required, "mentioned": self.mentioned,
        }  # fmt: skip

    @classmethod
    def from_json(cls, stored: dict[str, object]) -> "Sources":
        """Read back what `as_json` made."""
        kept = json.loads(json.dumps(stored))
        links = [Link(tuple((kind, value) for kind, value in parts)) for parts in kept["links"]]
        return cls(
            kept["subject"],
            kept["html"],
            kept["text"],
            kept["stem"],
            links,
            tuple(kept["required"]),
            tuple(kept["mentioned"]),
        )


def compile_document(document: MailDocument) -> Sources:
    """All sources of a version. Raises Broken with the path of the part that is refused, naming line and construct."""
    subject = _at("/subject", lambda: template.compile_part(document.subject, html=False))
    preheader = _at("/preheader", lambda: template.compile_part(document.preheader, html=False))
    path = "/body/mjml" if document.is_mjml else "/body/html"
    sources = _at(path, lambda: _compile_body(document))
    parts = [subject, preheader, _at(path, lambda: template.compile_part(document.markup, html=True))]
    if document.text is not None:
        own = document.text
        parts.append(_at("/text", lambda: template.compile_part(own, html=False)))
        sources.text = _at("/text", lambda: _own_text(own, sources))
    sources.required = tuple(sorted({path for part in parts for path in part.required if _is_personal(path)}))
    sources.mentioned = tuple(sorted({path for part in parts for path in part.mentioned}))
    return sources


def _compile_body(document: MailDocument) -> Sources:
    lifted = markup.lift(document.markup)
    body = _html(document, markup.hide_statements(lifted))
    markup.check_markup(lifted, body)
    sources = Sources(document.subject, "", "", lifted.stem)
    body = markup.defuse(lifted, markup.show_statements(lifted, body))
    body = markup.rewrite_urls(lifted, body, lambda url: _link(lifted, url, sources))
    sources.text = markup.restore(lifted, _defuse_text(lifted, _as_text(body)))
    sources.html = markup.restore(lifted, _with_preheader(body, document.preheader))
    return sources


def _html(document: MailDocument, source: str) -> str:
    if not document.is_mjml:
        return INLINER.inline(source)
    try:
        return INLINER.inline(mrml.to_html(source, parser_options=PARSER, render_options=RENDER).content)
    except OSError as error:
        raise Broken("/body/mjml", _mjml_reason(source, str(error))) from error


def _mjml_reason(source: str, said: str) -> str:
    found = re.search(r"position (\d+):", said)
    line = source.count("\n", 0, int(found.group(1))) + 1 if found else 1
    return f"line {line}: the MJML cannot be read ({said.partition(' in root')[0]})"


def _link(lifted: markup.Lifted, url: str, sources: Sources) -> str:
    """What stands in an href: a link mark, one of our own addresses, or the address itself (mailto, tel, anchor)."""
    parts = markup.url_parts(lifted, url)
    if url.startswith("#") or not url or re.match(r"(?:mailto|tel|sms):", url, re.IGNORECASE):
        return html.escape(url)
    if parts[0][0] == "code":
        return url
    parts = [(kind, _ascii(value) if kind == "text" else value) for kind, value in parts]
    if not is_target("".join(value if kind == "text" else "x" for kind, value in parts)):
        raise TemplateRefused(lifted.line_of(url), f"the address {url[:60]!r}")
    sources.links.append(Link(tuple(parts)))
    return f"{sources.stem}l{len(sources.links) - 1:04d}z"


def _ascii(url: str) -> str:
    """The address as bytes on the wire: non-ASCII in path and query %-encoded, the host as IDNA."""
    try:
        split = urlsplit(url)
    except ValueError:  # half of an IPv6 address; is_target refuses both halves
        return url
    try:
        host = split.netloc if split.netloc.isascii() else split.netloc.encode("idna").decode()
    except UnicodeError:
        host = split.netloc
    return (
        quote(urlunsplit((split.scheme, host, split.path, split.query, split.fragment)), safe=URL_SAFE)
        if host
        else quote(url, safe=URL_SAFE)
    )


def _as_text(body: str) -> str:
    """The text part: one space-trimmed line per line, links behind their words, at most one empty line in a row."""
    text = get_text(body, WITH_LINKS)
    lines = [re.sub(r"[ \t\u00a0]{2,}", " ", line).strip() for line in text.splitlines()]
    text = re.sub(
        r"\[([^\[\]]*)\]\(([^()\s]+)\)", lambda m: f"{m.group(1).strip()} ( {m.group(2)} )".strip(), "\n".join(lines)
    )
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def _own_text(text: str, sources: Sources) -> str:
    """A text part the author wrote: fixed addresses in it are tracked too."""
    lifted = markup.lift(text)

    def one(found: re.Match[str]) -> str:
        url = _ascii(found.group())
        if lifted.mark.search(url) or not is_target(url):
            return found.group()
        sources.links.append(Link((("text", url),)))
        return f"{sources.stem}l{len(sources.links) - 1:04d}z"

    return markup.restore(lifted, PLAIN_LINK.sub(one, lifted.text))


def _defuse_text(lifted: markup.Lifted, text: str) -> str:
    glued = re.compile(r"\{(?=[{%]|##|" + lifted.mark.pattern + ")")
    return glued.sub('{{ "{" }}', text)


def _with_preheader(body: str, preheader: str) -> str:
    if not preheader.strip():
        return body
    lifted = markup.lift(preheader)
    shown = markup.restore(lifted, markup.defuse(lifted, html.escape(lifted.text)))
    return re.sub(r"(<body\b[^>]*>)", lambda m: m.group(1) + PREHEADER.format(shown), body, count=1)


def _is_personal(path: str) -> bool:
    return path.partition(".")[0] in ("lead", "company", "owner", "event")


def _at(path: str, work: Callable[[], Result]) -> Result:
    try:
        return work()
    except TemplateRefused as error:
        raise Broken(path, str(error)) from error
