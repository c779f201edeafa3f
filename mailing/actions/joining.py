"""Mails of people who are joined: the survivor's from now on, and nobody gets the same mail twice.

Stops follow a person to another address as well.
"""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from leads.actions import ConsentInput, Hung, Joining, at_joining, hang, record_consent
from leads.actions.addresses import at_main_address
from leads.models import Lead
from ma_platform.db import sql
from mailing.addresses import address_hash
from mailing.models import Message, State, Suppression

MERGED = "merged"
EVERYTHING = "*"

hang(Hung("mailing_message", beside=("send_key",), label=_("Mails to them")))


@at_joining(order=20)
def join_mails(joining: Joining) -> None:
    """What both were to get, the survivor gets once; who complained or was stopped at either address is not written to.

    An address that merely does not exist stops nothing but itself.
    """
    waiting = Message.objects.filter(lead_id=joining.drop, state__in=[State.QUEUED, State.DEFERRED])
    waiting.update(state=State.SKIPPED, reason=MERGED)
    if any(_is_stopped(_address(lead)) for lead in (joining.keep, joining.drop)):
        evidence = {"source": "merge", "merge": joining.merge, "way": "suppressed"}
        _refuse(joining.keep, evidence, now=joining.now)


@at_main_address
def carry_stop(lead_id: int, before: str, now: datetime) -> bool:
    """Who complained or was stopped at the main address is not written to at another one that takes its place."""
    return _is_stopped(before) and _refuse(lead_id, {"source": "address", "way": "suppressed"}, now=now)


def _refuse(lead_id: int, evidence: dict[str, str], *, now: datetime) -> bool:
    """False when a refusal of everything stands already."""
    if sql.run(REFUSED, lead_id=lead_id).value():
        return False
    record_consent([ConsentInput(lead_id, EVERYTHING, "refused", None, evidence)], now=now)
    return True


def _address(lead_id: int) -> str:
    return Lead.objects.filter(pk=lead_id).values_list("email", flat=True).first() or ""


def _is_stopped(address: str) -> bool:
    reasons = [Suppression.Why.COMPLAINT, Suppression.Why.MANUAL]
    found = Suppression.objects.filter(reason__in=reasons)
    return bool(address) and bool(found.filter(address_hash=address_hash(address)).exists())


REFUSED = """
    SELECT EXISTS (SELECT FROM leads_consent AS line
                    WHERE line.tenant_id = %(tenant_id)s AND line.lead_id = %(lead_id)s AND line.topic = '*'
                      AND line.state = 'refused'
                      AND NOT EXISTS (SELECT FROM leads_consent AS later
                                       WHERE later.tenant_id = %(tenant_id)s AND later.lead_id = %(lead_id)s
                                         AND later.topic = '*' AND later.state = 'granted'
                                         AND later.basis = 'consent'
                                         AND (later.at, later.id) > (line.at, line.id)))
"""
