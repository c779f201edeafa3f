"""Whose people members see: their reach, and the groups whose members see each other's people."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ma_platform import audit
from ma_platform.errors import DomainError
from ma_platform.tenancy.models import Group, GroupSeat, Membership, User, WorkspaceSettings
from ma_platform.tenancy.permissions import Span

MOST = 100  # groups of a workspace; the page shows all of them


class GroupRefused(DomainError):
    """A group cannot be kept as it is stated; `reason` says why."""

    code = "group_refused"
    message = _("%(reason)s")


@dataclass(frozen=True, slots=True)
class GroupInput:
    """A group as stated; members by the numbers of their users. Who is no member is left out."""

    name: str
    members: Collection[int] = ()


def change_reach(membership: Membership, span: Span, *, unowned: bool, by: User, now: datetime) -> None:
    """Whose people a member sees from their next request on. An owner of the workspace sees everybody all the same."""
    told = {"reach": span, "sees_unowned": unowned}
    if Membership.objects.filter(pk=membership.pk).exclude(**told).update(**told):
        audit.record(by, "member.reach_changed", str(membership.user_id), at=now, reach=str(span), unowned=unowned)


def save_group(group: Group | None, said: GroupInput, *, by: User, now: datetime) -> Group:
    """Make a group, or name and fill it anew. Raises GroupRefused."""
    WorkspaceSettings.objects.select_for_update().get()  # two at once would each find the name free
    if (reason := _wrong(group, said)) is not None:
        raise GroupRefused(reason=reason)
    known, group = group is not None, group or Group(created_at=now)
    group.name = said.name
    group.save()
    before, after = _members(group), _seat(group, said.members)
    facts = {"name": said.name, "members": len(after)}
    moved = {"put_in": _told(after - before), "taken_out": _told(before - after)}
    audit.record(by, "group.changed" if known else "group.created", group.public_id, at=now, **facts, **moved)
    return group


def remove_group(group: Group, *, by: User, now: datetime) -> None:
    """Its members see what their other groups see, and their own people."""
    were = _told(_members(group))
    if Group.objects.filter(pk=group.pk).delete()[0]:
        audit.record(by, "group.removed", group.public_id, at=now, name=group.name, taken_out=were)


def _wrong(group: Group | None, said: GroupInput) -> Promise | None:
    if Group.objects.filter(name=said.name).exclude(pk=group.pk if group else None).exists():
        return _("Another group has this name already.")
    if group is None and Group.objects.count() >= MOST:
        return _("There are 100 groups already. Delete one first.")
    return None


def _seat(group: Group, users: Collection[int]) -> set[int]:
    """Those of them who are members sit in the group, and nobody else; the numbers of their users."""
    seated = list(Membership.objects.filter(user_id__in=users).order_by("pk"))
    GroupSeat.objects.filter(group=group).exclude(membership__in=seated).delete()
    GroupSeat.objects.bulk_create([GroupSeat(group=group, membership=one) for one in seated], ignore_conflicts=True)
    return {one.user_id for one in seated}


def _members(group: Group) -> set[int]:
    return set(GroupSeat.objects.filter(group=group).values_list("membership__user_id", flat=True))


def _told(users: Collection[int]) -> list[str]:
    """As the audit log refers to members."""
    return [str(user) for user in sorted(users)]
