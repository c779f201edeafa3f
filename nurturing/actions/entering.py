"""Letting leads into a flow: one statement decides for all of them, and a refusal leaves a row with its reason."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from leads.actions.segments import stir_flows
from leads.queries.exclusions import excluded
from ma_platform.db import sql
from ma_platform.errors import DomainError
from nurturing.actions.bell import ring
from nurturing.asking import leads_matching
from nurturing.graph import Reentry
from nurturing.models import Flow
from nurturing.queries import published


@dataclass(frozen=True, slots=True)
class Entry:
    """A lead at the door. `key` keys the run (a deal, a seminar); `variables` are kept with it for the mails."""

    lead_id: int
    key: str = ""
    variables: dict[str, Any] = field(default_factory=dict)  # Any: JSON of the event


@dataclass(frozen=True, slots=True)
class Admission:
    """How many came in and how many were refused, each with a row that says why."""

    entered: int
    refused: int


class FlowNotPublished(DomainError):
    """Nobody can enter a flow that has never been published."""

    code = "flow_not_published"
    message = _("This scenario has not been published yet.")


def enter_leads(flow: Flow, *, entries: Sequence[Entry], now: datetime) -> Admission:
    """Start a run for each entry the flow lets in; the others get a refusal row. Replaying changes nothing but counts.

    A keyed entry comes in once for ever. Without a key the flow's re-entry rule decides. Raises FlowNotPublished.
    """
    version, graph = published(flow)
    if version is None or graph is None:
        raise FlowNotPublished(flow=flow.public_id)
    leads = sorted({entry.lead_id for entry in entries})
    meeting = set(leads) if graph.entry is None else leads_matching(graph.entry, among=leads, now=now)
    entered, refused = sql.run(
        ENTER,
        flow_id=flow.pk,
        version_id=version,
        start=graph.start,
        now=now,
        never=graph.reentry.mode == "never",
        back_since=back_since(graph.reentry, now),
        **columns_of(entries, meeting),
        left_out=sorted(excluded(leads)),
    ).one()
    if entered:
        ring()
        stir_flows({flow.public_id: leads}, now=now)
    return Admission(entered=entered, refused=refused)


def would_enter(flow: Flow, lead_ids: Sequence[int], *, now: datetime) -> int:
    """How many of these leads the flow would let in without a key, nothing being written; none while it is paused."""
    version, graph = published(flow)
    if version is None or graph is None or flow.state == Flow.State.PAUSED or not lead_ids:
        return 0
    leads = (
        sorted(set(lead_ids)) if graph.entry is None else sorted(leads_matching(graph.entry, among=lead_ids, now=now))
    )
    never, since = graph.reentry.mode == "never", back_since(graph.reentry, now)
    found: int = sql.run(WOULD_ENTER, flow_id=flow.pk, lead_ids=leads, never=never, back_since=since).value()
    return found


WOULD_ENTER = """
    SELECT count(*) FROM unnest(%(lead_ids)s::bigint[]) AS wanted(lead_id)
     WHERE NOT EXISTS (SELECT FROM nurturing_run AS run
                        WHERE run.tenant_id = %(tenant_id)s AND run.flow_id = %(flow_id)s
                          AND run.lead_id = wanted.lead_id AND run.key = ''
                          AND (run.ended_at IS NULL OR %(never)s OR run.ended_at > %(back_since)s))
"""


def back_since(reentry: Reentry, now: datetime) -> datetime | None:
    """A run that ended after this is too recent; None where the time does not matter."""
    return now - timedelta(days=reentry.days) if reentry.mode == "after_days" else None


def columns_of(entries: Sequence[Entry], meeting: set[int]) -> dict[str, Any]:  # Any: lists
    """The entries as arrays."""
    return {
        "lead_ids": [entry.lead_id for entry in entries],
        "keys": [entry.key for entry in entries],
        "meets": [entry.lead_id in meeting for entry in entries],
        "variables": [json.dumps(entry.variables, ensure_ascii=False) for entry in entries],
    }


# ON CONFLICT on the pass: two entrances at once count the same next pass, and one of them gets it. LATERAL: a new
# workspace has no statistics yet, and a plain join would be planned for one row and cost the cube. The door is held
# open (or shut) until this entrance is committed: a pause in between would not see its runs, and never stop them.
ENTER = """
    WITH door AS MATERIALIZED (
        SELECT flow.state = 'paused' AS is_shut FROM nurturing_flow AS flow
         WHERE flow.tenant_id = %(tenant_id)s AND flow.id = %(flow_id)s
           FOR SHARE
    ), wanted AS (
        SELECT DISTINCT ON (wish.lead_id, wish.key) wish.lead_id, wish.key, wish.meets, wish.variables
          FROM unnest(%(lead_ids)s::bigint[], %(keys)s::text[], %(meets)s::boolean[], %(variables)s::jsonb[])
                   AS wish(lead_id, key, meets, variables)
          JOIN leads_lead AS lead
            ON lead.tenant_id = %(tenant_id)s AND lead.id = wish.lead_id AND lead.merged_into_id IS NULL
         ORDER BY wish.lead_id, wish.key
    ), judged AS (
        SELECT wanted.*, coalesce(before.pass_no, 0) + 1 AS pass_no,
               CASE WHEN wanted.lead_id = ANY (%(left_out)s::bigint[]) THEN 'excluded'
                    WHEN door.is_shut THEN 'flow_paused'
                    WHEN before.inside THEN 'already_inside'
                    WHEN before.pass_no IS NOT NULL AND (%(never)s OR wanted.key <> '') THEN 'came_before'
                    WHEN before.ended_at > %(back_since)s THEN 'too_soon'
                    WHEN NOT wanted.meets THEN 'entry_condition'
               END AS refusal
          FROM door
         CROSS JOIN wanted
         CROSS JOIN LATERAL (
               SELECT max(run.pass_no) AS pass_no, max(run.ended_at) AS ended_at,
                      bool_or(run.ended_at IS NULL) AS inside
                 FROM nurturing_run AS run
                WHERE run.tenant_id = %(tenant_id)s AND run.flow_id = %(flow_id)s
                  AND run.lead_id = wanted.lead_id AND run.key = wanted.key) AS before
    ), entered AS (
        INSERT INTO nurturing_run (tenant_id, flow_id, version_id, lead_id, key, pass_no, state, step, visit,
                                   entered_at, step_entered_at, wake_at, waiting_for, pace_from, pace_steps,
                                   end_reason, variables)
        SELECT %(tenant_id)s, %(flow_id)s, %(version_id)s, lead_id, key, pass_no, 'active', %(start)s, 1, %(now)s,
               %(now)s, %(now)s, '{}', %(now)s, 0, '', variables
          FROM judged
         WHERE refusal IS NULL
            ON CONFLICT (tenant_id, flow_id, lead_id, key, pass_no) DO NOTHING
        RETURNING 1
    ), refused AS (
        INSERT INTO nurturing_entryrefusal AS old (tenant_id, flow_id, lead_id, key, reason, times, first_at, last_at)
        SELECT %(tenant_id)s, %(flow_id)s, lead_id, key, refusal, 1, %(now)s, %(now)s
          FROM judged
         WHERE refusal IS NOT NULL
            ON CONFLICT (tenant_id, flow_id, lead_id, key, reason)
            DO UPDATE SET times = old.times + 1, last_at = excluded.last_at
        RETURNING 1
    )
    SELECT (SELECT count(*) FROM entered) AS entered, (SELECT count(*) FROM refused) AS refused
"""
