"""How mails and messages are put into words and numbers on pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ma_platform.ui.formats import number_up_to
from mailing.bounces import Failure
from mailing.models import Email, State
from mailing.policy import Reason
from mailing.queries import Counts, MessageRow
from tracking.catalogue import Event
from tracking.queries import Range, verdict_range

MOST = 10_000  # a list counts each state of each mail up to here; the mail's own page counts them all
STATE_VALUES = frozenset(State.values)
STATE_TONES = {
    State.QUEUED: "neutral",
    State.DEFERRED: "neutral",
    State.SENDING: "info",
    State.ACCEPTED: "success",
    State.FAILED: "danger",
    State.SKIPPED: "warn",
    State.UNCERTAIN: "warn",
}
REASONS: Mapping[str, Promise] = {
    Reason.FROZEN: _("Sending is stopped for this workspace"),
    Reason.NO_SENDER: _("The sender block is incomplete"),
    Reason.GONE: _("The person is no longer here"),
    Reason.NO_ADDRESS: _("No address that mail can go to"),
    Reason.REFUSED: _("They asked not to receive it"),
    Reason.NO_BASIS: _("No consent or other basis to write to them"),
    Reason.SUPPRESSED: _("The address is suppressed"),
    Reason.EXCLUDED: _("Excluded from marketing"),
    Reason.CAP: _("They have had enough mail for now"),
    Reason.QUIET: _("Quiet hours"),
    Reason.LATE: _("It became too late"),
    Reason.MISSING: _("A value is missing"),
    Reason.TEMPLATE: _("The mail could not be made for this person"),
    Failure.ADDRESS: _("The address does not exist"),
    Failure.FULL: _("Their mail box is full"),
    Failure.POLICY: _("Their server refuses mail from here"),
    Failure.CONTENT: _("Their server refuses this content"),
    Failure.TEMPORARY: _("Gave up after several tries"),
    Failure.OTHER: _("Their server refused it"),
    "temporary": _("Their server asked to try again later"),
    "waiting": _("Waiting for the mail server"),
    "no_answer": _("The server did not answer at the end; it may have arrived"),
    "lease_ran_out": _("The sender stopped half-way; it may have arrived"),
}


@dataclass(frozen=True, slots=True)
class EmailLine:
    """One row of the list of mails."""

    email: Email
    kind: str
    sent: str
    waiting: str
    not_sent: str


@dataclass(frozen=True, slots=True)
class Number:
    """One state of a mail's audience; `href` leads to its messages."""

    label: str
    count: int
    tone: str
    href: str


@dataclass(frozen=True, slots=True)
class Numbers:
    """accepted + failed + skipped + uncertain, what is still to come, and the audience they add up to."""

    states: list[Number]
    reasons: list[tuple[str, int]]
    audience: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Response:
    """How many people opened and clicked: for certain, and with those in doubt."""

    opened: Range
    clicked: Range

    @property
    def is_exact(self) -> bool:
        return self.opened.is_exact and self.clicked.is_exact


def response(email: Email) -> Response:
    """Machines are in neither. Two queries."""
    ranges = [
        verdict_range(event, emails=[email.public_id], since=email.created_at).get(email.public_id, Range())
        for event in (Event.EMAIL_OPENED, Event.EMAIL_CLICKED)
    ]
    return Response(*ranges)


@dataclass(frozen=True, slots=True)
class MessageLine:
    """One row of a message list."""

    row: MessageRow
    state: str
    tone: str
    reason: str


def email_line(email: Email, counts: Counts) -> EmailLine:
    """A mail and its numbers, for the list."""
    waiting = _up_to_most(counts, State.QUEUED, State.DEFERRED, State.SENDING)
    stopped = _up_to_most(counts, State.FAILED, State.SKIPPED, State.UNCERTAIN)
    return EmailLine(email, email.get_kind_display(), _up_to_most(counts, State.ACCEPTED), waiting, stopped)


def _up_to_most(counts: Counts, *states: State) -> str:
    return number_up_to(MOST, *(counts.states.get(state, 0) for state in states))


def numbers(email: Email, counts: Counts) -> Numbers:
    """A mail's audience by state."""
    messages = reverse("mailing:messages", args=[email.public_id])
    final = (State.ACCEPTED, State.FAILED, State.SKIPPED, State.UNCERTAIN)
    states = [
        Number(str(state.label), counts.states.get(state, 0), STATE_TONES[state], f"{messages}?state={state}")
        for state in final
    ]
    reasons = [
        (reason_text(reason), count) for reason, count in sorted(counts.skipped.items(), key=lambda item: -item[1])
    ]
    return Numbers(states, reasons, counts.audience, counts.audience - counts.settled)


def message_line(row: MessageRow) -> MessageLine:
    """A message in words."""
    state = State(row.state)
    return MessageLine(row, str(state.label), STATE_TONES[state], reason_text(row.reason))


def reason_text(reason: str) -> str:
    """Why, in words; never a raw key."""
    return str(REASONS.get(reason, "")) if reason else ""


def state_options() -> list[tuple[str, str]]:
    """Choices of the state filter."""
    return [(state.value, str(state.label)) for state in State]


def cursor(raw: str) -> list[int] | None:
    """A position in a list, or None when absent or odd."""
    return [int(raw)] if raw.isascii() and raw.isdecimal() and len(raw) < 19 else None
