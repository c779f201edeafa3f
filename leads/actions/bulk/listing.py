"""Jobs that put people on lists kept by hand, and take them off; the way back is exact."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from psycopg2.sql import SQL, Composable

from leads.actions.bulk.kinds import Batch, BulkField, BulkKind, BulkRefused, Done, Json, is_of_job, register, same
from leads.actions.segments import put, release, settle
from leads.models import Segment, SegmentOverride
from ma_platform import audit
from ma_platform.db import sql
from ma_platform.tenancy.permissions import Capability
from ma_platform.tenancy.reach import everybody

LISTED = SQL("""EXISTS (SELECT FROM leads_segmentoverride AS held
                          JOIN leads_segment AS list
                            ON list.tenant_id = %(tenant_id)s AND list.id = held.segment_id
                         WHERE held.tenant_id = %(tenant_id)s AND held.lead_id = lead.id AND held.belongs
                           AND list.public_id = %(bulk_list)s)""")
NOT = SQL("NOT {}")


def _list_fields() -> list[BulkField]:
    lists = Segment.objects.filter(condition__isnull=True, archived_at=None).order_by("name", "id")
    choices = list(lists.values_list("public_id", "name")[:500])
    return [
        BulkField("list", gettext_lazy("List"), choices, help=gettext_lazy("Static lists are made under Segments."))
    ]


def _list(public_id: str) -> Segment:
    found: Segment | None = Segment.objects.filter(
        public_id=public_id, condition__isnull=True, archived_at=None
    ).first()
    if found is None:
        raise BulkRefused(reason=_("Choose a list."))
    return found


def _read_list(said: Mapping[str, str]) -> Json:
    found = _list(said.get("list", ""))
    return {"list": found.public_id, "name": found.name}


def _listed(batch: Batch) -> dict[int, SegmentOverride]:
    """Who of them is on the list, by whose hand, since when and until when."""
    held = SegmentOverride.objects.filter(
        segment__public_id=batch.params["list"], lead_id__in=batch.lead_ids, belongs=True
    )
    return {one.lead_id: one for one in held}


def _add(batch: Batch) -> dict[int, Done]:
    held = _listed(batch)
    fresh = [lead_id for lead_id in batch.lead_ids if lead_id not in held]
    put(_list(batch.params["list"]), fresh, True, by=batch.by, now=batch.now)
    return same(held) | {lead_id: Done("changed", {"at": batch.now.isoformat()}) for lead_id in fresh}


def _take_back(batch: Batch) -> Collection[int]:
    """Those the job put on it: who was put on it anew since stays."""
    ours = [lead_id for lead_id, held in _listed(batch).items() if is_of_job(batch.befores[lead_id], held.at)]
    release(_list(batch.params["list"]), ours, by=batch.by, now=batch.now)
    return ours


def _remove(batch: Batch) -> dict[int, Done]:
    held = _listed(batch)
    release(_list(batch.params["list"]), sorted(held), by=batch.by, now=batch.now)
    return {lead_id: Done("changed", _as_json(one)) for lead_id, one in held.items()}


def _as_json(held: SegmentOverride) -> Json:
    expires = held.expires_at.isoformat() if held.expires_at else None
    return {
        "at": held.at.isoformat(),
        "expires_at": expires,
        "note": held.note,
        "source": held.source,
        "by": held.by_id,
    }


@everybody()
@transaction.atomic
def _put_back(batch: Batch) -> Collection[int]:
    """As they were on it, less those whose time is over and those who were put on it anew since."""
    listed = _list(batch.params["list"])
    befores = {lead_id: before for lead_id, before in batch.befores.items() if not _is_over(before, batch.now)}
    columns: Json = {
        name: [before.get(name) for before in befores.values()] for name in ("at", "expires_at", "source", "by")
    }
    notes = [before.get("note", "") for before in befores.values()]
    told: Json = {"segment_id": listed.pk, "lead_ids": list(befores), "notes": notes, "now": batch.now, **columns}
    back: list[int] = sql.run(PUT_BACK, **told).values()
    settle({listed.pk: back}, now=batch.now)
    audit.record(batch.by, "segment.put", listed.public_id, at=batch.now, people=len(back))
    return back


def _is_over(before: Json, now: datetime) -> bool:
    expires = before.get("expires_at")
    return expires is not None and datetime.fromisoformat(expires) <= now


PUT_BACK = """
    INSERT INTO leads_segmentoverride (tenant_id, segment_id, lead_id, belongs, expires_at, note, source, by_id, at)
    SELECT %(tenant_id)s, %(segment_id)s, was.lead_id, TRUE, was.expires_at, was.note, was.source, member.id,
           coalesce(was.at, %(now)s)
      FROM unnest(%(lead_ids)s::bigint[], %(expires_at)s::timestamptz[], %(notes)s::text[], %(source)s::text[],
                  %(by)s::bigint[], %(at)s::timestamptz[]) AS was(lead_id, expires_at, note, source, by_id, at)
      LEFT JOIN tenancy_user AS member ON member.id = was.by_id
     ORDER BY was.lead_id
        ON CONFLICT (tenant_id, segment_id, lead_id) DO NOTHING
    RETURNING lead_id
"""


def _list_sql(params: Json, shape: Composable) -> tuple[Composable, Json]:
    return shape, {"bulk_list": params["list"]}


register(
    BulkKind(
        key="add_to_list",
        label=gettext_lazy("Add to a list"),
        capability=Capability.EDIT_LEADS,
        fields=_list_fields,
        read=_read_list,
        told=lambda params: _("Add to the list “%(name)s”") % params,
        unchanged=lambda params: _list_sql(params, LISTED),
        apply=_add,
        undo=_take_back,
        order=50,
    )
)
register(
    BulkKind(
        key="remove_from_list",
        label=gettext_lazy("Take off a list"),
        capability=Capability.EDIT_LEADS,
        fields=_list_fields,
        read=_read_list,
        told=lambda params: _("Take off the list “%(name)s”") % params,
        unchanged=lambda params: _list_sql(params, NOT.format(LISTED)),
        apply=_remove,
        undo=_put_back,
        order=60,
    )
)
