"""Files going out: people, companies … of a selection, in columns a member may see, for that member alone, for a week.

It owns what a file says and how long it lives; it refuses to hand out anything that was not asked for by a row.
"""

from leads.actions.exports import encounters, everybody
from leads.actions.exports.columns import OWN, ExportColumn
from leads.actions.exports.kinds import KINDS, ExportKind, register
from leads.actions.exports.writing import (
    ExportRefused,
    begin,
    note_download,
    progress_key,
    resume_exports,
    start_export,
    write_export,
)

__all__ = [
    "KINDS",
    "OWN",
    "ExportColumn",
    "ExportKind",
    "ExportRefused",
    "begin",
    "encounters",
    "everybody",
    "note_download",
    "progress_key",
    "register",
    "resume_exports",
    "start_export",
    "write_export",
]
