"""An operator lets today's rules look at a past period again: first counted, then done, both resumable.

One row, one chunk a transaction: the visits and hits of a piece of the period, the row's `position` moved in the same
commit. People are told of at the end, once each, however many chunks they were in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy

from ma_platform import audit, errors
from ma_platform.db import sql
from ma_platform.tenancy.models import User
from ma_platform.tenancy.scope import system_scope
from tracking import verdict
from tracking.actions.rejudge.hits import (
    AROUND,
    HIT,
    PIXELS_AROUND,
    JudgedHit,
    judge_mail_rows,
    judge_pixel_rows,
    known_gateways,
    preview_hits,
    rows_of,
    write_hits,
)
from tracking.actions.rejudge.moves import Outcome, lock_judging, settle, tell_of_pass, tell_of_visitors
from tracking.actions.rejudge.visits import (
    ROWS,
    VisitRow,
    count_verdicts,
    judge_rows,
    preview_visits,
    write_visits,
)
from tracking.catalogue import Verdict
from tracking.models import Rejudgement

VISITS_AT_ONCE, COUNTED_AT_ONCE = 500, 20_000
CHUNK = timedelta(days=1)
LONGEST = timedelta(days=400)
PEOPLE_AT_ONCE = 5_000
STALLED = timedelta(seconds=60)
State = Rejudgement.State


class PeriodRefused(errors.DomainError):
    """The period is empty, lies ahead, or is longer than the log can be read in one go."""

    code = "period_refused"
    status = 400
    message = gettext_lazy("Choose a period of at most 400 days that lies in the past.")


class NotReady(errors.DomainError):
    """It has not been counted to the end, or has been done already."""

    code = "not_ready"
    status = 409
    message = gettext_lazy("This re-judgement is not waiting to be started.")


def ask_rejudgement(since: datetime, until: datetime, *, by: User | None, now: datetime) -> Rejudgement:
    """A new row that counts what would change; `tracking.tasks.rejudge` works on it. Raises PeriodRefused."""
    until = min(until, now)
    if not since < until or until - since > LONGEST:
        raise PeriodRefused(since=since.isoformat(), until=until.isoformat())
    asked: Rejudgement = Rejudgement.objects.create(
        rule_version=verdict.RULE_VERSION,
        since=since,
        until=until,
        position=since,
        state=State.PREVIEW,
        asked_by=by.pk if by else None,
        asked_at=now,
        moved_at=now,
    )
    return asked


def run_rejudgement(asked: Rejudgement, *, by: User | None, now: datetime) -> None:
    """From counted to doing. Raises NotReady."""
    started = sql.run(START, id=asked.pk, rule_version=verdict.RULE_VERSION, now=now).rowcount
    if not started:
        raise NotReady(rejudgement=asked.public_id, state=asked.state)
    sql.run(FORGET, id=asked.pk)
    audit.record(
        by,
        "tracking.rejudgement_started",
        asked.public_id,
        at=now,
        since=asked.since.isoformat(),
        until=asked.until.isoformat(),
        rule_version=verdict.RULE_VERSION,
    )


def advance(rejudgement_id: int, *, now: datetime) -> bool:
    """One chunk; False when nothing is left to do, or somebody else is at it."""
    rows = Rejudgement.objects.select_for_update(skip_locked=True)
    one = rows.filter(pk=rejudgement_id, state__in=(State.PREVIEW, State.RUNNING)).first()
    if one is None:
        return False
    if one.position >= one.until:
        _finish(one, now=now)
        return False
    lock_judging()
    until = _chunk_end(one)
    outcome, found = _chunk(one, until, now=now)
    _add(one, outcome, found, until, now=now)
    return True


def resume(start: Callable[[int, int], None], *, now: datetime) -> int:
    """Call `start(workspace, pass)` for those that have not got on for a while: their task was lost."""
    with system_scope():
        found = sql.run(STALLED_ROWS, before=now - STALLED).rows
        for tenant_id, rejudgement_id in found:
            start(tenant_id, rejudgement_id)
    return len(found)


def _chunk_end(one: Rejudgement) -> datetime:
    """Not more than a day nor, but for those of one moment, than so many visits and so many views only counted."""
    most = min(one.position + CHUNK, one.until)
    nth = sql.run(NTH_VISIT, since=one.position, until=most, most=VISITS_AT_ONCE).values()
    nth += sql.run(NTH_COUNTED, since=one.position, until=most, most=COUNTED_AT_ONCE).values()
    if not nth:
        return most
    end: datetime = min(nth)
    return max(end, one.position + timedelta(microseconds=1))


def _chunk(one: Rejudgement, until: datetime, *, now: datetime) -> tuple[Outcome, Counter[int]]:
    """What moved, and how many hits had which verdict before."""
    span: dict[str, Any] = {"since": one.position, "until": until}
    visits = sql.typed(VISITS, VisitRow, **span)
    found = Counter(count_verdicts(visits))
    judged = judge_rows(visits, now=now)
    hits = _hits(one.position, until, now=now)
    found.update(hit.row.verdict for hit in hits)
    if one.state == State.PREVIEW:
        moved = preview_visits(judged) + preview_hits(hits)
    else:
        moved = write_visits(judged, now=now) + write_hits(hits)
        settle(moved)
        tell_of_visitors(moved, now=now)
    outcome = Outcome(examined=sum(found.values()))
    outcome.take(moved)
    return outcome, found


def _hits(since: datetime, until: datetime, *, now: datetime) -> list[JudgedHit]:
    """Bare hits of the chunk, judged with their neighbours before and after it."""
    mails = rows_of(MAIL_HITS, since=since - AROUND, until=until + AROUND)
    judged = judge_mail_rows(mails, gateways=known_gateways((row.hit.ip for row in mails), now=now))
    judged += judge_pixel_rows(rows_of(PAGE_HITS, since=since - PIXELS_AROUND, until=until + PIXELS_AROUND))
    return [one for one in judged if since <= one.row.occurred_at < until]


def _add(one: Rejudgement, outcome: Outcome, found: Counter[int], until: datetime, *, now: datetime) -> None:
    before, after = Counter(one.before), Counter(one.after)
    before.update(_words(found))
    after.update(_words(found))
    for (was, is_now), number in outcome.shifts.items():
        after[_word(was)] -= number
        after[_word(is_now)] += number
    if outcome.people:
        sql.run(CONCERNED, id=one.pk, lead_id=list(outcome.people), changed=list(outcome.people.values()))
    one.before, one.after, one.position, one.moved_at = dict(before), dict(after), until, now
    one.examined += outcome.examined
    one.changed += outcome.changed
    one.people = sql.run(PEOPLE, id=one.pk).value()
    one.save()


def _finish(one: Rejudgement, *, now: datetime) -> None:
    if one.state == State.PREVIEW:
        one.state, one.moved_at = State.READY, now
        one.save(update_fields=["state", "moved_at"])
        return
    after = 0
    while people := sql.run(NEXT_PEOPLE, id=one.pk, after=after, most=PEOPLE_AT_ONCE).rows:
        tell_of_pass(one.public_id, people, now=now)
        after = people[-1][0]
    one.state, one.moved_at, one.finished_at = State.DONE, now, now
    one.save(update_fields=["state", "moved_at", "finished_at"])
    facts = {"before": one.before, "after": one.after, "changed": one.changed, "people": one.people}
    user = User.objects.filter(pk=one.asked_by).first() if one.asked_by else None
    audit.record(user, "tracking.rejudged", one.public_id, at=now, rule_version=one.rule_version, **facts)


def _words(found: Mapping[int, int]) -> dict[str, int]:
    return {_word(number): count for number, count in found.items()}


def _word(number: int) -> str:
    return Verdict(number).name.lower()


START = """
    UPDATE tracking_rejudgement
       SET state = 'running', rule_version = %(rule_version)s, position = since, moved_at = %(now)s, examined = 0,
           changed = 0, people = 0, before = '{}', after = '{}'
     WHERE tenant_id = %(tenant_id)s AND id = %(id)s AND state = 'ready'
