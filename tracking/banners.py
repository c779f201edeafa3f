"""What our consent banner asks, by what the tag would do; in the language in force."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext

from tracking.queries.setting import TagSettings
from tracking.snippets import banner_snippet


def waits(tag: TagSettings) -> bool:
    """The tag asks something first. Without cookies nobody is asked who it is, so that only measuring can wait."""
    return tag.consent_required or (tag.personalise_required and not tag.cookieless)


def banner(tags: Iterable[TagSettings]) -> str:
    """One banner for all lines of a workspace. Purposes are asked about apart where both of them are used."""
    lines = list(tags)
    if lines[0].cookieless:
        return banner_snippet(
            text=gettext("To see which pages are read we keep a number until you close this tab. We use no cookie."),
            answers=[("granted", gettext("I agree")), ("denied", gettext("No, thank you"))],
            area="sessionStorage",
        )
    if lines[0].personalise_required or any(line.asks_who for line in lines):
        return banner_snippet(
            text=gettext(
                "We use cookies to see which pages are read (measuring), and to recognise you on our other sites and"
                " fit pages and forms to you (personalising). What may we do?"
            ),
            answers=[
                ("granted", gettext("Both")),
                ("measure", gettext("Only measuring")),
                ("denied", gettext("Neither")),
            ],
        )
    return banner_snippet(
        text=gettext("We use cookies to see which pages are read. May we recognise you on your next visit?"),
        answers=[("granted", gettext("I agree")), ("denied", gettext("No, thank you"))],
    )
