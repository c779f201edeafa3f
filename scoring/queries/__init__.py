"""Questions about scores and score models."""

from scoring.queries.books import heeded_names, rulebook, workspace_zone
from scoring.queries.lists import hot_leads, hot_since, score_count
from scoring.queries.models import (
    BuildStatus,
    Preview,
    build_status,
    find_model,
    models,
    preview,
    stalled_builds,
    versions,
)
from scoring.queries.scores import LeadScore, Line, score_of, scores, standings

__all__ = [
    "BuildStatus",
    "LeadScore",
    "Line",
    "Preview",
    "build_status",
    "find_model",
    "heeded_names",
    "hot_leads",
    "hot_since",
    "models",
    "preview",
    "rulebook",
    "score_count",
    "score_of",
    "scores",
    "stalled_builds",
    "standings",
    "versions",
    "workspace_zone",
]
