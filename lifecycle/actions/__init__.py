"""Verbs that move leads, give them to members, tell sales and keep deals."""

from lifecycle.actions import assigning_many, deal_export, deal_files, many, personal, worked_on
from lifecycle.actions.alerts import NoticeToStaff, forget_told, forget_told_to, mark_read, notify, raise_alerts
from lifecycle.actions.assigning import ASSIGNED_AT_ONCE, Assigned, Reason, assign, assign_by_facts, assign_due
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
from lifecycle.actions.tidying import AT_ONCE as VISITS_AT_ONCE
from lifecycle.actions.tidying import VISITS_KEPT, forget_old_visits
from lifecycle.actions.visit_alerts import notice_visits, tell_visits

__all__ = [
    "ASSIGNED_AT_ONCE",
    "VISITS_AT_ONCE",
    "VISITS_KEPT",
    "Assigned",
    "DealInput",
    "Moved",
    "NoticeToStaff",
    "Reason",
    "ReasonMissing",
    "UnknownStage",
    "UpsertedDeal",
    "assign",
    "assign_by_facts",
    "assign_due",
    "assigning_many",
    "create_default_stages",
    "deal_export",
    "deal_files",
    "follow_rule",
    "forget_old_visits",
    "forget_told",
    "forget_told_to",
    "join_positions",
    "many",
    "mark_read",
    "move_by_hand",
    "move_stage",
    "notice_visits",
    "notify",
    "own_number",
    "personal",
    "raise_alerts",
    "tell_visits",
    "upsert_deals",
    "worked_on",
]
