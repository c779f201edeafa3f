"""What a ready-made flow is: letters with Japanese copy, and the document that sends them. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from nurturing.reading import Name

Document = dict[str, Any]  # Any: JSON


@dataclass(frozen=True)
class Button:
    """A link the reader is asked to follow; `path` is on the workspace's own site."""

    label: str
    path: str


@dataclass(frozen=True)
class Letter:
    """One mail. Paragraphs may use template variables; each has a fallback."""

    key: str
    name: str
    subject: str
    preheader: str
    paragraphs: tuple[str, ...]
    button: Button | None = None
    closing: tuple[str, ...] = ()

    def document(self, *, site: str) -> Document:
        """The e-mail document; links lead to `site`, such as `https://www.example.co.jp`."""
        return {
            "v": 1,
            "name": self.name,
            "kind": "marketing",
            "topic": "newsletter",
            "subject": self.subject,
            "preheader": self.preheader,
            "body": {"mjml": markup(self, site.rstrip("/"))},
        }


@dataclass(frozen=True)
class ReadyMade:
    """A flow one can take as it is: `flow` gets the public id of each letter by its key."""

    key: str
    name: Name
    summary: str
    letters: tuple[Letter, ...]
    flow: Callable[[Mapping[str, str]], Document]


GREETING = "{% if company.name and lead.last_name %}{{ company.name }}<br />{% endif %}{{ lead.addressee }}"
TEXT = '<mj-text font-size="15px" line-height="1.8" color="#1f2933" padding="8px 24px">{body}</mj-text>'
BUTTON = (
    '<mj-button href="{href}" background-color="#1f5eff" color="#ffffff" font-size="15px" border-radius="6px"'
    ' padding="16px 24px">{label}</mj-button>'
)
PAGE = (
    '<mjml><mj-body background-color="#f4f6f8"><mj-section background-color="#ffffff" padding="24px 0">'
    "<mj-column>{content}</mj-column></mj-section></mj-body></mjml>"
)


def markup(letter: Letter, site: str) -> str:
    """The letter as MJML: greeting, paragraphs, button, closing."""
    parts = [text(GREETING), *map(text, letter.paragraphs)]
    if letter.button:
        parts.append(BUTTON.replace("{href}", site + letter.button.path).replace("{label}", letter.button.label))
    parts += map(text, letter.closing)
    return PAGE.replace("{content}", "".join(parts))


def text(body: str) -> str:
    """One block of text."""
    return TEXT.replace("{body}", body)
