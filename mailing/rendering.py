"""From a stored version to the bytes of one recipient's mail body. Pure.

`load` compiles the sources once per version and workspace language and puts the signed links in; `personalise` then
costs three template runs and one signature per recipient.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jinja2 import Template
from markupsafe import Markup

from mailing import footer, template
from mailing.compiling import Link, Sources
from mailing.tokens import Signer, Ticket

# Where the recipient's tracking token goes in compiled templates; customers cannot write this name.
TICKET = "{{ _ticket }}"


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
        html = _before_body_end(html, footer.html_block(place.locale))
        text += footer.text_block(place.locale)
    if place.tracked:
        html = _before_body_end(
            html, f'<img src="{place.origin}/o/{TICKET}.gif" width="1" height="1" alt="" border="0">'
        )
    for number, link in enumerate(sources.links):
        mark, address = f"{sources.stem}l{number:04d}z", _address(link, place, signer)
        html, text = html.replace(mark, address), text.replace(mark, address)
    own = {
        "_refuse": f"{place.origin}/u/",
        "_sign": lambda url, ticket: _signed(url, place, signer, ticket),
    }
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
    values = {
        **values,
        **loaded.own,
        "_ticket": Markup(tokens.track),  # noqa: S704 - base64url of our own making
        "unsubscribe_url": refuse_url,
        "preferences_url": refuse_url,
    }
    subject = " ".join(template.render(loaded.subject, values).split())
    return Rendered(subject, template.render(loaded.html, values), template.render(loaded.text, values), refuse_url)


def _address(link: Link, place: Place, signer: Signer) -> str:
    """Template source of one link."""
    if link.fixed is not None:
        return _signed(link.fixed, place, signer, TICKET)
    joined = " ~ ".join(
        json.dumps(value, ensure_ascii=False) if kind == "text" else f"(({value})|urlencode)"
        for kind, value in link.parts
    )
    return "{{ (" + joined + ")|_track }}"


def _signed(url: str, place: Place, signer: Signer, ticket: str) -> str:
    if not place.tracked:
        return url
    return f"{place.origin}/c/{ticket}.{signer.link_part(place.tenant_id, place.email, url)}"


def _before_body_end(html: str, block: str) -> str:
    head, found, tail = html.rpartition("</body>")
    return f"{head}{block}{found}{tail}" if found else html + block
