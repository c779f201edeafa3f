"""The lists of a workspace that is taken out as a whole: every kind of file, all its columns, as imports read it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import BinaryIO

from django.utils.translation import override

from leads.actions.exports.kinds import KINDS, ExportKind
from leads.actions.exports.writing import pages
from leads.files import open_writer
from ma_platform.tenancy.permissions import Capability
from ma_platform.tenancy.scope import current_tenant
from ma_platform.workspaces.partings import Writing, with_everything


@with_everything
def lists(now: datetime) -> Iterator[tuple[str, Writing]]:
    """people, companies … as CSV in UTF-8."""
    for kind in KINDS.values():
        yield f"{kind.key}.csv", partial(_write, kind, now)


def _write(kind: ExportKind, now: datetime, held: BinaryIO) -> int:
    writer, rows = open_writer(held, "csv"), 0
    columns = kind.offered(frozenset(Capability))
    with override(current_tenant().locale):
        writer.write([[str(column.label) for column in columns]])
        for page in pages(kind, columns, kind.selected({"q": "", "condition": None}, now)):
            writer.write(page)
            rows += len(page)
        writer.close()
    return rows
