"""Send what is due: claim, look once more, render, hand over, record. At most once at any crash point.

A crash before the claim commits leaves the row queued; after it, the row is found by its lease and becomes uncertain.
Nothing here holds a transaction while the network is used.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parseaddr
from functools import lru_cache
from itertools import groupby

from django.conf import settings

from ma_platform.tenancy.scope import current_tenant, tenant_scope
from mailing import mime, rendering, template, transport
from mailing.actions.claim import Claimed, claim, give_up_leases
from mailing.actions.look import Looked, last_look
from mailing.actions.settle import Settled, settle, settle_outcomes
from mailing.models import State
from mailing.policy import Defer, Go, Reason, Skip
from mailing.queries.loaded import loaded
from mailing.signing import SIGNER
from mailing.smtp import Envelope
from mailing.tokens import Ticket

BATCH = 100
log = logging.getLogger(__name__)


@dataclass(slots=True)
class Delivery:
    """What one pass did. `claimed` 0 means nothing was due."""

    claimed: int = 0
    counts: dict[str, int] = field(default_factory=dict)

    def add(self, counts: dict[str, int]) -> None:
        """Sum up."""
        for state, count in counts.items():
            self.counts[state] = self.counts.get(state, 0) + count


@dataclass(frozen=True, slots=True)
class _Ready:
    """A claimed message and its mail."""

    message: Claimed
    envelope: Envelope


def deliver_due(*, now: datetime, limit: int = BATCH) -> Delivery:
    """One pass over up to `limit` due messages of all tenants. Call it outside of any transaction."""
    transport.current()  # raises before anything is claimed when there is no way to send
    delivery = Delivery()
    delivery.add({"uncertain": give_up_leases(now=now)})
    claimed = claim(now=now, limit=limit)
    delivery.claimed = len(claimed)
    ready: list[_Ready] = []
    for tenant_id, messages in _by_tenant(claimed):
        with _alone(tenant_id):
            looked = _looked(messages, now)
            going, settled = _render(looked, now)
            delivery.add(settle(settled, now=now))
            ready.extend(going)
    _hand_over(ready, delivery, now)
    return delivery


@contextmanager
def _alone(tenant_id: int) -> Iterator[None]:
    """One tenant's share of a pass: what fails in it costs no other tenant its mail. Its claims stay as they are, and
    become uncertain when their lease runs out."""
    try:
        with tenant_scope(tenant_id):
            yield
    except Exception:
        log.exception("sending for tenant %s failed half-way", tenant_id)


def _by_tenant(claimed: Iterable[Claimed]) -> list[tuple[int, list[Claimed]]]:
    ordered = sorted(claimed, key=lambda message: (message.tenant_id, message.priority, message.id))
    return [
        (tenant_id, list(messages)) for tenant_id, messages in groupby(ordered, key=lambda message: message.tenant_id)
    ]


def _looked(messages: Sequence[Claimed], now: datetime) -> list[Looked]:
    versions = {message.email_version_id for message in messages if message.email_version_id}
    sheets = loaded(versions, locale=current_tenant().locale) if versions else {}
    return last_look(messages, sheets, now=now)


def _hand_over(ready: Sequence[_Ready], delivery: Delivery, now: datetime) -> None:
    """Notices go in a hand-over of their own, so an alert never waits behind newsletters."""
    urgent = [one for one in ready if one.message.priority == 0]
    for part in (urgent, [one for one in ready if one.message.priority > 0]):
        if not part:
            continue
        outcomes = {outcome.id: outcome for outcome in transport.hand_over([one.envelope for one in part])}
        addresses = {one.message.id: one.envelope.recipient for one in part}
        for tenant_id, messages in _by_tenant(one.message for one in part):
            with _alone(tenant_id):
                delivery.add(settle_outcomes(messages, outcomes, addresses, now=now))


def _render(looked: Sequence[Looked], now: datetime) -> tuple[list[_Ready], list[Settled]]:
    """Mails of those that go, and the fate of those that do not."""
    ready: list[_Ready] = []
    settled: list[Settled] = []
    for one in looked:
        match one.verdict:
            case Skip(reason, detail):
                settled.append(Settled.of(one.message, State.SKIPPED, reason, detail))
            case Defer(reason, until):
                settled.append(Settled.of(one.message, State.DEFERRED, reason, due_at=until, used=0))
            case Go():
                try:
                    ready.append(_Ready(one.message, _envelope(one, now)))
                except template.RenderFailed:
                    settled.append(Settled.of(one.message, State.SKIPPED, Reason.TEMPLATE))
    return ready, settled


def _envelope(one: Looked, now: datetime) -> Envelope:
    letter = _notice(one, now) if one.sheet is None else _letter(one, now)
    return Envelope(one.message.id, letter.sender.address, one.address, mime.assemble(letter))


@lru_cache(maxsize=4)
def _default_sender(said: str) -> mime.Person:
    return mime.Person(*parseaddr(said))


def _notice(one: Looked, now: datetime) -> mime.Letter:
    message, content = one.message, one.message.notice
    return mime.Letter(
        sender=_default_sender(settings.DEFAULT_FROM_EMAIL),
        to=mime.Person("", one.address),
        subject=str(content.get("subject", "")),
        text=str(content.get("text", "")),
        html=content.get("html") or None,
        message_id=message.message_id,
        send_key=message.send_key,
        date=now,
    )


def _letter(one: Looked, now: datetime) -> mime.Letter:
    message, sheet, values = one.message, one.sheet, one.values
    assert sheet is not None
    ticket = Ticket(message.tenant_id, message.lead_id or 0, message.public_id, sheet.email, int(now.timestamp()))
    shown = rendering.personalise(sheet.loaded, values, ticket, SIGNER)
    default = _default_sender(settings.DEFAULT_FROM_EMAIL)
    document, lead = sheet.document, values.get("lead", {})
    is_marketing = document.kind == "marketing"
    return mime.Letter(
        sender=mime.Person(
            document.from_name or values["workspace"]["sender_name"] or default.name,
            document.from_email or default.address,
        ),
        to=mime.Person(f"{lead.get('last_name') or ''} {lead.get('first_name') or ''}".strip(), one.address),
        subject=shown.subject,
        text=shown.text,
        html=shown.html,
        message_id=message.message_id,
        send_key=message.send_key,
        date=now,
        reply_to=document.reply_to,
        refuse_url=shown.refuse_url if is_marketing else "",
        bulk=is_marketing,
    )
