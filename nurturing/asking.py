"""Putting the questions of a walk to the database: one statement a node, however many runs stand there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from psycopg2.sql import SQL, Composable

from conditions.compiler import Compiled, compile, compile_event
from ma_platform.db import sql
from ma_platform.tenancy.scope import current_tenant
from nurturing.language import node
from nurturing.steps.contract import Condition, FirstTrue, Happening, Question
from nurturing.workdays import Duration
from tracking.catalogue import Fact, Verdict

Pairs = Sequence[tuple[int, int]]
SINCE = {"now": SQL("%(now)s"), "step": SQL("run.step_entered_at"), "run": SQL("run.entered_at")}


def answer(question: Question, *, among: Pairs, now: datetime) -> dict[int, int]:
    """Run id → index of the first that holds; runs for which none does are absent. `among`: (run id, lead id)."""
    if isinstance(question, FirstTrue):
        return of_runs(first_true(question.conditions, [lead for _, lead in among], now), among)
    found: dict[int, int] = {}
    for nth, item in reversed(list(enumerate(question.items))):
        if isinstance(item, Happening):
            runs: Iterable[int] = happened(item, question.since, [run for run, _ in among], now)
        else:
            runs = of_runs(first_true((item,), [lead for _, lead in among], now), among)
        found |= dict.fromkeys(runs, nth)
    return found


def of_runs(by_lead: dict[int, int], among: Pairs) -> dict[int, int]:
    """The answers of leads as answers of their runs."""
    return {run: by_lead[lead] for run, lead in among if lead in by_lead}


def first_true(conditions: Sequence[Condition], leads: Sequence[int], now: datetime) -> dict[int, int]:
    """Lead id → index of its first true condition."""
    pieces = [
        compile(node(condition), now=now, tz=zone(), among="leads", prefix=f"c{nth}")
        for nth, condition in enumerate(conditions)
    ]
    whens = SQL(" ").join(
        SQL("WHEN {} THEN {}").format(SQL(piece.sql), SQL(str(nth))) for nth, piece in enumerate(pieces)
    )
    rows = sql.run(SQL(FIRST_TRUE).format(whens=whens), leads=sorted(set(leads)), **params_of(pieces)).rows
    return {lead: nth for lead, nth in rows if nth is not None}


FIRST_TRUE = """
    SELECT lead.id, CASE {whens} END
      FROM leads_lead AS lead
     WHERE lead.tenant_id = %(tenant_id)s AND lead.id = ANY(%(leads)s::bigint[])
"""


def happened(item: Happening, since: str | Duration, runs: Sequence[int], now: datetime) -> list[int]:
    """The runs whose lead did it since then. Only what people did counts: a scanner's click decides nothing."""
    where, params = where_of(item.where, now)
    horizon: Composable = SQL("%(horizon)s") if isinstance(since, Duration) else SINCE[since]
    if isinstance(since, Duration):
        params["horizon"] = since.before(now)
    return sql.run(
        SQL(HAPPENED).format(since=horizon, where=where),
        runs=list(runs),
        event=item.event,
        now=now,
        human=int(Verdict.HUMAN),
        **params,
    ).values()


# OFFSET 0 keeps it one index probe a run; as a join it would be planned without statistics in a new workspace.
HAPPENED = """
    SELECT run.id
      FROM nurturing_run AS run
     WHERE run.tenant_id = %(tenant_id)s AND run.id = ANY(%(runs)s::bigint[])
       AND EXISTS (
           SELECT
             FROM tracking_event AS event
             LEFT JOIN tracking_subject AS subject
               ON subject.tenant_id = event.tenant_id AND subject.id = event.subject_id
            WHERE event.tenant_id = %(tenant_id)s AND event.lead_id = run.lead_id AND event.name = %(event)s
              AND event.verdict = %(human)s AND event.occurred_at >= {since} AND {where}
           OFFSET 0)
"""


def leads_matching(condition: Condition, *, among: Sequence[int], now: datetime) -> set[int]:
    """Those of `among` for whom the condition holds."""
    return set(first_true((condition,), among, now))


def facts_matching(where: Condition, *, facts: Sequence[Fact], now: datetime) -> set[UUID]:
    """The ids of the facts whose properties match."""
    test, params = where_of(where, now)
    moments = [fact.occurred_at for fact in facts]
    found = sql.run(
        SQL(MATCHING_FACTS).format(where=test),
        ids=[str(fact.id) for fact in facts],
        first=min(moments),
        last=max(moments),
        **params,
    )
    return {UUID(str(value)) for value in found.values()}


MATCHING_FACTS = """
    SELECT event.id
      FROM tracking_event AS event
      LEFT JOIN tracking_subject AS subject ON subject.tenant_id = event.tenant_id AND subject.id = event.subject_id
     WHERE event.tenant_id = %(tenant_id)s AND event.id = ANY(%(ids)s::uuid[])
       AND event.occurred_at BETWEEN %(first)s AND %(last)s AND {where}
"""


def where_of(where: Condition | None, now: datetime) -> tuple[Composable, dict[str, Any]]:
    """A condition over `event` and `subject` as SQL, with its parameters."""
    if where is None:
        return SQL("true"), {}
    compiled = compile_event(node(where), now=now, tz=zone())
    return SQL(compiled.sql), compiled.params


def params_of(pieces: Sequence[Compiled]) -> dict[str, Any]:
    """The parameters of all pieces; their prefixes keep them apart."""
    return {name: value for piece in pieces for name, value in piece.params.items()}


def zone() -> ZoneInfo:
    """The workspace's time zone."""
    return ZoneInfo(current_tenant().timezone)
