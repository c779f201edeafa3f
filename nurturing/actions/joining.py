"""Runs of people who are joined: one per flow and key goes on, the survivor's own; the other ends as merged.

Where the survivor never was, the other's runs are the survivor's now, at the step where they are.
"""

from __future__ import annotations

from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from leads.actions import Hung, Joining, at_joining, at_preview, hang
from ma_platform.db import sql
from nurturing.models import Flow

hang(
    Hung("nurturing_run", moves=False, label=_("Scenario runs")),
    Hung("nurturing_entryrefusal", beside=("flow_id", "key", "reason")),
)


@at_joining(order=30)
def join_runs(joining: Joining) -> None:
    """Both statements lock in the order of the runs, as their ticks do."""
    sql.run(END, keep=joining.keep, drop=joining.drop, now=joining.now)
    sql.run(MOVE, keep=joining.keep, drop=joining.drop)


@at_preview(order=30)
def warn_of_runs(keep: int, drop: int) -> list[str]:
    """Flows that both are in."""
    flows = Flow.objects.filter(runs__lead_id=keep, runs__ended_at=None).filter(
        pk__in=Flow.objects.filter(runs__lead_id=drop, runs__ended_at=None)
    )
    said = gettext("Both are in the scenario “%(flow)s”: the remaining person's run goes on, the other one ends.")
    return [said % {"flow": flow.name(get_language() or "ja")} for flow in flows.distinct().order_by("pk")[:20]]


# Live on both sides: the survivor's goes on.
END = """
    UPDATE nurturing_run AS run
       SET state = 'ended', ended_at = %(now)s, end_reason = 'merged', wake_at = NULL, deadline_at = NULL
      FROM (SELECT theirs.id FROM nurturing_run AS theirs
             WHERE theirs.tenant_id = %(tenant_id)s AND theirs.lead_id = %(drop)s AND theirs.ended_at IS NULL
               AND EXISTS (SELECT FROM nurturing_run AS own
                            WHERE own.tenant_id = %(tenant_id)s AND own.lead_id = %(keep)s
                              AND own.flow_id = theirs.flow_id AND own.key = theirs.key AND own.ended_at IS NULL)
             ORDER BY theirs.id FOR UPDATE) AS double
     WHERE run.tenant_id = %(tenant_id)s AND run.id = double.id
"""
# Passes go on counting after the survivor's own.
MOVE = """
    UPDATE nurturing_run AS run
       SET lead_id = %(keep)s,
           pass_no = run.pass_no + coalesce((SELECT max(own.pass_no) FROM nurturing_run AS own
                                              WHERE own.tenant_id = %(tenant_id)s AND own.lead_id = %(keep)s
                                                AND own.flow_id = run.flow_id AND own.key = run.key), 0)
     WHERE run.tenant_id = %(tenant_id)s AND run.lead_id = %(drop)s AND run.end_reason <> 'merged'
"""
