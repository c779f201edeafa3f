"""Who is on the list of those marketing leaves alone, and whom it leaves out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from psycopg2.sql import SQL

from leads.exclusion import EXCLUDED
from leads.models import Exclusion
from ma_platform.db import sql
from ma_platform.tenancy.reach import everybody

Position = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Excluded:
    """Why one person is left out: the reason, and the line of the list that says so."""

    lead_id: int
    reason: str
    kind: str
    text: str
    note: str
    public_id: str


def excluded(lead_ids: Sequence[int]) -> dict[int, Excluded]:
    """Those of these people the list leaves out, by number. One statement."""
    if not lead_ids:
        return {}
    with everybody():  # rows of further addresses have no owner who reaches them
        rows = sql.typed(_WHY, Excluded, ids=sorted(set(lead_ids)))
    return {row.lead_id: row for row in rows}


_WHY = SQL("""
    SELECT away.lead_id, away.reason, listed.kind, listed.text, listed.note, listed.public_id
      FROM ({excluded}) AS away
      JOIN leads_exclusion AS listed ON listed.tenant_id = %(tenant_id)s AND listed.id = away.exclusion_id
     WHERE away.lead_id = ANY (%(ids)s::bigint[])
""").format(excluded=SQL(EXCLUDED))


def left_out_by(exclusion_id: int) -> list[int]:
    """People one line of the list leaves out, whatever the others say."""
    return sql.run(_BY_LINE, exclusion_id=exclusion_id).values()


_BY_LINE = SQL("""
    SELECT away.lead_id FROM ({excluded}) AS away WHERE away.exclusion_id = %(exclusion_id)s ORDER BY away.lead_id
""").format(excluded=SQL(EXCLUDED.replace("DISTINCT ON (hit.lead_id)", "DISTINCT ON (hit.lead_id, hit.exclusion_id)")
                         .partition("ORDER BY hit.lead_id")[0]))  # fmt: skip


def people_per_line() -> dict[int, int]:
    """How many people each line of the list leaves out; somebody on two lines counts for the graver one."""
    return dict(sql.run(_COUNTS).rows)


_COUNTS = SQL("SELECT away.exclusion_id, count(*)::int FROM ({excluded}) AS away GROUP BY 1").format(
    excluded=SQL(EXCLUDED)
)


def list_exclusions(*, kind: str = "") -> list[Exclusion]:
    """The whole list, newest first; it is kept short by hand."""
    found = Exclusion.objects.select_related("added_by").order_by("-added_at", "-id")
    return list(found.filter(kind=kind) if kind else found)


def exclusions_page(*, kind: str = "", after: tuple[datetime, int] | None = None, limit: int) -> list[Exclusion]:
    """The next lines after a position (added_at, number), newest first."""
    found = Exclusion.objects.order_by("-added_at", "-id")
    if kind:
        found = found.filter(kind=kind)
    if after is not None:
        at, number = after
        found = found.filter(Q(added_at__lt=at) | Q(added_at=at, pk__lt=number))
    return list(found[:limit])


def find_exclusion(public_id: str) -> Exclusion | None:
    found: Exclusion | None = Exclusion.objects.filter(public_id=public_id).first()
    return found
