"""Questions about taking a workspace out and giving it up."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from ma_platform.tenancy.models import Workspace
from ma_platform.workspaces.models import Closing, WholeExport

LISTED = 5


def whole_exports() -> list[WholeExport]:
    """The latest exports of the whole workspace."""
    return list(WholeExport.objects.select_related("by").order_by("-id")[:LISTED])


def find_whole_export(public_id: str) -> WholeExport | None:
    return WholeExport.objects.filter(public_id=public_id).first()


def closings_of(workspace_ids: Collection[int]) -> Mapping[int, Closing]:
    """By workspace; of those whose deletion has not begun."""
    found = Closing.objects.filter(workspace__in=list(workspace_ids), begun_at=None)
    return {one.workspace: one for one in found}


def open_workspaces() -> list[int]:
    """The numbers of all that are not closed."""
    return list(Workspace.objects.filter(closed_at=None).order_by("id").values_list("id", flat=True))
