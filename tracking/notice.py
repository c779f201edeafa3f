"""What the tag sends, for the page that Japanese law asks for (外部送信規律). Pure: the page adds who and where.

`WIRE` names every key the tag writes; a browser test holds it against what really leaves the page.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_noop as _


@dataclass(frozen=True, slots=True)
class Item:
    """One kind of information. `counted`: also sent of visitors who have not agreed; `keys` as they travel."""

    key: str
    label: str
    purpose: str
    counted: bool = False


ITEMS = (
    Item("page", _("Address and title of the page you look at"), _("To see which pages are read"), counted=True),
    Item("referrer", _("Address of the page you came from"), _("To see where visitors come from"), counted=True),
    Item("time", _("Date and time"), _("To put visits in order"), counted=True),
    Item("campaign", _("Campaign and advertisement marks in the address"), _("To measure campaigns"), counted=True),
    Item("reading", _("How long the page was on screen and how far it was scrolled"), _("To see what is really read")),
    Item("clicks", _("Links to other sites and files you open"), _("To see which documents are wanted")),
    Item(
        "visitor",
        _("A random number kept in this browser (cookie and storage “_ma”, up to 400 days)"),
        _("To tell a returning visitor from a new one"),
    ),
    Item("mail", _("Which of our mails you came from"), _("To see which mails are of use")),
    Item(
        "stated",
        _("What you enter in our forms, or the site says about you when you are signed in"),
        _("To answer you and to know who asks"),
    ),
    Item(
        "browser",
        _("Language, browser and operating system"),
        _("To know the language of our readers, and to tell people from machines"),
        counted=True,
    ),
    Item(
        "address", _("IP address"), _("To guess the company and region, and to tell people from machines"), counted=True
    ),
)

# Key on the wire -> item. The last two travel with every request and are not written by the tag.
WIRE = {
    "url": "page",
    "path": "page",
    "search": "campaign",
    "title": "page",
    "referrer": "referrer",
    "name": "page",
    "campaign": "campaign",
    "clickToken": "mail",
    "timestamp": "time",
    "sentAt": "time",
    "visible_ms": "reading",
    "scroll": "reading",
    "view": "reading",
    "href": "clicks",
    "text": "clicks",
    "anonymousId": "visitor",
    "userId": "stated",
    "groupId": "stated",
    "traits": "stated",
    "userHash": "stated",
    "locale": "browser",
}
# Of the message itself, about nobody.
ENVELOPE = frozenset({"type", "messageId", "event", "properties", "context", "page", "library", "consent", "replaces"})


def items(*, consent_required: bool) -> list[tuple[Item, bool]]:
    """Every item, and whether it is sent before the visitor agrees."""
    return [(item, item.counted or not consent_required) for item in ITEMS]
