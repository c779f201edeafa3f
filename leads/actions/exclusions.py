"""The list of those marketing leaves alone: competitors, partners, own staff. Whom it touches is judged again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from leads.actions.companies import Actor
from leads.actions.company_finding import find_firms
from leads.actions.long_work import judge_exclusion
from leads.exclusion import ExclusionRefused, exclusion_key
from leads.models import Company, Exclusion
from leads.queries.exclusions import left_out_by
from ma_platform import audit
from ma_platform.errors import DomainError
from ma_platform.tenancy.models import User
from ma_platform.tenancy.reach import everybody

TEXT_LIMIT, NOTE_LIMIT, MOST = 200, 500, 1_000
REASONS = {
    "invalid_domain": _("This is not a mail domain. Example: rival.co.jp"),
    "blank": _("Please give the company's name."),
    "title_too_short": _("Please give at least two letters of the title."),
    "invalid_network": _("This is not an IP address or network. Examples: 203.0.113.9, 203.0.113.0/24"),
    "network_too_wide": _("This network is too wide: at least /8, or /32 for IPv6."),
    "listed": _("This is already on the list."),
    "too_many": _("The list holds at most 1,000 lines."),
}


class NotExcludable(DomainError):
    """A line the list cannot take; `reason` is a key of REASONS."""

    code = "exclusion_refused"
    message = _("This cannot be put on the exclusion list.")

    def __init__(self, reason: str) -> None:
        super().__init__(reason=reason)
        self.reason = reason
        self.said = REASONS[reason]


@dataclass(frozen=True, slots=True)
class NewExclusion:
    """A line as stated: `kind` domain, company, title or network; `reason` competitor, partner, employee or other."""

    kind: str
    text: str
    reason: str
    note: str = ""


@everybody()
def add_exclusion(said: NewExclusion, *, by: Actor, now: datetime) -> Exclusion:
    """Put a line on the list; the people it leaves out are judged again, many by a job. Raises NotExcludable."""
    if Exclusion.objects.count() >= MOST:
        raise NotExcludable("too_many")
    try:
        with transaction.atomic():
            made: Exclusion = Exclusion.objects.create(
                kind=said.kind,
                text=said.text.strip()[:TEXT_LIMIT],
                key=_key(said),
                reason=said.reason,
                note=said.note.strip()[:NOTE_LIMIT],
                added_at=now,
                added_by=by if isinstance(by, User) else None,
            )
    except IntegrityError as twice:
        raise NotExcludable("listed") from twice
    judge_exclusion(left_out_by(made.pk), made.text, by=by, now=now)
    audit.record(by, "exclusion.added", made.public_id, at=now, kind=made.kind, text=made.text, reason=made.reason)
    return made


def find_listed(said: NewExclusion) -> Exclusion | None:
    """The line that leaves out the same already. Raises NotExcludable for what no line can say."""
    found: Exclusion | None = Exclusion.objects.filter(kind=said.kind, key=_key(said)).first()
    return found


def _key(said: NewExclusion) -> str:
    try:
        key = exclusion_key(said.kind, said.text)
    except ExclusionRefused as refused:
        raise NotExcludable(refused.code) from refused
    if said.kind != Exclusion.Kind.COMPANY:
        return key
    (known,) = find_firms([said.text])
    return str(Company.objects.values_list("name_key", flat=True).get(pk=known.id)) if known else key


@everybody()
def remove_exclusion(exclusion: Exclusion, *, by: Actor, now: datetime) -> int:
    """Take a line off; returns how many people it left out."""
    people = left_out_by(exclusion.pk)
    Exclusion.objects.filter(pk=exclusion.pk).delete()
    judge_exclusion(people, exclusion.text, by=by, now=now)
    audit.record(by, "exclusion.removed", exclusion.public_id, at=now, kind=exclusion.kind, text=exclusion.text)
    return len(people)
