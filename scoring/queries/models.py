"""Score models: what is in force, what is drafted, what a draft would change, how far a build is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from psycopg2.sql import SQL

from ma_platform.db import sql
from scoring import pipeline
from scoring.document import Rulebook
from scoring.models import DEFAULT_KEY, ScoreModel, ScoreVersion
from scoring.queries.books import workspace_zone

PREVIEWED = 20_000  # leads looked at for a preview: the most recently updated


@dataclass(frozen=True)
class BuildStatus:
    """`state` is "idle" or "building"; `done` of `total` leads are computed by `version`."""

    state: str
    version: int
    published: int
    done: int
    total: int


@dataclass(frozen=True)
class Preview:
    """What a draft would do to `leads` people: counts before and after; `whole` when that is everybody."""

    leads: int
    whole: bool
    changed: int
    hot_before: int
    hot_after: int
    newly_hot: int
    excluded_before: int
    excluded_after: int


def models() -> list[ScoreModel]:
    """The workspace's models, oldest first."""
    return list(ScoreModel.objects.order_by("id"))


def find_model(key: str = DEFAULT_KEY) -> ScoreModel | None:
    """The model with this key."""
    found: ScoreModel | None = ScoreModel.objects.filter(key=key).first()
    return found


def versions(model: ScoreModel) -> list[ScoreVersion]:
    """The last twenty published documents, newest first."""
    return list(ScoreVersion.objects.filter(model=model).order_by("-no")[:20])


def build_status(model: ScoreModel) -> BuildStatus:
    """Where a rebuild is."""
    total: int = sql.run(LEADS).value()
    building = model.building_version is not None
    return BuildStatus(
        state="building" if building else "idle",
        version=model.building_version or model.published_version,
        published=model.published_version,
        done=min(model.built_count, total) if building else total,
        total=total,
    )


def stalled_builds(*, before: datetime) -> list[int]:
    """Workspaces with a build that has not moved since `before`. For system sweeps: reads all tenants."""
    rows = ScoreModel.everywhere.filter(building_version__isnull=False, built_at__lt=before)
    return sorted(set(rows.values_list("tenant_id", flat=True)))


def preview(model: ScoreModel, book: Rulebook, *, now: datetime) -> Preview:
    """Counts before and after, by the draft's own computation; nothing is written."""
    source = pipeline.totals(book, at=pipeline.Moment(now=now, zone=workspace_zone()))
    ids = sql.run(RECENT, most=PREVIEWED + 1).values()
    row = sql.run(
        SQL(COMPARE).format(computed=source.text),
        **source.params,
        model_id=model.pk,
        lead_ids=ids[:PREVIEWED],
        enter=book.hot.enter,
        leave=book.hot.leave,
        cells=sorted(book.hot.cells),
    ).dicts()[0]
    return Preview(whole=len(ids) <= PREVIEWED, **row)


LEADS = "SELECT count(*) FROM leads_lead WHERE tenant_id = %(tenant_id)s AND merged_into_id IS NULL"

RECENT = """
    SELECT lead.id
      FROM leads_lead AS lead
     WHERE lead.tenant_id = %(tenant_id)s AND lead.merged_into_id IS NULL
     ORDER BY lead.updated_at DESC, lead.id DESC
     LIMIT %(most)s
"""

COMPARE = """
WITH computed AS ({computed}
), compared AS (
    SELECT coalesce(held.total, 0) IS DISTINCT FROM coalesce(computed.total, 0) AS changed,
           coalesce(held.hot, FALSE) AS hot_before, held.excluded IS NOT NULL AS excluded_before,
           computed.excluded IS NOT NULL AS excluded_after,
           coalesce(computed.total >= %(enter)s OR (held.over AND computed.total >= %(leave)s), FALSE)
           OR coalesce(computed.cell = ANY(%(cells)s::text[]), FALSE) OR computed.action_id IS NOT NULL AS hot_after
      FROM computed
      LEFT JOIN scoring_score AS held
             ON held.tenant_id = %(tenant_id)s AND held.model_id = %(model_id)s AND held.lead_id = computed.lead_id
)
SELECT count(*) AS leads, count(*) FILTER (WHERE changed) AS changed,
       count(*) FILTER (WHERE hot_before) AS hot_before, count(*) FILTER (WHERE hot_after) AS hot_after,
       count(*) FILTER (WHERE hot_after AND NOT hot_before) AS newly_hot,
       count(*) FILTER (WHERE excluded_before) AS excluded_before,
       count(*) FILTER (WHERE excluded_after) AS excluded_after
  FROM compared
"""
