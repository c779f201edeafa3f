"""Files going out: people of a selection, in columns a member may see, for that member alone and for a week.

It owns what a file says and how long it lives; it refuses to hand out anything that was not asked for by a row.
"""

from leads.actions.exports.columns import OWN, USUAL, ExportColumn, chosen, offered
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
    "OWN",
    "USUAL",
    "ExportColumn",
    "ExportRefused",
    "begin",
    "chosen",
    "note_download",
    "offered",
    "progress_key",
    "resume_exports",
    "start_export",
    "write_export",
]
