"""Telling sales: one alert per crossing, in the app and by mail, and a scenario's own notices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext

from leads.queries import leads_by_ids
from leads.queries.exclusions import excluded
from lifecycle.actions.recipients import Recipients, recipients
from lifecycle.actions.wording import Body, alert_bodies, alert_text, as_json, lead_link
from lifecycle.alerting import Crossing
from lifecycle.models import Alert, VisitTold
from lifecycle.queries.alerts import seen_by
from ma_platform import ids
from ma_platform.db import sets, sql
from ma_platform.tenancy import veil
from ma_platform.tenancy.models import Membership, User
from ma_platform.tenancy.scope import current_tenant
from mailing.actions import Notice, enqueue_notice, forget_notices


@dataclass(frozen=True)
class NoticeToStaff:
    """What a scenario wants said, once per `key`. `to`: owner, department or an address; `channel`: mail or in_app."""

    to: str
    lead_id: int
    channel: str
    subject: str
    text: str
    key: str


@dataclass(frozen=True)
class AlertRow:
    """A line of the table to be. member_id: whose it is, None: everybody's."""

    public_id: str
    kind: str
    lead_id: int
    crossing: str
    reason: str
    recipient: str
    subject: str
    body: str
    fact_received_at: datetime | None
    member_id: int | None = None


def raise_alerts(crossings: Sequence[Crossing], *, now: datetime) -> int:
    """Make each crossing's alert, once: a row and a mail handed over in this transaction. Returns how many were new.

    People on the exclusion list are never told of.
    """
    left_out = excluded([one.lead_id for one in crossings])
    crossings = [one for one in crossings if one.lead_id not in left_out]
    if not crossings:
        return 0
    workspace = current_tenant()
    with translation.override(workspace.locale):
        with veil.outward():
            bodies = alert_bodies(crossings, workspace=workspace, now=now)
        whom = recipients([one.lead_id for one in crossings])
        rows = [_hot_row(one, bodies[one.lead_id], whom) for one in crossings if one.lead_id in bodies]
        fresh = set(write_alerts(rows, now=now))
        told = [_mail(row, bodies[row.lead_id]) for row in rows if row.crossing in fresh]
    enqueue_notice(told, now=now)
    return len(fresh)


def notify(notices: Sequence[NoticeToStaff], *, now: datetime) -> int:
    """Tell staff something about leads; each key once. Returns how many were new."""
    if not notices:
        return 0
    whom = recipients([notice.lead_id for notice in notices])
    links = {pk: lead_link(lead.public_id) for pk, lead in leads_by_ids([n.lead_id for n in notices]).items()}
    rows = [
        _notice_row(notice, whom.address(notice.lead_id, notice.to)) for notice in notices if notice.lead_id in links
    ]
    fresh = set(write_alerts(rows, now=now))
    mails = [
        Notice(
            to=address,
            subject=notice.subject,
            text=_signed(notice, links[notice.lead_id]),
            html=None,
            key=f"{mail_key(Alert.Kind.NOTICE, notice.key)}:{address}",
        )
        for notice in notices
        if notice.channel == "mail" and notice.key in fresh
        for address in whom.addresses(notice.lead_id, notice.to)
    ]
    enqueue_notice(mails, now=now)
    return len(fresh)


def mark_read(public_ids: Sequence[str] | None, *, by: User, now: datetime) -> int:
    """Mark alerts that `by` may see as read; None marks all of them. Returns how many were unread."""
    unread = Alert.objects.filter(seen_by(by), read_at=None)
    if public_ids is not None:
        unread = unread.filter(public_id__in=public_ids)
    changed: int = unread.update(read_at=now, read_by=by)
    return changed


def forget_told(lead_ids: Sequence[int]) -> int:
    """Remove the mails that told staff of people, and whole digests that name them among others; alerts of their own
    go with the people's rows. Returns how many mails there were."""
    digests = VisitTold.objects.filter(lead_id__in=lead_ids, alert__isnull=False).values("alert_id")
    told = Alert.objects.filter(Q(lead_id__in=lead_ids) | Q(pk__in=digests))
    keys = [mail_key(kind, crossing) for kind, crossing in told.values_list("kind", "crossing")]
    Alert.objects.filter(pk__in=list(digests.values_list("alert_id", flat=True))).delete()
    return forget_notices(keys)


def forget_told_to(member: Membership) -> int:
    """Remove the mails that told a member of visits; their alerts go with their membership. Returns how many."""
    return forget_notices([visits_key(member.pk)])


def visits_key(member_id: int) -> str:
    """What the crossings, and so the mails, of all visits a member is told of begin with."""
    return f"visit:{member_id}"


def mail_key(kind: str, crossing: str) -> str:
    """What the mail of an alert is queued as."""
    return {Alert.Kind.HOT: f"alert:{crossing}", Alert.Kind.NOTICE: f"notice:{crossing}"}.get(
        Alert.Kind(kind), crossing
    )


def _hot_row(one: Crossing, body: Body, whom: Recipients) -> AlertRow:
    return AlertRow(
        public_id=ids.new("alr"),
        kind=Alert.Kind.HOT,
        lead_id=one.lead_id,
        crossing=one.crossing,
        reason=one.reason,
        recipient=whom.address(one.lead_id, "owner"),
        subject=gettext("[Hot lead] %(name)s") % {"name": body["headline"]},
        body=as_json(body),
        fact_received_at=one.fact_received_at,
    )


def _notice_row(notice: NoticeToStaff, recipient: str) -> AlertRow:
    return AlertRow(
        public_id=ids.new("alr"),
        kind=Alert.Kind.NOTICE,
        lead_id=notice.lead_id,
        crossing=notice.key,
        reason="flow",
        recipient=recipient,
        subject=notice.subject,
        body=as_json({"text": notice.text}),
        fact_received_at=None,
    )


def _mail(row: AlertRow, body: Body) -> Notice:
    key = mail_key(row.kind, row.crossing)
    return Notice(to=row.recipient, subject=row.subject, text=alert_text(body), html=None, key=key)


def _signed(notice: NoticeToStaff, link: str) -> str:
    return f"{notice.text}\n\n{link}\n"


def write_alerts(rows: Sequence[AlertRow], *, now: datetime) -> list[str]:
    """Insert the alerts that are new; returns their crossings."""
    if not rows:
        return []
    columns: dict[str, Any] = sets.columns(rows)  # Any: one list per column
    return sql.run(WRITE, now=now, **columns).values()


WRITE = """
    INSERT INTO lifecycle_alert (tenant_id, public_id, kind, lead_id, crossing, reason, recipient, subject, body,
                                 fact_received_at, member_id, handed_over_at)
    SELECT %(tenant_id)s, alert.*, %(now)s
      FROM unnest(%(public_id)s::text[], %(kind)s::text[], %(lead_id)s::bigint[], %(crossing)s::text[],
                  %(reason)s::text[], %(recipient)s::text[], %(subject)s::text[], %(body)s::jsonb[],
                  %(fact_received_at)s::timestamptz[], %(member_id)s::bigint[])
           AS alert(public_id, kind, lead_id, crossing, reason, recipient, subject, body, fact_received_at, member_id)
    ON CONFLICT (tenant_id, crossing) DO NOTHING
    RETURNING crossing
"""
