"""Questions about scores and score models."""

from scoring.queries.books import heeded_names, rulebook, rulebooks, workspace_zone
from scoring.queries.companies import CompanyFilter, RankedCompany, ranked_companies
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
from scoring.queries.scores import LeadScore, Line, WouldScore, score_of, scores, standings, would_score
from scoring.queries.visitors import RankedVisitor, ReadersOf, VisitorFilter, ranked_visitors

__all__ = [
    "BuildStatus",
    "CompanyFilter",
    "LeadScore",
    "Line",
    "Preview",
    "RankedCompany",
    "RankedVisitor",
    "ReadersOf",
    "VisitorFilter",
    "WouldScore",
    "build_status",
    "find_model",
    "heeded_names",
    "hot_leads",
    "hot_since",
    "models",
    "preview",
    "ranked_companies",
    "ranked_visitors",
    "rulebook",
    "rulebooks",
    "score_count",
    "score_of",
    "scores",
    "stalled_builds",
    "standings",
    "versions",
    "workspace_zone",
    "would_score",
]
