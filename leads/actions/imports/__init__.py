"""Files coming in: uploaded, mapped, tried, written in chunks that can be lost, and taken back.

It owns the way of a file; what a row means belongs to its kind (`kinds.register`), also of rooms above.
"""

from leads.actions.imports import encounters, firms, people
from leads.actions.imports.heirs import Heir, befores, bequeath, heirs
from leads.actions.imports.kinds import (
    KINDS,
    Done,
    ImportField,
    ImportKind,
    Kept,
    Order,
    Outcome,
    Row,
    register,
)
from leads.actions.imports.options import ImportRefused, Options, kind_of
from leads.actions.imports.refused import ROW_REASONS, error_file, take_error_file, worded
from leads.actions.imports.shelves import first_rows
from leads.actions.imports.steps import (
    advance,
    ask_check,
    ask_run,
    ask_undo,
    may_undo,
    remembers_rows,
    resume,
    stop,
)
from leads.actions.imports.tidying import expire_exports, tidy, workspaces_with_leftovers
from leads.actions.imports.uploads import Upload, look, profile_options, read_again, save_profile, upload_file
from leads.actions.imports.worked_on import at_undo
from leads.files.moments import read_moment

__all__ = [
    "KINDS",
    "ROW_REASONS",
    "Done",
    "Heir",
    "ImportField",
    "ImportKind",
    "ImportRefused",
    "Kept",
    "Options",
    "Order",
    "Outcome",
    "Row",
    "Upload",
    "advance",
    "ask_check",
    "ask_run",
    "ask_undo",
    "at_undo",
    "befores",
    "bequeath",
    "encounters",
    "error_file",
    "expire_exports",
    "firms",
    "first_rows",
    "heirs",
    "kind_of",
    "look",
    "may_undo",
    "people",
    "profile_options",
    "read_again",
    "read_moment",
    "register",
    "remembers_rows",
    "resume",
    "save_profile",
    "stop",
    "take_error_file",
    "tidy",
    "upload_file",
    "worded",
    "workspaces_with_leftovers",
]
