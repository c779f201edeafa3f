"""Verbs of flows: writing them, letting leads in, hearing facts, and the tick."""

from nurturing.actions import many, personal
from nurturing.actions.authoring import FlowStateRefused, create_flow, pause, publish, resume, save_draft
from nurturing.actions.entering import Admission, Entry, FlowNotPublished, enter_leads, would_enter
from nurturing.actions.installing import install_template
from nurturing.actions.joining import join_runs
from nurturing.actions.ticking import CLAIM_AT_ONCE, TickReport, tick
from nurturing.actions.waking import hear

__all__ = [
    "CLAIM_AT_ONCE",
    "Admission",
    "Entry",
    "FlowNotPublished",
    "FlowStateRefused",
    "TickReport",
    "create_flow",
    "enter_leads",
    "hear",
    "install_template",
    "join_runs",
    "many",
    "pause",
    "personal",
    "publish",
    "resume",
    "save_draft",
    "tick",
    "would_enter",
]
