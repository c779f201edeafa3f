"""What unknown visitors would score: rows written where they differ, and gone where nothing scores any more."""

from __future__ import annotations

from collections.abc import Sequence

from psycopg2.sql import SQL

from ma_platform.db import sql
from scoring import pipeline
from scoring.models import ScoreModel
from scoring.queries.books import rulebook


def score_visitors(model: ScoreModel, visitor_ids: Sequence[int], *, version: int, at: pipeline.Moment) -> int:
    """Bring these browsers' rows of one version up to date in one statement; returns rows written or gone.

    Of a browser that is somebody's there is no row. The caller holds the model's lock.
    """
    source = pipeline.visitor_totals(rulebook(model, version), at=at)
    answer = sql.run(
        SQL(WRITE).format(computed=source.text),
        **source.params,
        model_id=model.pk,
        version=version,
        visitor_ids=list(visitor_ids),
        now=at.now,
    )
    return int(answer.value())


def drop_other_versions(model: ScoreModel) -> None:
    """Only the rows of the version in force stay, and of those only the ones of browsers that are still nobody's."""
    sql.run(DROP, model_id=model.pk, version=model.published_version)


# Held rows are looked up one by one, and joined as a whole: a build writes many before the planner hears of them.
WRITE = """
WITH computed AS ({computed}
), held AS MATERIALIZED (
    SELECT held.*
      FROM unnest(%(visitor_ids)s::bigint[]) AS asked(visitor_id)
     CROSS JOIN LATERAL (
           SELECT held.visitor_id, held.points, held.raw
             FROM scoring_visitorscore AS held
            WHERE held.tenant_id = %(tenant_id)s AND held.model_id = %(model_id)s AND held.version = %(version)s
              AND held.visitor_id = asked.visitor_id
            LIMIT 1) AS held
), changed AS MATERIALIZED (
    SELECT visitor_id, computed.points, computed.raw
      FROM computed
      FULL JOIN held USING (visitor_id)
     WHERE (computed.points, computed.raw) IS DISTINCT FROM (held.points, held.raw)
), gone AS (
    DELETE FROM scoring_visitorscore AS score
     WHERE score.tenant_id = %(tenant_id)s AND score.model_id = %(model_id)s AND score.version = %(version)s
       AND score.visitor_id = ANY(ARRAY(SELECT changed.visitor_id FROM changed WHERE changed.points IS NULL))
), written AS (
    INSERT INTO scoring_visitorscore AS score (tenant_id, model_id, version, visitor_id, points, raw, computed_at)
    SELECT %(tenant_id)s, %(model_id)s, %(version)s, changed.visitor_id, changed.points, changed.raw, %(now)s
      FROM changed
     WHERE changed.points IS NOT NULL
     ORDER BY changed.visitor_id
    ON CONFLICT (tenant_id, model_id, version, visitor_id) DO UPDATE
       SET points = excluded.points, raw = excluded.raw, computed_at = excluded.computed_at
)
SELECT count(*) FROM changed
"""

DROP = """
DELETE FROM scoring_visitorscore AS held
 WHERE held.tenant_id = %(tenant_id)s AND held.model_id = %(model_id)s
   AND (held.version <> %(version)s
        OR NOT EXISTS (SELECT FROM tracking_visitor AS visitor
                        WHERE visitor.tenant_id = held.tenant_id AND visitor.id = held.visitor_id
                          AND visitor.lead_id IS NULL))
"""
