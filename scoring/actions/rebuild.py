"""Everybody anew: computed chunk by chunk beside the scores in force, which then change together, or not at all.

Leads first, then unknown visitors.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from psycopg2.sql import SQL

from leads.actions.segments import stir_everybody
from ma_platform.db import sql
from scoring import pipeline
from scoring.actions import compute
from scoring.actions.visitors import drop_other_versions, score_visitors
from scoring.models import DEFAULT_KEY, PendingScore, ScoreModel
from scoring.queries.books import rulebook, workspace_zone

CHUNK = 2_000


@dataclass(frozen=True)
class Progress:
    """What one step of a build did. `finished`: the new scores are in force; `written` of them differ from the old.

    Visitors' rows are written at each step, leads' at the last one.
    """

    computed: int
    written: int
    finished: bool


def rebuild(key: str = DEFAULT_KEY, *, now: datetime) -> int:
    """Recompute everybody by the published version, at once and silently; returns scores written."""
    model = ScoreModel.objects.get(key=key)
    start_build(model, version=model.published_version, announce=False, now=now)
    written = 0
    while not (progress := continue_build(now=now)).finished:
        written += progress.written
    return written + progress.written


def start_build(model: ScoreModel, *, version: int, announce: bool, now: datetime) -> None:
    """Let `version` be built; a build under way is given up. The caller sees to it that `continue_build` is run."""
    compute.lock_model(model)
    PendingScore.objects.filter(model=model).delete()
    drop_other_versions(model)
    ScoreModel.objects.filter(pk=model.pk).update(
        building_version=version, building_since=now, built_at=now, announce=announce, **FROM_THE_START
    )
    model.refresh()


def continue_build(*, now: datetime, size: int = CHUNK) -> Progress:
    """One chunk of the oldest build of this workspace, or its end. `finished` is also true when nothing is building."""
    model = ScoreModel.objects.filter(building_version__isnull=False).order_by("building_since", "id").first()
    if model is None:
        return Progress(computed=0, written=0, finished=True)
    compute.lock_model(model)
    if model.building_version is None:
        return Progress(computed=0, written=0, finished=True)
    ids = sql.run(NEXT_LEADS, after=model.built_through, size=size).values()
    if not ids:
        return _continue_with_visitors(model, now=now, size=size)
    compute.stage(model, lead_ids=ids, at=pipeline.Moment(now=now, zone=workspace_zone()))
    done = {"built_through": ids[-1], "built_count": model.built_count + len(ids), "built_at": now}
    ScoreModel.objects.filter(pk=model.pk).update(**done)
    return Progress(computed=len(ids), written=0, finished=False)


def _continue_with_visitors(model: ScoreModel, *, now: datetime, size: int) -> Progress:
    ids = sql.run(NEXT_VISITORS, after=model.built_visitors, size=size).values()
    if not ids:
        return Progress(computed=0, written=_take_over(model, now=now), finished=True)
    at = pipeline.Moment(now=now, zone=workspace_zone())
    written = score_visitors(model, ids, version=model.building_version or 0, at=at)
    ScoreModel.objects.filter(pk=model.pk).update(built_visitors=ids[-1], built_at=now)
    return Progress(computed=len(ids), written=written, finished=False)


def _take_over(model: ScoreModel, *, now: datetime) -> int:
    """Put the built version in force: one statement writes the scores that differ."""
    model.published_version = model.building_version or model.published_version
    ScoreModel.objects.filter(pk=model.pk).update(
        published_version=model.published_version, building_version=None, building_since=None
    )
    written = compute.apply(
        model,
        rulebook(model, model.published_version),
        pipeline.Statement(SQL(BUILT)),
        at=pipeline.Moment(now=now, zone=workspace_zone()),
        told=compute.Telling({}, silent=not model.announce),
        lead_ids=(),
    )
    PendingScore.objects.filter(model=model).delete()
    drop_other_versions(model)
    stir_everybody(("score.",), quiet=not model.announce)
    return written


FROM_THE_START = {"built_through": 0, "built_visitors": 0, "built_count": 0}
NEXT_LEADS = """
    SELECT lead.id
      FROM leads_lead AS lead
     WHERE lead.tenant_id = %(tenant_id)s AND lead.id > %(after)s AND lead.merged_into_id IS NULL
     ORDER BY lead.id
     LIMIT %(size)s
"""

NEXT_VISITORS = """
    SELECT visitor.id
      FROM tracking_visitor AS visitor
     WHERE visitor.tenant_id = %(tenant_id)s AND visitor.id > %(after)s AND visitor.lead_id IS NULL
     ORDER BY visitor.id
     LIMIT %(size)s
"""

BUILT = """
    SELECT pending.lead_id, pending.excluded, pending.fit, pending.engagement, pending.total, pending.raw_fit,
           pending.raw_engagement, pending.cell, pending.action_id, pending.action_at, pending.action_received_at,
           pending.last_fact_received_at
      FROM scoring_pending AS pending
     WHERE pending.tenant_id = %(tenant_id)s AND pending.model_id = %(model_id)s
"""
