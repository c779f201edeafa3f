"""What imports leave behind, removed in time: files never run, old rows, and every trace of a person who is erased."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from leads.actions.disk import unlink_after_commit
from leads.actions.erasing import Gone, at_erasure
from leads.actions.exports.writing import hold_back
from leads.actions.imports.shelves import drop_files
from leads.actions.imports.steps import UNDO_FOR
from leads.actions.imports.strays import drop_strays, workspaces_with_strays
from leads.models import Export, Import, ImportedRow, Lead
from ma_platform import clock
from ma_platform.db import sql

State = Import.State
NOT_RUN = (State.UPLOADED, State.CHECKING, State.CHECKED, State.FAILED)
REMOVED = _("Somebody who was erased may be in this file, so it was removed. Please upload it again.")
WAITS_FOR = timedelta(days=7)  # a file nobody imports


def tidy(*, now: datetime) -> int:
    """Files that were never imported, rows that cannot be undone any more, exports that expired, files nobody needs:
    of one workspace.
    """
    left = Import.objects.filter(state__in=["uploaded", "checked", "failed"], created_at__lt=now - WAITS_FOR)
    for transfer in left.exclude(path=""):
        drop_files(transfer)
    left.filter(finished_at=None).delete()
    old = Import.objects.filter(finished_at__lt=now - UNDO_FOR)
    rows: int = ImportedRow.objects.filter(transfer__in=old).delete()[0]
    return rows + expire_exports(now=now) + drop_strays(now=now)


def expire_exports(*, now: datetime | None) -> int:
    """Remove the files of exports whose time is over; with None all of them, whatever their time."""
    open_ones = Export.objects.filter(state=Export.State.DONE)
    over = open_ones if now is None else open_ones.filter(expires_at__lte=now)
    unlink_after_commit(over.values_list("path", flat=True))
    return int(over.update(state=Export.State.EXPIRED, path=""))


def workspaces_with_leftovers(*, now: datetime) -> list[int]:
    """Part of a system sweep: workspaces where `tidy` has something to do."""
    left = sql.run(LEFTOVERS, waits=now - WAITS_FOR, undo=now - UNDO_FOR, now=now).values()
    return sorted({*map(int, left), *workspaces_with_strays()})


LEFTOVERS = """
    SELECT tenant_id FROM leads_export WHERE state = 'done' AND expires_at <= %(now)s
     UNION
    SELECT tenant_id FROM leads_import
     WHERE state IN ('uploaded', 'checked', 'failed') AND created_at < %(waits)s AND finished_at IS NULL
     UNION
    SELECT old.tenant_id FROM leads_import AS old
     WHERE old.finished_at < %(undo)s
       AND EXISTS (SELECT FROM leads_importedrow AS row
                    WHERE row.tenant_id = old.tenant_id AND row.transfer_id = old.id)
"""


@at_erasure
def forget_rows(gone: Sequence[Gone]) -> None:
    """What files said about people, and every file that may hold them: exported, or uploaded and not imported yet.

    An export that is being written is begun again; none is begun before they are gone.
    """
    hold_back()
    people = Lead.objects.filter(pk__in=[one.lead_id for one in gone])
    subjects = list(people.values_list("public_id", flat=True))
    ImportedRow.objects.filter(subject__in=subjects).exclude(before=None).update(before=None)
    if addresses := [one.email.casefold() for one in gone if one.email]:
        sql.run(FORGET_CELLS, addresses=addresses)
    Export.objects.filter(state=Export.State.RUNNING).update(state=Export.State.WAITING)
    expire_exports(now=None)
    _drop_waiting()


def _drop_waiting() -> None:
    """Nobody can tell who is in them without reading them whole. One a worker has in its hands just now is left."""
    left = Import.objects.filter(state__in=NOT_RUN).exclude(path="").select_for_update(skip_locked=True, of=("self",))
    waiting = list(left)
    for transfer in waiting:
        drop_files(transfer)
    gone = Import.objects.filter(pk__in=[transfer.pk for transfer in waiting])
    gone.filter(finished_at=None).update(state=State.FAILED, report={}, problem=str(REMOVED), finished_at=clock.now())
    gone.update(path="")


FORGET_CELLS = """
    UPDATE leads_importedrow AS row SET cells = NULL
     WHERE row.tenant_id = %(tenant_id)s AND row.outcome = 'rejected' AND row.cells IS NOT NULL
       AND EXISTS (SELECT FROM unnest(%(addresses)s::text[]) AS gone(address)
                    WHERE strpos(lower(row.cells::text), gone.address) > 0)
"""
