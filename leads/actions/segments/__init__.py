"""Segments: who belongs to a group, kept true by facts, by time and by hand. It judges nobody itself: conditions do."""

from leads.actions.segments.authoring import (
    SegmentInUse,
    SegmentRefused,
    archive_segment,
    change_condition,
    confirm,
    create_segment,
    discard,
    rename_segment,
    retry,
)
from leads.actions.segments.bell import ring_refresher
from leads.actions.segments.building import Built, build, build_by_steps, refresh, refresh_by_steps
from leads.actions.segments.byhand import expire_overrides, put, put_by_file, release, withdraw_file
from leads.actions.segments.checking import check_segment
from leads.actions.segments.consequences import Consequence, at_confirmation, consequences
from leads.actions.segments.finding import gather
from leads.actions.segments.following import follow, stir, stir_everybody, stir_flows
from leads.actions.segments.settling import Settled, settle
from leads.actions.segments.telling import QUIET
from leads.actions.segments.wheel import LOOKS_AT_ONCE, turn_wheel

__all__ = [
    "LOOKS_AT_ONCE",
    "QUIET",
    "Built",
    "Consequence",
    "SegmentInUse",
    "SegmentRefused",
    "Settled",
    "archive_segment",
    "at_confirmation",
    "build",
    "build_by_steps",
    "change_condition",
    "check_segment",
    "confirm",
    "consequences",
    "create_segment",
    "discard",
    "expire_overrides",
    "follow",
    "gather",
    "put",
    "put_by_file",
    "refresh",
    "refresh_by_steps",
    "release",
    "rename_segment",
    "retry",
    "ring_refresher",
    "settle",
    "stir",
    "stir_everybody",
    "stir_flows",
    "turn_wheel",
    "withdraw_file",
]
