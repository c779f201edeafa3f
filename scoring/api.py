"""`/leads/{id}/score` and `/scoring/models`, and the score within a lead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import Http404
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from leads.queries import find_lead
from leads.queries.exclusions import excluded
from ma_platform import clock
from ma_platform.api.facets import LEAD_FACETS
from ma_platform.api.serializers import StrictSerializer
from ma_platform.api.views import ApiView
from ma_platform.tenancy.permissions import Capability
from scoring.actions import publish, rollback, save_draft
from scoring.models import Score, ScoreModel
from scoring.queries import LeadScore, Line, build_status, find_model, models, score_of, standings
from scoring.tasks import start_building


@LEAD_FACETS.fill("score")
def score_facet(lead_ids: Sequence[int]) -> Mapping[int, object]:
    return {pk: _standing_json(score) for pk, score in standings(lead_ids).items()}


@LEAD_FACETS.fill("excluded")
def excluded_facet(lead_ids: Sequence[int]) -> Mapping[int, object]:
    """By the score model, or by the exclusion list whatever the model says."""
    listed = {pk: one.reason for pk, one in excluded(lead_ids).items()}
    return {pk: score.excluded for pk, score in standings(lead_ids).items()} | listed


def _standing_json(score: Score) -> dict[str, object]:
    return {
        "total": score.total,
        "fit": score.fit,
        "engagement": score.engagement,
        "cell": score.cell,
        "hot": score.hot,
    }


class LeadScoreView(ApiView):
    """A lead's score with every line that makes it up; the lines' points add up to the totals."""

    capabilities = {"GET": Capability.VIEW_SCORING}

    def get(self, request: Request, lead_id: str) -> Response:
        lead = find_lead(lead_id)
        if lead is None:
            raise Http404
        return Response(score_json(score_of(lead.pk, now=clock.now())))


def score_json(score: LeadScore) -> dict[str, object]:
    """The contract's shape of a score."""
    return {
        "total": score.total,
        "fit": score.fit,
        "engagement": score.engagement,
        "cell": score.cell,
        "hot": score.hot,
        "excluded": score.excluded,
        "version": score.version,
        "lines": [_line_json(line, score.version) for line in score.lines],
    }


def _line_json(line: Line, version: int) -> dict[str, object]:
    return {
        "rule": line.rule,
        "name": {"ja": line.name.ja, "en": line.name.en},
        "version": version,
        "axis": line.axis,
        "points": line.points,
        "raw_points": line.raw_points,
        "event": str(line.event) if line.event else None,
        "at": line.at,
        "capped_by": line.capped_by,
    }


class Models(ApiView):
    """The workspace's score models."""

    capabilities = {"GET": Capability.VIEW_SCORING}

    def get(self, request: Request) -> Response:
        return Response({"results": [_model_json(model) for model in models()], "next": None})


class OneModel(ApiView):
    """A model with its draft; PUT saves the document as the draft, refused with the path of the bad part."""

    capabilities = {"GET": Capability.VIEW_SCORING, "PUT": Capability.EDIT_SCORING}

    def get(self, request: Request, key: str) -> Response:
        return Response(_model_json(_model(key)))

    def put(self, request: Request, key: str) -> Response:
        _model(key)
        return Response(_model_json(save_draft(key, request.data, by=self.key, now=clock.now())))


class PublishShape(StrictSerializer):
    """`announce_crossings`: let the crossings this publication finds alert people."""

    announce_crossings = serializers.BooleanField(default=False)


class Publish(ApiView):
    """Put the draft in force: 202, and the scores follow when all of them are computed."""

    capabilities = {"POST": Capability.EDIT_SCORING}

    def post(self, request: Request, key: str) -> Response:
        shape = PublishShape(data=request.data or {})
        shape.is_valid(raise_exception=True)
        model = publish(key, by=self.key, now=clock.now(), announce=shape.validated_data["announce_crossings"])
        start_building()
        return Response(_status_json(model), status=202)


class RollbackShape(StrictSerializer):
    """`version`: the one whose document comes back."""

    version = serializers.IntegerField(min_value=1)


class Rollback(ApiView):
    """Publish an earlier version's document again."""

    capabilities = {"POST": Capability.EDIT_SCORING}

    def post(self, request: Request, key: str) -> Response:
        shape = RollbackShape(data=request.data)
        shape.is_valid(raise_exception=True)
        model = rollback(key, to=shape.validated_data["version"], by=self.key, now=clock.now())
        start_building()
        return Response(_status_json(model), status=202)


class Status(ApiView):
    """How far a rebuild is."""

    capabilities = {"GET": Capability.VIEW_SCORING}

    def get(self, request: Request, key: str) -> Response:
        return Response(_status_json(_model(key)))


def _model(key: str) -> ScoreModel:
    model = find_model(key)
    if model is None:
        raise Http404
    return model


def _model_json(model: ScoreModel) -> dict[str, Any]:  # Any: JSON
    return {"key": model.key, "document": model.draft, "draft_saved_at": model.draft_saved_at, **_status_json(model)}


def _status_json(model: ScoreModel) -> dict[str, Any]:  # Any: JSON
    status = build_status(model)
    return {
        "state": status.state,
        "version": status.version,
        "published_version": status.published,
        "done": status.done,
        "total": status.total,
    }
