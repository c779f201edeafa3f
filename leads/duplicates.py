"""Two people side by side, in words; templates get them ready."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from leads.models import Lead, Suggestion

REASONS = {
    "name_company": _("same name and company"),
    "phone": _("same phone number"),
    "browser": _("same browser and name"),
    "bounced": _("same name, and mail to one address bounced"),
}
FIELDS = (
    ("email", _("Email")),
    ("company", _("Company")),
    ("department", _("Department")),
    ("job_title", _("Job title")),
    ("phone", _("Phone")),
)


@dataclass(frozen=True, slots=True)
class Compared:
    """One field of both; `same` when both say the same thing."""

    label: str
    one: str
    other: str
    same: bool


@dataclass(frozen=True, slots=True)
class Pair:
    """A suggestion as its card shows it."""

    suggestion: Suggestion
    reasons: str
    fields: list[Compared]


def pairs(found: Iterable[Suggestion]) -> list[Pair]:
    """Suggestions with what both people have in common and what not; fields empty in both are left out."""
    return [Pair(one, reason_text(one.reasons), _fields(one.one, one.other)) for one in found]


def reason_text(reasons: Iterable[str]) -> str:
    """reason_text(["phone"]) == "same phone number" in English."""
    return gettext(", ").join(gettext(REASONS[reason]) if reason in REASONS else reason for reason in reasons)


def _fields(one: Lead, other: Lead) -> list[Compared]:
    said = [(gettext(label), str(getattr(one, name) or ""), str(getattr(other, name) or "")) for name, label in FIELDS]
    return [Compared(label, a, b, a == b) for label, a, b in said if a or b]
