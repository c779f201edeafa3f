"""What is wrong with a line of a list of networks, in words."""

from __future__ import annotations

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

PROBLEMS = {
    "network": _("This is no network. Write it like 203.0.113.0/24."),
    "too_wide": _("This network is too wide to be a company's."),
    "company": _("The company's name is missing or too long."),
    "domain": _("This is no domain. Write it like example.co.jp."),
    "kind": _("This kind is not known: company, own, carrier or gateway."),
    "confidence": _("The confidence must be a number from 1 to 100."),
    "twice": _("This network is already in the file, further up."),
    "columns": _("There are more columns than known."),
}


def problem(reason: str) -> str:
    """In the reader's language."""
    return gettext(PROBLEMS[reason])
