"""What the tag sends, for the page that Japanese law asks for (外部送信規律). Pure: the page adds who and where.

`WIRE` names every key the tag writes; a browser test holds it against what really leaves the page.
"""

from __future__ import annotations

from collections.abc import Sequence
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
    Item(
        "recognition",
        _("The question whose browser this is, asked with that number (and answered with the cookie “_ma”)"),
        _("To recognise you on our other sites, and to fit pages and forms to you"),
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

UNTIL_CLOSED = Item(
    "visitor",
    _("A random number kept until you close this tab (session storage “_ma”, no cookie)"),
    _("To tell which pages belong to one visit"),
)
MEASURING, PERSONALISING = _("Measuring"), _("Personalising")
PURPOSES = {
    MEASURING: _("To see which pages are read and how visitors find what they look for"),
    PERSONALISING: _("To recognise you on our other sites, and to fit pages and forms to you"),
}

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


@dataclass(frozen=True, slots=True)
class Terms:
    """What the workspace chose. `asks_who`: the tag asks whose browser it is (`TagSettings.asks_who`)."""

    consent_required: bool
    personalise_required: bool = False
    cookieless: bool = False
    asks_who: bool = False

    def when(self, purpose: str) -> str:
        """Personalising is never without measuring: it waits for whichever answer is asked for."""
        waits = self.consent_required or (purpose == PERSONALISING and self.personalise_required)
        return AGREED if waits else UNREFUSED


def items(terms: Terms) -> list[tuple[Item, str]]:
    """Every item, and when it is sent: where nobody is asked first, a refusal stops what else needs an agreement."""
    rows = []
    for item in ITEMS:
        if item.key == "recognition" and not terms.asks_who:
            continue
        purpose = PERSONALISING if item.key == "recognition" else MEASURING
        kept = UNTIL_CLOSED if item.key == "visitor" and terms.cookieless else item
        rows.append((kept, terms.when(purpose) if item.when == AGREED else item.when))
    return rows


def purposes(terms: Terms) -> list[tuple[str, str, str]]:
    """(purpose, what is done for it, when); personalising where the tag asks who it is."""
    return [(name, PURPOSES[name], terms.when(name)) for name in PURPOSES if name == MEASURING or terms.asks_who]


# What goes along with a form that is sent (its script is fetched, its answer posted); everything else is the tag's.
FORMS_ONLY, FORMS_TOO = frozenset({"form"}), frozenset({"visitor", "campaign", "time", "browser", "address"})


def destinations(item: Item, *, tag: Sequence[str], forms: str) -> list[str]:
    """Hosts to which the item is sent: the tag's, that of embedded forms, or both; each once."""
    if item.key in FORMS_ONLY:
        return [forms]
    return list(dict.fromkeys([*tag, forms] if item.key in FORMS_TOO else tag))
