"""Runs of people who come to stand on the exclusion list: they end, whatever step they stand at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from leads.queries.exclusions import excluded
from ma_platform.db import sql
from nurturing.actions.settling import Journey, array, settle
from nurturing.engine import Over, Passed
from tracking.catalogue import Event, Fact

EXCLUDED = "excluded"
FIELDS = frozenset({"exclusion", "email", "company", "job_title"})  # what the list looks at


def end_excluded(facts: Sequence[Fact], *, now: datetime) -> int:
    """End the live runs of whoever these facts may have put on the list and who stands on it. Returns how many."""
    away = excluded([fact.lead_id for fact in facts if fact.lead_id is not None and _may_exclude(fact)])
    if not away:
        return 0
    together: dict[tuple[int, str], list[int]] = defaultdict(list)
    for run_id, flow_id, step in sql.run(LIVE, lead_ids=array(sorted(away))).rows:
        together[flow_id, step].append(run_id)
    settle(
        [
            Journey(flow_id, run_ids, [Passed(step, EXCLUDED)], Over(step, EXCLUDED, completed=False))
            for (flow_id, step), run_ids in together.items()
        ],
        now=now,
    )
    return sum(map(len, together.values()))


def _may_exclude(fact: Fact) -> bool:
    """A browser bound may have come from a network on the list."""
    if fact.name == Event.LEAD_UPDATED:
        return not FIELDS.isdisjoint(fact.props.get("fields") or ())
    return fact.name in (Event.VISITOR_BOUND, Event.LEADS_MERGED)


# In the order of the runs, as their ticks lock them.
LIVE = """
    SELECT run.id, run.flow_id, run.step FROM nurturing_run AS run
     WHERE run.tenant_id = %(tenant_id)s AND run.lead_id = ANY (%(lead_ids)s::bigint[]) AND run.ended_at IS NULL
     ORDER BY run.id
       FOR UPDATE
"""