"""
FORGET = "DELETE FROM tracking_rejudged WHERE tenant_id = %(tenant_id)s AND rejudgement_id = %(id)s"
STALLED_ROWS = """
    SELECT tenant_id, id FROM tracking_rejudgement
     WHERE state IN ('preview', 'running') AND moved_at < %(before)s ORDER BY id
"""
NTH_VISIT = """
    SELECT last_at FROM tracking_session
     WHERE tenant_id = %(tenant_id)s AND last_at >= %(since)s AND last_at < %(until)s
     ORDER BY last_at OFFSET %(most)s LIMIT 1
"""
NTH_COUNTED = """
    SELECT occurred_at FROM tracking_event
     WHERE tenant_id = %(tenant_id)s AND visitor_id IS NULL AND name = 1
       AND occurred_at >= %(since)s AND occurred_at < %(until)s
     ORDER BY occurred_at OFFSET %(most)s LIMIT 1
"""
VISITS = ROWS + " AND visit.last_at >= %(since)s AND visit.last_at < %(until)s ORDER BY visit.last_at"
# By subject, whose index knows the time: mails and links are few, and a month of the log is not.
_OF_SUBJECTS = """
      FROM tracking_subject AS subject
     CROSS JOIN LATERAL (
           SELECT * FROM tracking_event AS near
            WHERE near.tenant_id = %(tenant_id)s AND near.subject_id = subject.id
              AND near.occurred_at >= %(since)s AND near.occurred_at < %(until)s OFFSET 0) AS event
     WHERE subject.tenant_id = %(tenant_id)s AND event.props ? 'hit'
"""
MAIL_HITS = (
    "SELECT "
    + HIT
    + _OF_SUBJECTS
    + """ AND subject.kind IN ('email', 'link') AND event.name IN (10, 11)
     ORDER BY event.occurred_at, event.id
"""
)
PAGE_HITS = (
    "SELECT "
    + HIT
    + _OF_SUBJECTS
    + " AND subject.kind IN ('page', 'asset') AND event.name NOT IN (10, 11) ORDER BY event.occurred_at, event.id"
)
CONCERNED = """
    INSERT INTO tracking_rejudged AS known (tenant_id, rejudgement_id, lead_id, changed)
    SELECT %(tenant_id)s, %(id)s, lead_id, changed
      FROM unnest(%(lead_id)s::bigint[], %(changed)s::int[]) AS found(lead_id, changed) ORDER BY lead_id
    ON CONFLICT (tenant_id, rejudgement_id, lead_id) DO UPDATE SET changed = known.changed + excluded.changed
"""
PEOPLE = """
    SELECT count(*)::int FROM tracking_rejudged WHERE tenant_id = %(tenant_id)s AND rejudgement_id = %(id)s
"""
NEXT_PEOPLE = """
    SELECT lead_id, changed FROM tracking_rejudged
     WHERE tenant_id = %(tenant_id)s AND rejudgement_id = %(id)s AND lead_id > %(after)s
     ORDER BY lead_id LIMIT %(most)s
"""
