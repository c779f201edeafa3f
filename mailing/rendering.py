"""From a stored version to the bytes of one recipient's mail body. Pure.

`load` compiles the sources once per version and workspace language and puts the signed links in; `personalise` then
costs three template runs, one signature and one replacement per recipient.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jinja2 import Template

from mailing import footer, markup, template
from mailing.compiling import Link, Sources
from mailing.tokens import Signer, Ticket

# Where the recipient's tracking token goes, put in after the templates have run: a mail has it in every link. Neither
# a document nor a value from the database can hold a NUL.
TICKET = "\0ticket\0"
BODY = re.compile(r"<body\b[^>]*>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a loaded version will be used: the public origin (no slash at the end) and the workspace's language."""

    origin: str
    tenant_id: int
    email: str
    locale: str
    marketing: bool
    tracked: bool = True


@dataclass(frozen=True, slots=True)
class Loaded:
    """A version ready to be personalised."""

    subject: Template
    html: Template
    text: Template
    required: tuple[str, ...]
    own: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Rendered:
    """One recipient's mail. `refuse_url` is empty for operational mail."""

    subject: str
    html: str
    text: str
    refuse_url: str


def load(sources: Sources, place: Place, signer: Signer) -> Loaded:
    """Compile a version for a place; keep the result, it is the expensive step."""
    html, text = sources.html, sources.text
    if place.marketing:
        if place.tracked:
            html = _after_body_start(html, _trap(place))
        html = _before_body_end(html, footer.html_block(place.locale))
        text += footer.text_block(place.locale)
    if place.tracked:
        html = _before_body_end(
            html, f'<img src="{place.origin}/o/{TICKET}.gif" width="1" height="1" alt="" border="0">'
        )
    addresses = [_address(link, place, signer) for link in sources.links]
    mark = re.compile(re.escape(sources.stem) + r"l(\d{4,})z")
    html, text = (mark.sub(lambda found: addresses[int(found.group(1))], part) for part in (html, text))
    own = {"_refuse": f"{place.origin}/u/", "_sign": lambda url: _signed(url, place, signer)}
    return Loaded(
        subject=template.TEXT.from_string(sources.subject),
        html=template.HTML.from_string(html),
        text=template.TEXT.from_string(text),
        required=sources.required,
        own=own,
    )


def missing(loaded: Loaded, values: Mapping[str, Any]) -> list[str]:
    """Required merge fields with nothing to print, in order of name."""
    return [path for path in loaded.required if template.is_empty(values, path)]


def personalise(loaded: Loaded, values: Mapping[str, Any], ticket: Ticket, signer: Signer) -> Rendered:
    """The mail of one recipient. Raises template.OutputTooLarge."""
    tokens = signer.tickets(ticket)
    refuse_url = loaded.own["_refuse"] + tokens.refuse
    values = {**values, **loaded.own, "unsubscribe_url": refuse_url, "preferences_url": refuse_url}
    subject = " ".join(template.render(loaded.subject, values).split())
    html, text = (template.render(part, values).replace(TICKET, tokens.track) for part in (loaded.html, loaded.text))
    return Rendered(subject, html, text, refuse_url)


def _address(link: Link, place: Place, signer: Signer) -> str:
    """Template source of one link."""
    if link.fixed is not None:
        return _signed(link.fixed, place, signer)
    joined = " ~ ".join(
        json.dumps(value, ensure_ascii=False) if kind == "text" else f"(({value})|urlencode)"
        for kind, value in link.parts
    )
    return "{{ (" + joined + ")|_track }}"


def _signed(url: str, place: Place, signer: Signer) -> str:
    if not place.tracked:
        return url
    return f"{place.origin}/c/{TICKET}.{signer.link_part(place.tenant_id, place.email, url)}"


def _trap(place: Place) -> str:
    """A link that only a program follows: not shown, not read aloud, not reached by Tab. Whoever does is a scanner."""
    return f'<a href="{place.origin}/h/{TICKET}" aria-hidden="true" tabindex="-1" style="display:none"></a>'


def _after_body_start(html: str, block: str) -> str:
    found = BODY.search(html)
    at = found.end() if found else 0
    return html[:at] + block + html[at:]


def _before_body_end(html: str, block: str) -> str:
    end = markup.body_end(html)
    return f"{html[:end]}{block}{html[end:]}"
