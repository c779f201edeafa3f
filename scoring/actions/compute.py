"""Scores of some leads, brought up to date as one set, and the crossings this finds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from psycopg2.sql import SQL, Composable

from leads.actions.segments import stir
from ma_platform.db import sql
from scoring import pipeline
from scoring.actions.visitors import score_visitors
from scoring.document import Rulebook
from scoring.models import ScoreModel
from scoring.queries.books import rulebook, workspace_zone
from tracking.actions import NewFact, record_many
from tracking.catalogue import Event

LOCK = "SELECT pg_advisory_xact_lock(hashtext('scoring_model'), %(model_id)s)"


def rescore(
    lead_ids: Sequence[int], *, now: datetime, received: Mapping[int, datetime] | None = None, silent: bool = False
) -> int:
    """Recompute these leads in every model; returns scores written, which is 0 when nothing differs.

    Crossings become facts unless `silent`. `received` says, by lead, when the latest fact behind this reached us.
    Four statements per model, whatever the number of leads.
    """
    ids, written = sorted(set(lead_ids)), 0
    if not ids:
        return 0
    at = pipeline.Moment(now=now, zone=workspace_zone())
    for model in locked_models():
        book = rulebook(model, model.published_version)
        source = pipeline.totals(book, at=at)
        written += apply(model, book, source, at=at, told=Telling(received or {}, silent), lead_ids=ids)
        if model.building_version is not None:
            stage(model, lead_ids=ids, at=at)
    if written:  # points that cross no mark are no fact, and segments ask about them
        stir(ids, ("score.",), now=now)
    return written


def rescore_visitors(visitor_ids: Sequence[int], *, now: datetime) -> int:
    """Recompute what these browsers would score, in every model; nobody is told. Returns rows written or gone."""
    ids, written = sorted(set(visitor_ids)), 0
    if not ids:
        return 0
    at = pipeline.Moment(now=now, zone=workspace_zone())
    for model in locked_models():
        written += score_visitors(model, ids, version=model.published_version, at=at)
        if model.building_version not in (None, model.published_version):
            score_visitors(model, ids, version=model.building_version or 0, at=at)
    return written


def locked_models() -> Iterator[ScoreModel]:
    """Every model in turn, as it is once other writers of its scores are done."""
    for model in ScoreModel.objects.order_by("id"):
        lock_model(model)
        yield model


def lock_model(model: ScoreModel) -> None:
    """Wait for other writers of this model's scores. Statements after this see what they committed."""
    sql.run(LOCK, model_id=model.pk % 2**31)
    model.refresh()


def stage(model: ScoreModel, *, lead_ids: Sequence[int], at: pipeline.Moment) -> int:
    """Compute these leads by the version being built, beside the scores in force."""
    source = pipeline.totals(rulebook(model, model.building_version or 0), at=at)
    statement = SQL(STAGE).format(computed=source.text)
    params = {**source.params, "model_id": model.pk, "version": model.building_version, "lead_ids": list(lead_ids)}
    return sql.run(statement, **params).rowcount


@dataclass(frozen=True)
class Telling:
    """Who hears of crossings: nobody when `silent`; `received` says when the fact behind a lead's crossing came."""

    received: Mapping[int, datetime]
    silent: bool


def apply(
    model: ScoreModel,
    book: Rulebook,
    source: pipeline.Statement,
    *,
    at: pipeline.Moment,
    told: Telling,
    lead_ids: Sequence[int],
) -> int:
    """Write what differs from `source` and record the crossings; returns scores written."""
    statement: Composable = SQL(APPLY).format(computed=source.text)
    answer = sql.run(
        statement,
        **source.params,
        model_id=model.pk,
        version=model.published_version,
        lead_ids=list(lead_ids),
        now=at.now,
        silent=told.silent,
        enter=book.hot.enter,
        leave=book.hot.leave,
        cells=sorted(book.hot.cells),
        cooldown=book.hot.cooldown,
        lowest=book.fit.bands[-1][0] + book.engagement.bands[-1][0],
    ).dicts()
    crossed = [row for row in answer if row["lead_id"] is not None]
    record_many([fact for row in crossed for fact in _facts(row, at=at, told=told)])
    return int(answer[0]["written"])


def _facts(row: dict[str, object], *, at: pipeline.Moment, told: Telling) -> list[NewFact]:
    lead = row["lead_id"]
    assert isinstance(lead, int)
    facts = []
    if row["cell"] != row["old_cell"]:
        moved = {"from": row["old_cell"], "to": row["cell"], "total": row["total"]}
        facts.append(NewFact(Event.SCORE_CROSSED, at.now, lead=lead, props=moved))
    if row["crossing"]:
        facts.append(_became_hot(row, lead=lead, at=at, told=told))
    return facts


def _became_hot(row: dict[str, object], *, lead: int, at: pipeline.Moment, told: Telling) -> NewFact:
    crossing = uuid4()
    by_action = row["crossing"] == "event"
    received = row["action_received_at"] if by_action else told.received.get(lead) or row["last_fact_received_at"]
    assert received is None or isinstance(received, datetime)
    props = {
        "crossing": str(crossing),
        "reason": row["crossing"],
        "total": row["total"],
        "cell": row["cell"],
        "event": str(row["action_id"]) if by_action else None,
        "fact_received_at": (received or at.now).isoformat(),
    }
    return NewFact(Event.BECAME_HOT, at.now, lead=lead, props=props, id=crossing)


