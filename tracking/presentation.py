"""Words and shapes for pages; values arrive in templates ready."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from tracking.catalogue import Verdict
from tracking.queries import Entry

REASONS = {
    "no_user_agent": _("sends no browser name"),
    "prefetch": _("loaded ahead of time"),
    "too_soon": _("within two seconds of delivery"),
    "image_proxy": _("loaded by the mail service's image proxy"),
    "privacy_proxy": _("hidden by the mail program's privacy protection"),
    "replaced": _("told again once the visitor agreed to be recognised"),
    "time_clamped": _("the sender's clock was far off"),
    "hidden_link": _("followed the link that nobody can see"),
    "all_links": _("clicked all links at once"),
    "regular": _("as regular as a clock"),
    "burst": _("faster than anybody reads"),
    "gateway": _("comes from a mail gateway"),
    "confirmed": _("confirmed by what the person did next"),
    "no_script": _("runs no script where others do"),
    "no_visible_time": _("several pages, none of them ever on a screen"),
    "impossible_time": _("looked at pages for longer than the visit lasted"),
    "form_speed": _("filled in a form within a second"),
    "automation": _("a browser driven by a program"),
}
KINDS = {
    "crawler": _("crawler: %(what)s"),
    "tool": _("made by a program (%(what)s)"),
    "method": _("asked with %(what)s"),
}


@dataclass(frozen=True, slots=True)
class LiveRow:
    """An event as the live list shows it."""

    entry: Entry
    verdict: str
    reasons: str


def live_rows(entries: Sequence[Entry]) -> list[LiveRow]:
    """Entries with their verdict's word and its reasons in the reader's language."""
    return [
        LiveRow(entry, Verdict(entry.verdict).name.lower(), "; ".join(map(reason_text, entry.reasons)))
        for entry in entries
    ]


def reason_text(reason: str) -> str:
    """reason_text("crawler:seo") == "crawler: seo" in English; an unknown reason is shown as it is."""
    if reason in REASONS:
        return gettext(REASONS[reason])
    kind, _separator, what = reason.partition(":")
    return gettext(KINDS[kind]) % {"what": what} if kind in KINDS else reason
