"""Who is left out of reports, kept beside people: holding the list against 100,000 of them takes a second or two."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from psycopg2.sql import SQL

from leads.actions.hung import Hung, Joining, at_joining, at_judging, hang
from leads.actions.personal import withhold
from leads.exclusion import EXCLUDED
from leads.queries.left_out import has_exclusions
from ma_platform.db import sql
from tracking.catalogue import Event, Fact

FIELDS = frozenset({"exclusion", "email", "company", "job_title"})  # what the list looks at
hang(Hung("leads_leftout", moves=False, watched=False, judged=True))
withhold(leads_leftout="whether the exclusion list leaves them out of reports, told with the score")


def judge_left_out(lead_ids: Sequence[int]) -> int:
    """Hold the list against these people; returns how many came under it, left it, or have another reason."""
    if not lead_ids:
        return 0
    changed: int = sql.run(JUDGE_SOME, lead_ids=sorted(set(lead_ids))).value()
    return changed


def refresh_left_out() -> int:
    """Hold the list against everybody; 0 when nothing was missed. Writes only what differs."""
    changed: int = sql.run(JUDGE_ALL).value()
    return changed


def hear_left_out(facts: Sequence[Fact]) -> int:
    """Judge whom these facts may have brought under the list or off it."""
    people = {fact.lead_id for fact in facts if fact.lead_id is not None and _may_differ(fact)}
    return judge_left_out(sorted(people)) if people and has_exclusions() else 0


def _may_differ(fact: Fact) -> bool:
    """A browser that was bound may have come from a network on the list; who parted again stands for themselves."""
    stated = fact.props.get("fields")
    return fact.name != Event.LEAD_UPDATED or not isinstance(stated, list) or not FIELDS.isdisjoint(map(str, stated))


@at_joining(order=15)
def forget_who_stands_aside(joining: Joining) -> None:
    """Whoever stands aside is counted nowhere."""
    judge_left_out([joining.drop])


@at_judging(order=15)
def judge_joined(lead_ids: Sequence[int], now: datetime) -> None:
    """Of people who were joined or parted."""
    judge_left_out(lead_ids)


JUDGE = """
    WITH away AS MATERIALIZED (
        SELECT found.lead_id, found.reason FROM ({excluded}) AS found
          JOIN leads_lead AS lead
            ON lead.tenant_id = %(tenant_id)s AND lead.id = found.lead_id AND lead.merged_into_id IS NULL
         WHERE TRUE {these}
    ), back AS (
        DELETE FROM leads_leftout AS found
         WHERE found.tenant_id = %(tenant_id)s AND found.lead_id NOT IN (SELECT lead_id FROM away) {these}
        RETURNING found.lead_id
    ), put AS (
        INSERT INTO leads_leftout AS known (tenant_id, lead_id, reason)
        SELECT %(tenant_id)s, away.lead_id, away.reason FROM away ORDER BY away.lead_id
            ON CONFLICT (tenant_id, lead_id) DO UPDATE SET reason = excluded.reason
         WHERE known.reason <> excluded.reason
        RETURNING known.lead_id
    )
    SELECT (SELECT count(*) FROM back) + (SELECT count(*) FROM put)
"""
_THESE = SQL("AND found.lead_id = ANY (%(lead_ids)s::bigint[])")
JUDGE_SOME = SQL(JUDGE).format(excluded=SQL(EXCLUDED), these=_THESE)
JUDGE_ALL = SQL(JUDGE).format(excluded=SQL(EXCLUDED), these=SQL(""))
