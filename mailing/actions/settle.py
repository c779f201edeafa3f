"""Write down how hand-overs ended: one set statement per batch, the facts for the log, dead addresses suppressed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from ma_platform.db import sets, sql
from mailing import bounces
from mailing.actions.claim import Claimed
from mailing.actions.refuse import suppress
from mailing.models import Email, State, Suppression
from mailing.smtp import Ending, Outcome
from tracking.actions import NewFact, SubjectRef, record_many
from tracking.catalogue import Event

MAX_ATTEMPTS = 7
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=4)
UNREACHABLE_PAUSE = timedelta(seconds=20)


@dataclass(frozen=True, slots=True)
class Settled:
    """The fate of one claim. `used` 0 gives the attempt back: the server never saw the mail."""

    id: int
    attempt: int
    state: str
    reason: str
    detail: str
    due_at: datetime | None
    provider_id: str
    to_address: str
    used: int

    @classmethod
    def of(  # noqa: PLR0913 - one short way to say what happened
        cls,
        message: Claimed,
        state: str,
        reason: str = "",
        detail: str = "",
        *,
        due_at: datetime | None = None,
        provider_id: str = "",
        to_address: str = "",
        used: int = 1,
    ) -> Settled:
        """Everything not named is left as it is."""
        return cls(
            message.id,
            message.attempt,
            str(state),
            str(reason),
            detail[:200],
            due_at,
            provider_id[:200],
            to_address,
            used,
        )


def settle(rows: Sequence[Settled], *, now: datetime) -> dict[str, int]:
    """Record fates of claims still held; an answer that comes after the lease ran out still settles `uncertain`."""
    return dict(Counter(state for _, state in _write(rows, now)))


def _write(rows: Sequence[Settled], now: datetime) -> list[tuple[int, str]]:
    if not rows:
        return []
    columns: dict[str, Any] = {**sets.columns(rows)}  # Any: arrays of many types
    return [(message_id, state) for message_id, state in sql.run(SETTLE, now=now, **columns).rows]


SETTLE = """
    UPDATE mailing_message AS message
       SET state = fate.state, reason = fate.reason, detail = fate.detail, lease_until = NULL,
           due_at = coalesce(fate.due_at, message.due_at), provider_id = fate.provider_id,
           to_address = coalesce(nullif(fate.to_address, ''), message.to_address),
           attempt = message.attempt - (1 - fate.used),
           sent_at = CASE WHEN fate.state IN ('accepted', 'uncertain') THEN %(now)s ELSE message.sent_at END
      FROM unnest(%(id)s::bigint[], %(attempt)s::int[], %(state)s::text[], %(reason)s::text[], %(detail)s::text[],
                  %(due_at)s::timestamptz[], %(provider_id)s::text[], %(to_address)s::text[], %(used)s::int[])
             AS fate(id, attempt, state, reason, detail, due_at, provider_id, to_address, used)
     WHERE message.tenant_id = %(tenant_id)s AND message.id = fate.id AND message.attempt = fate.attempt
       AND message.state IN ('sending', 'uncertain')
    RETURNING message.id, message.state
"""


def settle_outcomes(
    messages: Sequence[Claimed], outcomes: Mapping[int, Outcome], addresses: Mapping[int, str], *, now: datetime
) -> dict[str, int]:
    """Record what the server said about one tenant's messages, with the facts that follow from it."""
    rows = [_fate(message, outcomes[message.id], addresses[message.id], now) for message in messages]
    written = dict(_write(rows, now))
    settled = [message for message in messages if message.id in written and message.lead_id]
    sent = [message for message in settled if written[message.id] == State.ACCEPTED]
    bounced = [message for message in settled if written[message.id] == State.FAILED]
    _record_facts(sent, bounced, outcomes, now)
    _suppress_dead(bounced, outcomes, addresses, now)
    return dict(Counter(written.values()))


def _fate(message: Claimed, outcome: Outcome, address: str, now: datetime) -> Settled:
    match outcome.ending:
        case Ending.ACCEPTED:
            return Settled.of(message, State.ACCEPTED, provider_id=outcome.said, to_address=address)
        case Ending.UNCERTAIN:
            return Settled.of(message, State.UNCERTAIN, "no_answer", outcome.said, to_address=address)
        case Ending.PERMANENT:
            failure = bounces.classify(outcome.code, outcome.said).failure
            return Settled.of(message, State.FAILED, failure, _words(outcome), to_address=address)
        case Ending.NOT_TRIED:
            pause = UNREACHABLE_PAUSE if outcome.said.startswith("no connection") else timedelta()
            return Settled.of(message, State.QUEUED, "waiting", outcome.said, due_at=now + pause, used=0)
    if message.attempt >= MAX_ATTEMPTS:
        return Settled.of(message, State.FAILED, bounces.Failure.TEMPORARY, _words(outcome), to_address=address)
    pause = min(FIRST_PAUSE * 2 ** (message.attempt - 1), LONGEST_PAUSE)
    return Settled.of(message, State.QUEUED, "temporary", _words(outcome), due_at=now + pause)


def _words(outcome: Outcome) -> str:
    return f"{outcome.code} {outcome.said}"


def _record_facts(
    sent: Sequence[Claimed], bounced: Sequence[Claimed], outcomes: Mapping[int, Outcome], now: datetime
) -> None:
    facts = [(message, Event.EMAIL_SENT) for message in sent]
    facts += [(message, Event.EMAIL_BOUNCED) for message in bounced if outcomes[message.id].ending is Ending.PERMANENT]
    if not facts:
        return
    mails = Email.objects.in_bulk({message.email_id for message, _ in facts})
    record_many([_fact(message, event, mails[message.email_id], now) for message, event in facts])


def _fact(message: Claimed, event: Event, email: Email, now: datetime) -> NewFact:
    subject = SubjectRef("email", email.public_id, name=email.name)
    props = {"message": message.public_id, "email": email.public_id}
    once = uuid5(NAMESPACE_URL, f"{message.public_id}:{event.wire}")
    return NewFact(event, now, lead=message.lead_id, subject=subject, props=props, id=once)


def _suppress_dead(
    bounced: Sequence[Claimed], outcomes: Mapping[int, Outcome], addresses: Mapping[int, str], now: datetime
) -> None:
    dead = [
        addresses[message.id]
        for message in bounced
        if outcomes[message.id].ending is Ending.PERMANENT
        and bounces.classify(outcomes[message.id].code, outcomes[message.id].said).hard
    ]
    suppress(dead, reason=Suppression.Why.BOUNCE, now=now)
