"""Mails and stopped addresses, handed out with everything else that is kept about a person."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from leads.actions import Part, Person, at_personal_export, told_by
from mailing.addresses import address_hash
from mailing.models import Suppression

MAILS = """
    SELECT json_build_object(
               'id', mail.public_id, 'mail', email.name, 'subject', email.subject, 'topic', email.topic,
               'version', version.no, 'to', mail.to_address, 'state', mail.state, 'reason', mail.reason,
               'queued_at', mail.queued_at, 'sent_at', mail.sent_at, 'context', mail.context)::text
      FROM mailing_message AS mail
      LEFT JOIN mailing_email AS email ON email.tenant_id = %(tenant_id)s AND email.id = mail.email_id
      LEFT JOIN mailing_emailversion AS version
             ON version.tenant_id = %(tenant_id)s AND version.id = mail.email_version_id
     WHERE mail.tenant_id = %(tenant_id)s AND mail.lead_id = ANY (%(lead_ids)s::bigint[])
     ORDER BY mail.queued_at, mail.id
"""


def stopped_addresses(person: Person) -> Iterator[dict[str, Any]]:  # Any: JSON
    """Addresses of the person that nothing goes to, and why."""
    known = {address_hash(address): address for address in person.emails}
    for one in Suppression.objects.filter(address_hash__in=known).order_by("since", "id"):
        yield {"address": known[one.address_hash], "reason": one.reason, "since": one.since.isoformat()}


at_personal_export(
    Part("mails", ("mailing_message",), told_by(MAILS)),
    Part("stopped_addresses", ("mailing_suppression",), stopped_addresses),
)
