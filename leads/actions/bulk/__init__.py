"""Something done to many people at once, as a job that can be lost, resumed and taken back.

It owns whom a job is about and how far it is; what is done belongs to its kind (`register`), also of rooms above.
"""

from leads.actions.bulk import listing, own
from leads.actions.bulk.jobs import (
    advance,
    advance_by_steps,
    ask_undo,
    hand_over,
    may_undo,
    resume,
    start_job,
    stop,
    tidy,
    workspaces_with_old_jobs,
)
from leads.actions.bulk.kinds import Batch, BulkField, BulkKind, BulkRefused, Done, kind_of, offered, register, same

__all__ = [
    "Batch",
    "BulkField",
    "BulkKind",
    "BulkRefused",
    "Done",
    "advance",
    "advance_by_steps",
    "ask_undo",
    "hand_over",
    "kind_of",
    "listing",
    "may_undo",
    "offered",
    "own",
    "register",
    "resume",
    "same",
    "start_job",
    "stop",
    "tidy",
    "workspaces_with_old_jobs",
]
