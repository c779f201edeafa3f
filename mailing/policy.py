"""May this message leave now? Pure: facts of the last look in, a verdict out.

The order is the law's and the product's: sending enabled, basis and refusal, suppression, exclusion, topic, cap, quiet
hours, merge fields. The first "no" is the one stored, so reasons in reports add up.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

CAP_MAILS = 5
CAP_WINDOW = timedelta(days=7)
MAX_LATENESS = timedelta(days=7)


class Kind(StrEnum):
    """What a message is in the eyes of the anti-spam law; a notice goes to staff, never to a lead."""

    MARKETING = "marketing"
    OPERATIONAL = "operational"
    NOTICE = "notice"


class Reason(StrEnum):
    """Why a message did not leave; stored with it and counted in reports."""

    FROZEN = "sending_frozen"
    NO_SENDER = "sender_block_missing"
    GONE = "lead_gone"
    NO_ADDRESS = "no_address"
    REFUSED = "refused"
    NO_BASIS = "no_basis"
    SUPPRESSED = "suppressed"
    EXCLUDED = "excluded"
    CAP = "frequency_cap"
    QUIET = "quiet_hours"
    QUOTA = "mail_quota"
    LATE = "too_late"
    MISSING = "missing_field"
    TEMPLATE = "template_error"


@dataclass(frozen=True, slots=True)
class Standing:
    """What the last look found. `sent_recently` counts marketing mails accepted within CAP_WINDOW or on their way,
    `oldest_recent` is when the first was accepted, None when none was yet; `quiet_until` is None outside quiet hours,
    `quota_until` unless the workspace has used up its mails, when it is looked at again then;
    `missing` names empty required merge fields."""

    kind: Kind
    queued_at: datetime
    frozen: bool = False
    sender_complete: bool = True
    lead_exists: bool = True
    address: str = ""
    has_basis: bool = False
    refused: bool = False
    suppressed: bool = False
    excluded: bool = False
    sent_recently: int = 0
    oldest_recent: datetime | None = None
    quiet_until: datetime | None = None
    quota_until: datetime | None = None
    missing: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Go:
    """Hand it over."""


@dataclass(frozen=True, slots=True)
class Skip:
    """Never; `detail` completes the reason (the field that is missing)."""

    reason: Reason
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Defer:
    """Not before `until`; only the cap, the quota and quiet hours defer."""

    reason: Reason
    until: datetime


Verdict = Go | Skip | Defer


def decide(standing: Standing, *, now: datetime) -> Verdict:
    """The first "no" in the fixed order, or Go."""
    return _refusal(standing) or _delay(standing, now) or _gap(standing) or Go()


def _refusal(standing: Standing) -> Skip | None:
    reasons = (
        (standing.frozen, Reason.FROZEN),
        (not standing.lead_exists, Reason.GONE),
        (not standing.address, Reason.NO_ADDRESS),
        *(_legal(standing) if standing.kind is Kind.MARKETING else ()),
        (standing.suppressed and standing.kind is not Kind.NOTICE, Reason.SUPPRESSED),
        (standing.excluded and standing.kind is Kind.MARKETING, Reason.EXCLUDED),
    )
    return next((Skip(reason) for applies, reason in reasons if applies), None)


def _legal(standing: Standing) -> tuple[tuple[bool, Reason], ...]:
    return (
        (not standing.sender_complete, Reason.NO_SENDER),
        (standing.refused, Reason.REFUSED),
        (not standing.has_basis, Reason.NO_BASIS),
    )


def _delay(standing: Standing, now: datetime) -> Skip | Defer | None:
    if standing.kind is not Kind.MARKETING:
        return None
    until, reason = now, Reason.CAP
    if standing.sent_recently >= CAP_MAILS:
        until = (standing.oldest_recent or now) + CAP_WINDOW
    elif standing.quota_until is not None:
        until, reason = standing.quota_until, Reason.QUOTA
    elif standing.quiet_until is not None:
        until, reason = standing.quiet_until, Reason.QUIET
    if until <= now:
        return None
    return Skip(Reason.LATE) if until - standing.queued_at > MAX_LATENESS else Defer(reason, until)


def _gap(standing: Standing) -> Skip | None:
    return Skip(Reason.MISSING, standing.missing[0]) if standing.missing else None
