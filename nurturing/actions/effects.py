"""What a walk makes happen, one kind at a time for all runs that passed the step: each kind is one set statement.

The key of an effect is run and visit, so replaying a tick makes nothing twice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from leads.actions import add_tag
from lifecycle.actions import NoticeToStaff, notify
from ma_platform.db import sql
from mailing.actions import Recipient, enqueue_messages
from mailing.models import Email
from nurturing.steps.add_tag import AddTag
from nurturing.steps.notify import Notify
from nurturing.steps.send_email import SendEmail


@dataclass(frozen=True, slots=True)
class Made:
    """One run that made an effect, at which visit."""

    run_id: int
    lead_id: int
    visit: int

    @property
    def key(self) -> str:
        """The same for ever for this visit of this run."""
        return f"flow:{self.run_id}:{self.visit}"


def tag(effect: AddTag, made: Sequence[Made], now: datetime) -> bool:
    """Tag them all."""
    add_tag([one.lead_id for one in made], effect.tag, now=now)
    return True


def tell(effect: Notify, made: Sequence[Made], now: datetime) -> bool:
    """One notice each."""
    subject = effect.text.splitlines()[0][:60]
    notices = [
        NoticeToStaff(
            to=effect.to, lead_id=one.lead_id, channel=effect.channel, subject=subject, text=effect.text, key=one.key
        )
        for one in made
    ]
    notify(notices, now=now)
    return True


def send(effect: SendEmail, made: Sequence[Made], now: datetime) -> bool:
    """One message row each; False when the e-mail is gone."""
    email = Email.objects.filter(public_id=effect.email).first()
    if email is None:
        return False
    said = dict(sql.run(VARIABLES, run_ids=[one.run_id for one in made]).rows)
    recipients = [Recipient(lead_id=one.lead_id, send_key=one.key, context=said.get(one.run_id, {})) for one in made]
    enqueue_messages(email, recipients, now=now)
    return True


VARIABLES = """
    SELECT id, variables -> 'event' FROM nurturing_run
     WHERE tenant_id = %(tenant_id)s AND id = ANY(%(run_ids)s) AND variables ? 'event'
"""

Applier = Callable[[Any, Sequence[Made], datetime], bool]  # Any: the effect of its kind
# The order in which the kinds of one round are applied: what people are told comes after what is true.
APPLIERS: dict[type[Any], Applier] = {
    AddTag: tag,
    Notify: tell,
    SendEmail: send,
}
ORDER = {kind: place for place, kind in enumerate(APPLIERS)}


def apply(effects: dict[object, list[Made]], *, now: datetime) -> set[object]:
    """Apply each distinct effect to all its runs, kinds in the declared order. Returns the effects that failed."""
    in_order = sorted(effects, key=lambda effect: ORDER[type(effect)])
    return {effect for effect in in_order if not APPLIERS[type(effect)](effect, effects[effect], now)}
