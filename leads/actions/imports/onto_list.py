"""The list a file's people go onto: put there by hand, as it were, and taken off by undo."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from leads.actions.imports.kinds import Done, Order
from leads.actions.segments import put_by_file, withdraw_file
from leads.models import Segment, SegmentOverride


def find_list(public_id: str) -> Segment | None:
    """The list kept by hand with this public id that is in use."""
    return Segment.objects.filter(public_id=public_id, condition__isnull=True, archived_at=None).first()


def lists() -> list[tuple[str, str]]:
    """(public id, name) of every list a file can go onto."""
    found = Segment.objects.filter(condition__isnull=True, archived_at=None).order_by("name", "id")
    return list(found.values_list("public_id", "name"))


def on_list(lead_ids: Collection[int], order: Order) -> set[int]:
    """Those who are on the order's list."""
    here = SegmentOverride.objects.filter(segment__public_id=order.list, belongs=True, lead_id__in=lead_ids)
    return set(here.values_list("lead_id", flat=True)) if lead_ids else set()


def put_on_list(lead_ids: Sequence[int], order: Order) -> None:
    """Put these people on the order's list, the file's name beside them; a list that went since takes nobody."""
    segment = find_list(order.list) if lead_ids else None
    if segment is not None:
        name = str(order.evidence.get("file", ""))
        put_by_file(segment, lead_ids, source=order.source, file_name=name, by=order.by, now=order.now)


def take_off_lists(rows: Sequence[Done], found: Mapping[str, int], order: Order) -> None:
    """People the file put on a list go off it, unless somebody has put them there again since."""
    for public_id in sorted({done.before["list"] for done in rows if done.before.get("list")}):
        segment = find_list(public_id)
        if segment is None:
            continue
        these = [found[done.subject] for done in rows if done.before.get("list") == public_id and done.subject in found]
        withdraw_file(segment, these, source=order.source, now=order.now)