# Who differs is decided before the INSERT: ON CONFLICT … WHERE would lock, and so write, every row it leaves alone.
APPLY = """
WITH computed AS ({computed}
), weighed AS (
    SELECT computed.*, held.lead_id IS NULL AS is_new, coalesce(held.cell, %(lowest)s) AS old_cell,
           coalesce(held.hot, FALSE) AS was_hot, held.hot_since, held.crossed_at, held.action_crossed_at,
           coalesce(computed.total >= %(enter)s OR (held.over AND computed.total >= %(leave)s), FALSE) AS over,
           coalesce(computed.cell = ANY(%(cells)s::text[]), FALSE) AS in_cell,
           computed.action_id IS NOT NULL
           AND (held.action_id IS NULL
                OR (computed.action_at, computed.action_id) > (held.action_at, held.action_id)) AS acted
      FROM computed
      LEFT JOIN scoring_score AS held
             ON held.tenant_id = %(tenant_id)s AND held.model_id = %(model_id)s AND held.lead_id = computed.lead_id
), decided AS (
    SELECT weighed.*, over OR in_cell OR action_id IS NOT NULL AS hot,
           CASE WHEN %(silent)s THEN NULL
                WHEN acted AND coalesce(action_crossed_at + %(cooldown)s <= %(now)s, TRUE) THEN 'event'
                WHEN was_hot OR NOT coalesce(crossed_at + %(cooldown)s <= %(now)s, TRUE) THEN NULL
                WHEN over THEN 'total'
                WHEN in_cell THEN 'cell' END AS crossing
      FROM weighed
), fresh AS (
    SELECT lead_id, fit, engagement, total, raw_fit, raw_engagement, cell, excluded, action_id, action_at,
           action_received_at, last_fact_received_at, over, hot,
           CASE WHEN hot AND was_hot THEN hot_since WHEN hot THEN %(now)s END AS hot_since,
           CASE WHEN crossing IS NULL THEN crossed_at ELSE %(now)s END AS crossed_at,
           CASE WHEN crossing = 'event' THEN %(now)s ELSE action_crossed_at END AS action_crossed_at
      FROM decided
), written AS (
    INSERT INTO scoring_score AS score
           (tenant_id, model_id, version, computed_at, lead_id, fit, engagement, total, raw_fit, raw_engagement, cell,
            excluded, action_id, action_at, action_received_at, last_fact_received_at, over, hot, hot_since, crossed_at,
            action_crossed_at)
    SELECT %(tenant_id)s, %(model_id)s, %(version)s, %(now)s, fresh.*
      FROM fresh
      LEFT JOIN scoring_score AS held
             ON held.tenant_id = %(tenant_id)s AND held.model_id = %(model_id)s AND held.lead_id = fresh.lead_id
     WHERE held.lead_id IS NULL
        OR (held.fit, held.engagement, held.raw_fit, held.raw_engagement, held.cell, held.excluded, held.action_id,
            held.over, held.hot, held.crossed_at, held.action_crossed_at)
           IS DISTINCT FROM
           (fresh.fit, fresh.engagement, fresh.raw_fit, fresh.raw_engagement, fresh.cell, fresh.excluded,
            fresh.action_id, fresh.over, fresh.hot, fresh.crossed_at, fresh.action_crossed_at)
     ORDER BY fresh.lead_id
    ON CONFLICT (tenant_id, model_id, lead_id) DO UPDATE
       SET version = excluded.version, computed_at = excluded.computed_at, fit = excluded.fit,
           engagement = excluded.engagement, total = excluded.total, raw_fit = excluded.raw_fit,
           raw_engagement = excluded.raw_engagement, cell = excluded.cell, excluded = excluded.excluded,
           action_id = excluded.action_id, action_at = excluded.action_at,
           action_received_at = excluded.action_received_at, last_fact_received_at = excluded.last_fact_received_at,
           over = excluded.over, hot = excluded.hot, hot_since = excluded.hot_since, crossed_at = excluded.crossed_at,
           action_crossed_at = excluded.action_crossed_at
    RETURNING lead_id
)
SELECT tally.written, told.*
  FROM (SELECT count(*) AS written FROM written) AS tally
  LEFT JOIN (SELECT lead_id, cell, old_cell, total, crossing, action_id, action_received_at, last_fact_received_at
               FROM decided
              WHERE crossing IS NOT NULL OR (NOT %(silent)s AND excluded IS NULL AND cell <> old_cell)) AS told ON TRUE
"""

STAGE = """
INSERT INTO scoring_pending AS pending
       (tenant_id, model_id, version, lead_id, fit, engagement, total, raw_fit, raw_engagement, cell, excluded,
        action_id, action_at, action_received_at, last_fact_received_at)
SELECT %(tenant_id)s, %(model_id)s, %(version)s, computed.lead_id, computed.fit, computed.engagement, computed.total,
       computed.raw_fit, computed.raw_engagement, computed.cell, computed.excluded, computed.action_id,
       computed.action_at, computed.action_received_at, computed.last_fact_received_at
  FROM ({computed}) AS computed
 ORDER BY computed.lead_id
ON CONFLICT (tenant_id, model_id, lead_id) DO UPDATE
   SET version = excluded.version, fit = excluded.fit, engagement = excluded.engagement, total = excluded.total,
       raw_fit = excluded.raw_fit, raw_engagement = excluded.raw_engagement, cell = excluded.cell,
       excluded = excluded.excluded, action_id = excluded.action_id, action_at = excluded.action_at,
       action_received_at = excluded.action_received_at, last_fact_received_at = excluded.last_fact_received_at
"""
