"""Words about mail for the condition language: what stops it. What was sent, opened and clicked are events."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from conditions import WORDS, Choice, Field, Kind, Through
from mailing.models import Suppression

STOPPED = Through(
    alias="stopped",
    key="lead.email_key",
    rows="""SELECT stopped.mailbox FROM (
                SELECT DISTINCT ON (lower(one.address)) lower(one.address) COLLATE "C" AS mailbox, one.reason
                  FROM mailing_suppression AS one
                 WHERE one.tenant_id = %(tenant_id)s AND one.address <> ''
                 ORDER BY lower(one.address), one.id) AS stopped
             WHERE true""",
)

WORDS.add(
    Field(
        "mail.stopped",
        Kind.CHOICE,
        sql="stopped.reason",
        label=_("Mail stopped because"),
        choices=[Choice(str(reason), label) for reason, label in Suppression.Why.choices],
        through=STOPPED,
    )
)
