"""The block the anti-spam law asks for under every marketing mail: who sent it, where they are, how to refuse. Pure.

Its words are chosen when a version is loaded; sender and address are values, so a corrected address shows in the next
mail without a new version.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """Words of the block in one language."""

    sent_by: str
    address: str
    contact: str
    notice: str
    refuse: str


WORDS = {
    "ja": Words(
        "送信者",
        "住所",
        "お問い合わせ",
        "このメールは配信に同意いただいた方などにお送りしています。",
        "配信停止はこちら",
    ),
    "en": Words(
        "Sent by", "Address", "Contact", "You receive this mail because you agreed to it or know us.", "Unsubscribe"
    ),
}

HTML = (
    '<table role="presentation" width="100%" border="0" cellpadding="0" cellspacing="0"><tr>'
    '<td align="center" style="padding:24px 16px;font-family:sans-serif;font-size:12px;line-height:1.7;color:#5b6470">'
    "{notice}<br>{sent_by}: {{{{ workspace.sender_name }}}}<br>{address}: {{{{ workspace.sender_postal_address }}}}<br>"
    "{contact}: {{{{ workspace.sender_contact }}}}<br>"
    '<a href="{{{{ unsubscribe_url }}}}" style="color:#5b6470;text-decoration:underline">{refuse}</a>'
    "</td></tr></table>"
)
TEXT = (
    "\n\n--\n{notice}\n{sent_by}: {{{{ workspace.sender_name }}}}\n"
    "{address}: {{{{ workspace.sender_postal_address }}}}\n"
    "{contact}: {{{{ workspace.sender_contact }}}}\n{refuse}: {{{{ unsubscribe_url }}}}\n"
)


def html_block(locale: str) -> str:
    """Template source of the block for HTML; unknown languages get Japanese."""
    return HTML.format(**_words(locale))


def text_block(locale: str) -> str:
    """Template source of the block for text."""
    return TEXT.format(**_words(locale))


def _words(locale: str) -> dict[str, str]:
    words = WORDS.get(locale, WORDS["ja"])
    return {name: getattr(words, name) for name in Words.__slots__}
