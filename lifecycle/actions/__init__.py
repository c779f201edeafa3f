"""Verbs that move leads, tell sales and keep deals."""

from lifecycle.actions import deal_files, many
from lifecycle.actions.alerts import NoticeToStaff, forget_told, mark_read, notify, raise_alerts
from lifecycle.actions.deals import DealInput, UpsertedDeal, own_number, upsert_deals
from lifecycle.actions.joining import join_positions
from lifecycle.actions.stages import (
    Moved,
    ReasonMissing,
    UnknownStage,
    create_default_stages,
    follow_rule,
    move_by_hand,
    move_stage,
)

__all__ = [
    "DealInput",
    "Moved",
    "NoticeToStaff",
    "ReasonMissing",
    "UnknownStage",
    "UpsertedDeal",
    "create_default_stages",
    "deal_files",
    "follow_rule",
    "forget_told",
    "join_positions",
    "many",
    "mark_read",
    "move_by_hand",
    "move_stage",
    "notify",
    "own_number",
    "raise_alerts",
    "upsert_deals",
]
