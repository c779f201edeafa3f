"""Many people given to members by the rules from the lead list, as a job."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from psycopg2.sql import SQL, Composable

from leads.actions import assign_owner, bulk
from leads.actions.bulk import Batch, BulkKind, Done
from leads.models import Lead
from lifecycle.actions.assigning import BULK, Reason, assign
from lifecycle.queries.assignment import all_rules, rulebook, staff, untaken
from ma_platform import clock
from ma_platform.tenancy.permissions import Capability

Json = dict[str, Any]  # Any: JSON


def _apply(batch: Batch) -> dict[int, Done]:
    """At once, whatever the hour; who finds nobody free is refused and stays as they are."""
    done = assign({one: Reason(BULK) for one in batch.lead_ids}, now=batch.now, by=batch.by, may_wait=False)
    given = {pk: Done("changed", {"owner": one.before, "to": one.owner_id}) for pk, one in done.given.items()}
    return {**{lead_id: Done("refused") for lead_id in done.unplaced}, **given}


def _undo(batch: Batch) -> Collection[int]:
    """Back to whom they belonged, where nobody changed it since; somebody who left does not come back."""
    owners = dict(Lead.objects.filter(pk__in=batch.lead_ids).values_list("pk", "owner_id"))
    present, former = staff(), dict[int | None, list[int]]()
    for lead_id, before in batch.befores.items():
        if owners.get(lead_id) == before["to"] and (before["owner"] is None or before["owner"] in present):
            former.setdefault(before["owner"], []).append(lead_id)
    for owner_id, lead_ids in sorted(former.items(), key=lambda one: one[0] or 0):
        assign_owner(lead_ids, present[owner_id] if owner_id else None, by=batch.by, now=batch.now)
    return {lead_id for lead_ids in former.values() for lead_id in lead_ids}


def _unchanged(params: Json) -> tuple[Composable, Json]:
    book = rulebook(all_rules(), now=clock.now())  # only a preview asks, and it is given no moment
    return untaken(book) if book.rules else (SQL("TRUE"), {})


bulk.register(
    BulkKind(
        key="assign_by_rules",
        label=gettext_lazy("Assign by the rules"),
        capability=Capability.EDIT_LEADS,
        read=lambda said: {},
        told=lambda params: _("Assign an owner by the rules"),
        unchanged=_unchanged,
        apply=_apply,
        undo=_undo,
        order=35,
    )
)
