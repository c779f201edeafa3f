"""A merge undone: both people as they were, with what came in since where it belongs.

Later merges of the same people are lifted off first and put on again afterwards, so any order of undoing ends the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from leads.actions.agreeing import carry_refusals, swap_grants
from leads.actions.company_ends import living
from leads.actions.handing import Kept, put_back
from leads.actions.hung import judge_again
from leads.actions.merge import apply, refusal
from leads.actions.presence import PRESENCE
from leads.actions.rows import change_rows, lock_rows, put_back_columns
from leads.actions.standing import below, count_stays, family, stand_again
from leads.actions.upsert import Actor
from leads.joining import GROUPS, Row, keys_after, public_fields
from leads.merging import BLANK
from leads.models import Lead, Merge, MergedRow
from leads.queries.addresses import find_bound
from ma_platform import audit
from ma_platform.db import sql
from ma_platform.tenancy.models import User
from ma_platform.tenancy.reach import everybody
from tracking.actions import NewFact, hand_back, record_many
from tracking.catalogue import Event


@dataclass(frozen=True, slots=True)
class Parted:
    """`kept`: what was edited or added since and therefore stays with the survivor."""

    merge: Merge
    kept: tuple[Kept, ...] = ()


@transaction.atomic
def unmerge(merge: Merge, *, by: Actor, now: datetime) -> Parted:
    """Part the two again. Of two at once, or a second time, nothing more happens. Raises MergeRefused."""
    with everybody():  # what stands aside may have an owner out of reach, or none
        return _unmerged(merge, by=by, now=now)


def _unmerged(merge: Merge, *, by: Actor, now: datetime) -> Parted:
    rows = lock_rows(_whole_family(merge))
    present = Merge.objects.filter(pk=merge.pk).first()
    if present is None or merge.drop_id not in rows:
        raise refusal("gone")
    if present.undone_at is not None:
        return Parted(present)
    later = _later(present)
    for other in reversed(later):
        _lift(other, now=now)
    kept = _lift(present, now=now)
    Merge.objects.filter(pk=present.pk).update(undone_at=now, undone_by=by if isinstance(by, User) else None)
    carry_refusals(present.keep_id, present.drop_id, present.public_id, since=present.at)
    judge_again([present.drop_id] if later else [present.keep_id, present.drop_id], now=now)
    for other in later:
        apply(other, lock_rows([other.keep_id, other.drop_id]), by=by, now=now)
    _finish(present, by=by, now=now)
    return Parted(present, tuple(kept))


def _whole_family(merge: Merge) -> list[int]:
    survivor = Lead.objects.filter(pk=merge.drop_id).values_list("merged_into_id", flat=True).first()
    return family(survivor) if survivor else [merge.keep_id, merge.drop_id]


def _later(merge: Merge) -> list[Merge]:
    """Merges in force of the same people, made after this one, oldest first."""
    people = set(_whole_family(merge))
    found = Merge.objects.filter(undone_at=None, pk__gt=merge.pk, keep_id__in=people, drop_id__in=people)
    found = found.filter(address_source="")  # a further address is carried along by whoever it was added to
    return list(found.order_by("pk"))


def _lift(merge: Merge, *, now: datetime) -> list[Kept]:
    """Put back what a merge did. Nothing of a later merge stands in the way any more."""
    under = below(merge.drop_id)
    stand_again(merge.drop_id, under=under)
    kept = _put_back_rows(merge, now=now)
    kept += put_back(merge)
    days = [
        day
        for key in MergedRow.objects.filter(merge=merge, table="tracking_daily").values_list("key", flat=True)
        for day in key["days"]
    ]
    hand_back(merge.drop_id, names=under, out_of=merge.keep_id, days=days)
    sql.run(SEEN_SINCE, ids=[merge.keep_id, merge.drop_id], since=merge.at, names=[int(one) for one in PRESENCE])
    count_stays([merge.keep_id, merge.drop_id])
    return kept


def _put_back_rows(merge: Merge, *, now: datetime) -> list[Kept]:
    rows = lock_rows([merge.keep_id, merge.drop_id])
    keep, drop = rows[merge.keep_id], rows[merge.drop_id]
    of_keep, edited = put_back_columns(keep, merge.before["keep"])
    of_drop, _ = put_back_columns(drop, merge.before["drop"])
    if of_keep.get("company_id") is not None and not living([of_keep["company_id"]]):  # deleted since
        of_keep["company_id"] = None
    of_keep = {**of_keep, **keys_after(keep, of_keep)}
    edited += _make_way(keep, drop, of_keep, of_drop)
    change_rows(keep, drop, of_keep, of_drop, now=now)
    return [Kept(name) for name in public_fields(edited)]


def _make_way(keep: Row, drop: Row, of_keep: dict[str, Any], of_drop: dict[str, Any]) -> list[str]:  # Any: JSON
    """An address that either is to have again may be a further one of theirs since another became the main one: its row
    takes what is given up. Where it became somebody else's, main or further, it stays theirs, and who had it has none:
    not the other's, for which nobody allowed them anything. Returns the field then."""
    both, lost = [keep["id"], drop["id"]], list[str]()
    for row, back in ((keep, of_keep), (drop, of_drop)):
        key = back.get("email_key")
        holder = Lead.objects.filter(email_key=key).exclude(pk__in=both).first() if key else None
        if holder is None:
            continue
        if holder.merged_into_id not in both or find_bound(holder) is None:
            back |= {column: BLANK[column] for column in GROUPS["email"]}
            lost = ["email"]
            continue
        freed = {column: row[column] for column in GROUPS["email"]}
        Lead.objects.filter(pk__in=[row["id"], holder.pk]).update(email_key=None)
        Lead.objects.filter(pk=holder.pk).update(**freed)
        swap_grants(int(row["id"]), holder.pk)
    return lost


def _finish(merge: Merge, *, by: Actor, now: datetime) -> None:
    both: Sequence[int] = (merge.keep_id, merge.drop_id)
    props = {"source": f"unmerge:{merge.public_id}", "fields": public_fields(merge.before["keep"])}
    record_many([NewFact(Event.LEAD_UPDATED, now, lead=lead, props=props) for lead in both])
    audit.record(by, "lead.unmerged", merge.keep.public_id, at=now, parted=merge.drop.public_id, merge=merge.public_id)


# What they did since the merge counts for whoever did it.
SEEN_SINCE = """
    UPDATE leads_lead AS lead SET last_seen_at = greatest(lead.last_seen_at, seen.at)
      FROM (SELECT daily.lead_id, max(daily.last_at) AS at FROM tracking_daily AS daily
             WHERE daily.tenant_id = %(tenant_id)s AND daily.lead_id = ANY (%(ids)s::bigint[])
               AND daily.name = ANY (%(names)s::smallint[]) AND daily.last_at >= %(since)s
             GROUP BY daily.lead_id) AS seen
     WHERE lead.tenant_id = %(tenant_id)s AND lead.id = seen.lead_id
"""
