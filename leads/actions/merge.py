"""Two people joined: the other row stands aside and points at the survivor, who gets what hung on it.

Nothing is copied and nothing rewritten that could not be put back: `unmerge` restores both.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from leads.actions import agreeing, judging, left_out  # their parts of every merge are registered there
from leads.actions.handing import move, picture, remember
from leads.actions.hung import Joining, judge_again, settle_joining
from leads.actions.left_behind import look_at_left
from leads.actions.rows import change_rows, lock_rows, note_values
from leads.actions.standing import stand_aside
from leads.actions.upsert import Actor
from leads.joining import GROUPS, Joined, Row, join, public_fields
from leads.models import Lead, Merge, MergedRow
from leads.queries.sensitive import withheld_of
from ma_platform import audit
from ma_platform.errors import DomainError
from ma_platform.tenancy.models import User
from ma_platform.tenancy.reach import everybody
from tracking.actions import hand_over, record
from tracking.catalogue import Event

__all__ = ["MergeRefused", "agreeing", "apply", "judging", "left_out", "merge_leads"]


class MergeRefused(DomainError):
    """These two cannot be joined. `kind`: same_person, gone, or unseen."""

    code = "merge_refused"
    message = _("These two cannot be joined: %(reason)s.")


REASONS = {
    "same_person": _("it is one and the same person already"),
    "gone": _("one of them is not there any more"),
    "unseen": _("a field that was chosen is not shown to you"),
}


def refusal(reason: str) -> MergeRefused:
    """With the reason in words."""
    return MergeRefused(reason=REASONS[reason], kind=reason)


@transaction.atomic
def merge_leads(keep: Lead, drop: Lead, *, take: Collection[str] = (), by: Actor, now: datetime) -> Merge:
    """Let `keep` speak for both. `take`: fields whose value comes from `drop` although `keep` has one.

    Of two at once the second waits and is refused. Raises MergeRefused.
    """
    if keep.pk == drop.pk:
        raise refusal("same_person")
    if withheld_of(column for group in take for column in GROUPS.get(group, (group,))):
        raise refusal("unseen")
    rows = lock_rows([keep.pk, drop.pk])
    if len(rows) < 2:
        raise refusal("gone")
    if any(row["merged_into_id"] for row in rows.values()):
        raise refusal("same_person")
    made = Merge(keep=keep, drop=drop, at=now, by=by if isinstance(by, User) else None)
    made.before = {"take": sorted(take)}
    made.save()
    with everybody():  # what stands aside for either may have an owner out of reach, or none
        changed = apply(made, rows, by=by, now=now)
    props = {"merge": made.public_id, "joined": drop.public_id, "fields": changed}
    record(Event.LEADS_MERGED, lead=keep.pk, at=now, props=props)
    audit.record(by, "lead.merged", keep.public_id, at=now, joined=drop.public_id, merge=made.public_id)
    return made


def apply(merge: Merge, rows: Mapping[int, Row], *, by: Actor, now: datetime) -> list[str]:
    """Carry out what a merge says, and remember how to undo it. The rows are locked. Returns changed fields."""
    keep, drop = rows[merge.keep_id], rows[merge.drop_id]
    joined = join(keep, drop, take=merge.before["take"])
    before = picture([merge.keep_id, merge.drop_id])
    MergedRow.objects.filter(merge=merge).delete()
    merge.before = {"take": merge.before["take"], **_remembered(joined, keep, drop)}
    Merge.objects.filter(pk=merge.pk).update(before=merge.before)
    stand_aside(merge.drop_id, for_id=merge.keep_id, now=now)
    change_rows(keep, drop, joined.keep, joined.drop, now=now)
    if drop["company_id"] not in (None, joined.keep.get("company_id", keep["company_id"])):
        look_at_left([drop["company_id"]])  # one colleague fewer there
    note_values(keep, joined.keep, source=f"merge:{merge.public_id}", by=by, now=now)
    handed = hand_over(merge.drop_id, to=merge.keep_id)
    move(merge.keep_id, merge.drop_id)
    settle_joining(_joining(merge, joined, keep, now))
    judge_again([merge.keep_id], now=now)
    remember(merge, before, picture([merge.keep_id, merge.drop_id]))
    MergedRow.objects.create(merge=merge, table="tracking_daily", key={"days": handed.days})
    return public_fields(joined.keep)


def _joining(merge: Merge, joined: Joined, keep: Row, now: datetime) -> Joining:
    return Joining(
        keep=merge.keep_id,
        drop=merge.drop_id,
        merge=merge.public_id,
        address_moves="email_key" in joined.keep,
        had_address=bool(keep["email_key"]),
        now=now,
    )


def _remembered(joined: Joined, keep: Row, drop: Row) -> dict[str, Any]:  # Any: JSON
    """{"keep": {column: [before, after]}, "drop": the same}."""
    changes = {"last_seen_at": keep["last_seen_at"], **joined.keep}
    return {
        "keep": {column: [_of(keep, column), value] for column, value in changes.items()},
        "drop": {column: [drop[column], value] for column, value in joined.drop.items()},
    }


def _of(row: Row, column: str) -> object:
    if column.startswith("attributes."):
        return row["attributes"].get(column.removeprefix("attributes."))
    return row[column]
