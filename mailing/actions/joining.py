"""Mails of people who are joined: the survivor's from now on, and nobody gets the same mail twice."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from leads.actions import ConsentInput, Hung, Joining, at_joining, hang, record_consent
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
    stopped = [lead for lead in (joining.keep, joining.drop) if _is_stopped(lead)]
    if stopped and not sql.run(REFUSED, lead_id=joining.keep).value():
        evidence = {"source": "merge", "merge": joining.merge, "way": "suppressed"}
        record_consent([ConsentInput(joining.keep, EVERYTHING, "refused", None, evidence)], now=joining.now)


def _is_stopped(lead_id: int) -> bool:
    address = Lead.objects.filter(pk=lead_id).values_list("email", flat=True).first()
    reasons = [Suppression.Why.COMPLAINT, Suppression.Why.MANUAL]
    found = Suppression.objects.filter(reason__in=reasons)
    return bool(address) and found.filter(address_hash=address_hash(str(address))).exists()


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
