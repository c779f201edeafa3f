"""Groups of members, who see each other's people."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ma_platform import clock
from ma_platform.tenancy import queries
from ma_platform.tenancy.models import Group
from ma_platform.tenancy.permissions import Capability, requires
from ma_platform.tenancy.requests import MemberRequest
from ma_platform.workspaces.actions.groups import GroupRefused, remove_group, save_group
from ma_platform.workspaces.reach_forms import GroupForm, Seats, seats


@requires(Capability.MANAGE_MEMBERS)
def index(request: MemberRequest) -> HttpResponse:
    """All of them, and a new one."""
    offered = seats()
    form = GroupForm(request.POST or None, seats=offered)
    return _saved(request, None, form) or _page(request, form, offered)


@requires(Capability.MANAGE_MEMBERS)
@require_POST
def change(request: MemberRequest, public_id: str) -> HttpResponse:
    """Another name, other members."""
    group = get_object_or_404(queries.groups(), public_id=public_id)
    offered = seats()
    form = GroupForm(request.POST, auto_id=f"{public_id}-%s", seats=offered)
    return _saved(request, group, form) or _page(request, GroupForm(seats=offered), offered, wrong=form, of=group)


@requires(Capability.MANAGE_MEMBERS)
@require_POST
def remove(request: MemberRequest, public_id: str) -> HttpResponse:
    """No such group any more; its members and their people stay."""
    remove_group(get_object_or_404(queries.groups(), public_id=public_id), by=request.user, now=clock.now())
    messages.success(request, _("The group is deleted."))
    return redirect("groups")


def _saved(request: MemberRequest, group: Group | None, form: GroupForm) -> HttpResponse | None:
    """Back to the list once it is kept; None: there is nothing to keep, or it was refused."""
    if not form.is_valid():
        return None
    try:
        save_group(group, form.said(), by=request.user, now=clock.now())
    except GroupRefused as refused:
        form.add_error("name", str(refused))
        return None
    messages.success(request, _("Saved."))
    return redirect("groups")


def _page(
    request: MemberRequest, form: GroupForm, offered: Seats, *, wrong: GroupForm | None = None, of: Group | None = None
) -> HttpResponse:
    shown = [(one, wrong if wrong and one == of else GroupForm.of(one, seats=offered)) for one in queries.groups()]
    status = 422 if form.errors or wrong else 200
    return render(request, "workspaces/groups.html", {"groups": shown, "form": form}, status=status)
