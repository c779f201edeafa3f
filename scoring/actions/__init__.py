"""Verbs that change scores and score models."""

from scoring.actions import personal
from scoring.actions.compute import rescore, rescore_visitors
from scoring.actions.joining import judge_scores
from scoring.actions.publish import create_model, get_model, publish, rollback, save_draft
from scoring.actions.rebuild import Progress, continue_build, rebuild, start_build
from scoring.actions.reset import Marker, put_markers_back, reset_markers, reset_scores

__all__ = [
    "Marker",
    "Progress",
    "continue_build",
    "create_model",
    "get_model",
    "judge_scores",
    "personal",
    "publish",
    "put_markers_back",
    "rebuild",
    "rescore",
    "rescore_visitors",
    "reset_markers",
    "reset_scores",
    "rollback",
    "save_draft",
    "start_build",
]
