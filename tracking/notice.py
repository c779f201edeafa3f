"""What the tag sends, for the page that Japanese law asks for (外部送信規律). Pure: the page adds who and where.

`WIRE` names every key the tag writes; a browser test holds it against what really leaves the page.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_noop as _

ALWAYS, AGREED, POSTED = _("Always"), _("After you agree"), _("When you send the form")
UNREFUSED = _("Unless you refuse")


@dataclass(frozen=True, slots=True)
class Item:
    """One kind of information. `when`: ALWAYS is also sent of visitors who have not agreed, as a mere count."""

    key: str
    label: str
    purpose: str
    when: str = AGREED


ITEMS = (
    Item("page", _("Address and title of the page you look at"), _("To see which pages are read"), when=ALWAYS),
    Item("referrer", _("Address of the page you came from"), _("To see where visitors come from"), when=ALWAYS),
    Item("time", _("Date and time"), _("To put visits in order"), when=ALWAYS),
    Item("campaign", _("Campaign and advertisement marks in the address"), _("To measure campaigns"), when=ALWAYS),
    Item("reading", _("How long the page was on screen and how far it was scrolled"), _("To see what is really read")),
    Item("clicks", _("Links to other sites and files you open"), _("To see which documents are wanted")),
    Item(
        "visitor",
        _("A random number kept in this browser (cookie and storage “_ma”, up to 400 days)"),
        _("To tell a returning visitor from a new one"),
    ),
    Item("mail", _("Which of our mails you came from"), _("To see which mails are of use")),
    # A form is sent by the visitor's own hand: it goes out whatever was answered about recognition.
    Item(
        "form",
        _("What you enter in our forms, with the address of the page and of the one you came from"),
        _("To answer you and to know who asks"),
        when=POSTED,
    ),
    Item(
        "stated",
        _("What the site says about you when you are signed in, and events of its own"),
        _("To know who reads, and to serve you by it"),
    ),
    Item(
        "browser",
        _("Language, browser and operating system"),
        _("To know the language of our readers, and to tell people from machines"),
        when=ALWAYS,
    ),
    Item(
        "address", _("IP address"), _("To guess the company and region, and to tell people from machines"), when=ALWAYS
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


def items(*, consent_required: bool) -> list[tuple[Item, str]]:
    """Every item, and when it is sent: where nobody is asked first, a refusal stops what else needs an agreement."""
    return [(item, UNREFUSED if item.when == AGREED and not consent_required else item.when) for item in ITEMS]
