"""Telling members who is on the site: one alert a member and visit, at once or gathered in a digest.

A visit that is to be told is a row first; telling is a change of its state, in the transaction of the alert and of the
mail. So whoever tells, however often and whoever dies on the way, it is told once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import translation

from leads.queries import leads_by_ids
from leads.queries.exclusions import excluded
from lifecycle.actions.alerts import AlertRow, mail_key, visits_key, write_alerts
from lifecycle.actions.visit_wording import Known, Visited, known_of, visit_body, visit_text
from lifecycle.actions.wording import Body, as_json
from lifecycle.alerting import visit_subject
from lifecycle.models import Alert
from lifecycle.queries import visits as asked
from ma_platform import ids
from ma_platform.db import sets, sql
from ma_platform.tenancy import veil
from ma_platform.tenancy.models import Membership
from ma_platform.tenancy.reach import reaches_of
from ma_platform.tenancy.scope import current_tenant
from mailing.actions import Notice, enqueue_notice


@dataclass(frozen=True, slots=True)
class _Noticed:
    """A row to be. gap: minutes in which this member is told of this person once."""

    member_id: int
    lead_id: int
    visit: str
    began_at: datetime
    due_at: datetime
    gap: int


@dataclass(frozen=True, slots=True)
class _Due:
    id: int
    member_id: int
    lead_id: int
    visit: UUID
    began_at: datetime
    held: bool


@dataclass(frozen=True, slots=True)
class _Telling:
    """One message to one member."""

    member: Membership
    rows: Sequence[_Due]
    digest: bool

    @property
    def crossing(self) -> str:
        """What makes it one of its kind."""
        first = self.rows[0]
        what = f"digest:{min(row.id for row in self.rows)}" if self.digest else str(first.visit)
        return f"{visits_key(self.member.pk)}:{what}"


@transaction.atomic
def notice_visits(seen: Collection[tuple[int, int]], *, now: datetime) -> int:
    """Visits going on of these (browser, person) pairs: told to whoever wants to know, or kept for their digest.

    People on the exclusion list are never told of. Replaying changes nothing. Returns how many alerts were made.
    """
    if not seen or not asked.anybody_watches():
        return 0
    wanting = _wanting({lead_id for _visitor, lead_id in seen}, asked.listeners())
    going = asked.arrivals([pair for pair in seen if pair[1] in wanting], now=now)
    if not going:
        return 0
    _one_at_a_time()
    rows = _noticed(going, wanting, now=now)
    columns: dict[str, Any] = sets.columns(rows)  # Any: one list per column
    sql.run(NOTICE, now=now, **columns)
    return tell_visits(now=now)


@transaction.atomic
def tell_visits(*, now: datetime) -> int:
    """Tell what is due: every visit by itself, those that were held in one digest a member. Returns alerts made.

    Whoever is not meant any more, or is no visitor any more, is passed over.
    """
    _one_at_a_time()
    due = sql.typed(CLAIM, _Due, now=now)
    if not due:
        return 0
    listeners = asked.listeners()
    meant = _meant(due, listeners)
    if gone := sorted({row.id for row in due} - {row.id for row in meant}):
        sql.run(PASSED, rows=gone)
    tellings = _tellings(meant, listeners)
    if tellings:
        with veil.outward():
            known = known_of([_visited(row) for row in meant])
        _tell(tellings, known, now=now)
    return len(tellings)


def _wanting(lead_ids: Collection[int], listeners: Mapping[int, Membership]) -> dict[int, list[int]]:
    """By person, who of the listeners wants to be told of them, and sees them."""
    away, limits = excluded(list(lead_ids)), reaches_of(listeners.values())
    owners = {pk: one.owner_id for pk, one in leads_by_ids(list(lead_ids)).items()} if limits else {}
    found: dict[int, list[int]] = {}
    for one in asked.wanted(lead_ids):
        seen = one.member_id not in limits or limits[one.member_id].includes(owners.get(one.lead_id))
        if one.member_id in listeners and one.lead_id not in away and seen:
            found.setdefault(one.lead_id, []).append(one.member_id)
    return found


def _noticed(going: Sequence[asked.Arrival], wanting: Mapping[int, Sequence[int]], *, now: datetime) -> list[_Noticed]:
    members = {member_id for one in going for member_id in wanting[one.lead_id]}
    hours, chosen = asked.working_hours(), asked.settings_by(members)
    due = {member_id: asked.pacing_of(wishes, hours).due(now) for member_id, wishes in chosen.items()}
    return [
        _Noticed(member_id, one.lead_id, str(one.visit), one.began_at, due[member_id], chosen[member_id].gap_minutes)
        for one in going
        for member_id in wanting[one.lead_id]
    ]


def _meant(due: Sequence[_Due], listeners: Mapping[int, Membership]) -> list[_Due]:
    wanting = _wanting({row.lead_id for row in due}, listeners)
    human = asked.still_human({row.visit for row in due})
    return [row for row in due if row.member_id in wanting.get(row.lead_id, ()) and row.visit in human]


def _tellings(rows: Iterable[_Due], listeners: Mapping[int, Membership]) -> list[_Telling]:
    found, held = [], dict[int, list[_Due]]()
    for row in rows:
        if row.held:
            held.setdefault(row.member_id, []).append(row)
        else:
            found.append(_Telling(listeners[row.member_id], [row], digest=False))
    return found + [_Telling(listeners[member_id], theirs, digest=True) for member_id, theirs in held.items()]


def _tell(tellings: Sequence[_Telling], known: Known, *, now: datetime) -> None:
    zone = ZoneInfo(current_tenant().timezone)
    rows, mails = [], []
    for telling in tellings:
        with translation.override(telling.member.user.language):
            body = visit_body([_visited(row) for row in telling.rows], known, zone=zone, now=now, digest=telling.digest)
            rows.append(_alert(telling, body))
            mails.append(_mail(rows[-1], body))
    write_alerts(rows, now=now)
    enqueue_notice(mails, now=now)
    links = [(row.id, telling.crossing) for telling in tellings for row in telling.rows]
    sql.run(LINK, rows=[pk for pk, _ in links], crossings=[crossing for _, crossing in links])


def _alert(telling: _Telling, body: Body) -> AlertRow:
    last = max(telling.rows, key=lambda row: (row.began_at, row.visit))
    return AlertRow(
        public_id=ids.new("alr"),
        kind=Alert.Kind.VISIT,
        lead_id=last.lead_id,
        crossing=telling.crossing,
        reason="visit",
        recipient=telling.member.user.email,
        subject=visit_subject(body),
        body=as_json(body),
        fact_received_at=last.began_at,
        member_id=telling.member.pk,
    )


def _mail(row: AlertRow, body: Body) -> Notice:
    key = mail_key(row.kind, row.crossing)
    return Notice(to=row.recipient, subject=row.subject, text=visit_text(body), html=None, key=key)


def _visited(row: _Due) -> Visited:
    return Visited(row.lead_id, row.visit, row.began_at)


def _one_at_a_time() -> None:
    """Visits of a workspace are noticed and told by one process at a time, so that a quiet hour is one for all."""
    sql.run(LOCK)


LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('lifecycle visits ' || %(tenant_id)s::text, 0))"
# Of several visits at once only the newest is told; of what is held everything, gathered by person.
NOTICE = """
    INSERT INTO lifecycle_visittold AS told (tenant_id, member_id, lead_id, visit, began_at, noticed_at, due_at, state)
    SELECT %(tenant_id)s, new.member_id, new.lead_id, new.visit, new.began_at, %(now)s, new.due_at,
           CASE WHEN new.due_at > %(now)s THEN 'waiting'
                WHEN row_number() OVER (PARTITION BY new.member_id, new.lead_id
                                            ORDER BY new.began_at DESC, new.visit) > 1 THEN 'passed'
                WHEN EXISTS (SELECT FROM lifecycle_visittold AS heard
                              WHERE heard.tenant_id = %(tenant_id)s AND heard.member_id = new.member_id
                                AND heard.lead_id = new.lead_id AND heard.state <> 'passed'
                                AND coalesce(heard.told_at, heard.noticed_at)
                                    > %(now)s - make_interval(mins => new.gap)) THEN 'passed'
                ELSE 'waiting' END
      FROM unnest(%(member_id)s::bigint[], %(lead_id)s::bigint[], %(visit)s::uuid[], %(began_at)s::timestamptz[],
                  %(due_at)s::timestamptz[], %(gap)s::int[])
           AS new(member_id, lead_id, visit, began_at, due_at, gap)
    ON CONFLICT (tenant_id, member_id, visit) DO NOTHING
"""
CLAIM = """
    UPDATE lifecycle_visittold SET state = 'told', told_at = %(now)s
     WHERE tenant_id = %(tenant_id)s AND state = 'waiting' AND due_at <= %(now)s
    RETURNING id, member_id, lead_id, visit, began_at, due_at > noticed_at AS held
"""
PASSED = """
    UPDATE lifecycle_visittold SET state = 'passed', told_at = NULL
     WHERE tenant_id = %(tenant_id)s AND id = ANY (%(rows)s::bigint[])
"""
LINK = """
    UPDATE lifecycle_visittold AS told SET alert_id = alert.id
      FROM unnest(%(rows)s::bigint[], %(crossings)s::text[]) AS of(id, crossing)
      JOIN lifecycle_alert AS alert ON alert.tenant_id = %(tenant_id)s AND alert.crossing = of.crossing
     WHERE told.tenant_id = %(tenant_id)s AND told.id = of.id
"""
