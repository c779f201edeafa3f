"""The last look: everything that speaks for or against each claimed message, read at the moment of sending."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from leads.queries import MailState, mailable, merge_fields
from ma_platform.api.facets import LEAD_FACETS
from ma_platform.db import sql
from ma_platform.tenancy.models import Workspace
from ma_platform.tenancy.scope import current_tenant
from ma_platform.workspaces.actions.quotas import is_full, spend
from ma_platform.workspaces.quotas import Used
from mailing import policy, rendering, template
from mailing.actions.claim import Claimed
from mailing.addresses import address_hash, is_deliverable
from mailing.models import Suppression
from mailing.policy import Go, Kind, Standing, Verdict
from mailing.queries.loaded import Sheet
from mailing.queries.preview import values_of

ASKED_AGAIN = timedelta(hours=1)  # while the workspace's mails of the month are used up


@dataclass(frozen=True, slots=True)
class Looked:
    """One claimed message, the verdict on it, and what rendering needs when the verdict is to go."""

    message: Claimed
    verdict: Verdict
    address: str
    values: Mapping[str, Any]
    sheet: Sheet | None


@dataclass(frozen=True, slots=True)
class _Recent:
    """Marketing mail of one lead: how many may have arrived since `oldest`, and the ids that are on their way."""

    arrived: int = 0
    oldest: datetime | None = None
    leaving: Sequence[int] = ()


@dataclass(slots=True)
class _Found:
    """Facts of one tenant's batch, a few queries for all of it."""

    workspace: Workspace
    base: dict[str, Any]
    merge: dict[int, dict[str, dict[str, object]]]
    states: dict[tuple[int, str], MailState]
    suppressed: set[str]
    excluded: Mapping[int, object]
    recent: dict[int, _Recent]
    quota_until: datetime | None = None


def last_look(messages: Sequence[Claimed], sheets: Mapping[int, Sheet], *, now: datetime) -> list[Looked]:
    """Verdicts for messages of the tenant in scope; at most eight queries whatever their number."""
    found = _read(messages, sheets, now)
    looked = [_look(message, sheets.get(message.email_version_id or 0), found, now) for message in messages]
    spend(Used.MAILS, sum(_is_marketing(one.sheet) and isinstance(one.verdict, Go) for one in looked))
    return looked


def _read(messages: Sequence[Claimed], sheets: Mapping[int, Sheet], now: datetime) -> _Found:
    leads = sorted({message.lead_id for message in messages if message.lead_id})
    states = _states(messages, sheets)
    hashes = {address_hash(state.address) for state in states.values() if state.address}
    marketing = sorted(
        {m.lead_id for m in messages if m.lead_id and _is_marketing(sheets.get(m.email_version_id or 0))}
    )
    return _Found(
        workspace=current_tenant(),
        base=values_of({}, {}),
        merge=merge_fields(leads) if leads else {},
        states=states,
        suppressed=set(Suppression.objects.filter(address_hash__in=hashes).values_list("address_hash", flat=True))
        if hashes
        else set(),
        excluded=LEAD_FACETS.load_one("excluded", marketing) if marketing else {},
        recent=_recent(marketing, now) if marketing else {},
        quota_until=now + ASKED_AGAIN if marketing and is_full(Used.MAILS) else None,
    )


def _states(messages: Sequence[Claimed], sheets: Mapping[int, Sheet]) -> dict[tuple[int, str], MailState]:
    by_topic: dict[str, set[int]] = defaultdict(set)
    for message in messages:
        sheet = sheets.get(message.email_version_id or 0)
        if message.lead_id and sheet:
            by_topic[sheet.document.topic].add(message.lead_id)
    return {
        (lead_id, topic): state
        for topic, leads in by_topic.items()
        for lead_id, state in mailable(sorted(leads), topic).items()
    }


def _is_marketing(sheet: Sheet | None) -> bool:
    return sheet is not None and sheet.document.kind == Kind.MARKETING


def _recent(lead_ids: Sequence[int], now: datetime) -> dict[int, _Recent]:
    rows = sql.run(RECENT, lead_ids=list(lead_ids), since=now - policy.CAP_WINDOW).rows
    return {lead_id: _Recent(arrived, oldest, leaving) for lead_id, arrived, oldest, leaving in rows}


# `uncertain` may have arrived: it counts against the cap like a mail that did. Of those on their way now, in this
# batch or another worker's, the one with the lower id goes first.
RECENT = """
    SELECT message.lead_id, count(*) FILTER (WHERE message.state <> 'sending'), min(message.sent_at),
           coalesce(array_agg(message.id) FILTER (WHERE message.state = 'sending'), '{}')
      FROM mailing_message AS message
     WHERE message.tenant_id = %(tenant_id)s AND message.lead_id = ANY(%(lead_ids)s::bigint[])
       AND (message.sent_at > %(since)s OR message.state = 'sending') AND message.priority = 2
     GROUP BY message.lead_id
"""


def _look(message: Claimed, sheet: Sheet | None, found: _Found, now: datetime) -> Looked:
    if message.content is not None:
        standing = Standing(Kind.NOTICE, message.queued_at, frozen=_frozen(found), address=_plain(message.to_address))
        return Looked(message, policy.decide(standing, now=now), standing.address, {}, None)
    lead_id = message.lead_id or 0
    state = found.states.get((lead_id, sheet.document.topic)) if sheet else None
    values = {**found.base, **template.plain(found.merge.get(lead_id, {})), "event": template.plain(message.event)}
    standing = _standing(message, sheet, state, found, values)
    return Looked(message, policy.decide(standing, now=now), standing.address, values, sheet)


def _standing(
    message: Claimed, sheet: Sheet | None, state: MailState | None, found: _Found, values: Mapping[str, Any]
) -> Standing:
    recent = found.recent.get(message.lead_id or 0, _Recent())
    ahead = sum(other < message.id for other in recent.leaving)
    sender = found.base["workspace"]
    return Standing(
        kind=Kind(sheet.document.kind) if sheet else Kind.OPERATIONAL,
        queued_at=message.queued_at,
        frozen=_frozen(found),
        sender_complete=all((sender["sender_name"], sender["sender_postal_address"], sender["sender_contact"])),
        lead_exists=state is not None,
        address=_plain(state.address or "") if state else "",
        has_basis=bool(state and state.basis),
        refused=bool(state and state.refused),
        suppressed=bool(state and state.address and address_hash(state.address) in found.suppressed),
        excluded=bool(found.excluded.get(message.lead_id or 0)),
        sent_recently=recent.arrived + ahead,
        oldest_recent=recent.oldest,
        quota_until=found.quota_until,
        missing=rendering.missing(sheet.loaded, values) if sheet else (),
    )


def _frozen(found: _Found) -> bool:
    return found.workspace.sending_frozen_at is not None


def _plain(address: str) -> str:
    return address if is_deliverable(address) else ""
