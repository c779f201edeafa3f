"""Who is in the workspace, and who may come."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from ma_platform import clock
from ma_platform.errors import DomainError
from ma_platform.tenancy import queries
from ma_platform.tenancy.models import SPANS
from ma_platform.tenancy.permissions import Capability, Role, requires
from ma_platform.tenancy.requests import MemberRequest
from ma_platform.workspaces import actions
from ma_platform.workspaces.forms import InviteForm, RoleForm
from ma_platform.workspaces.invitations import send_invitation
from ma_platform.workspaces.reach_forms import ReachForm


@requires(Capability.MANAGE_MEMBERS)
@require_GET
def index(request: MemberRequest) -> HttpResponse:
    return _page(request, InviteForm())


@requires(Capability.MANAGE_MEMBERS)
@require_POST
def invite(request: MemberRequest) -> HttpResponse:
    form = InviteForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    try:
        sees = {"reach": form.span(), "unowned": form.cleaned_data["unowned"]}
        role = Role(form.cleaned_data["role"])
        sent = actions.invite(form.cleaned_data["email"], role, by=request.user, now=clock.now(), **sees)
    except DomainError as refusal:
        form.add_error("email", str(refusal))
        return _page(request, form, status=422)
    send_invitation(sent, workspace=request.workspace)
    messages.success(request, _("Invitation sent to %(email)s.") % {"email": sent.invitation.email})
    return redirect("members")


@requires(Capability.MANAGE_MEMBERS)
@require_POST
def role(request: MemberRequest, user_id: int) -> HttpResponse:
    membership = get_object_or_404(queries.members(), user_id=user_id)
    form = RoleForm(request.POST)
    if form.is_valid():
        _try(request, actions.change_role, membership, Role(form.cleaned_data["role"]))
    return redirect("members")


@requires(Capability.MANAGE_MEMBERS)
@require_POST
def reach(request: MemberRequest, user_id: int) -> HttpResponse:
    """Whose people they see."""
    membership = get_object_or_404(queries.members(), user_id=user_id)
    form = ReachForm(request.POST)
    if form.is_valid():
        unowned = form.cleaned_data["unowned"]
        actions.change_reach(membership, form.span(), unowned=unowned, by=request.user, now=clock.now())
        messages.success(request, _("Saved."))
    return redirect("members")


@requires(Capability.MANAGE_MEMBERS)
@require_POST
def remove(request: MemberRequest, user_id: int) -> HttpResponse:
    membership = get_object_or_404(queries.members(), user_id=user_id)
    _try(request, actions.remove_member, membership)
    return redirect("members")


@requires(Capability.MANAGE_MEMBERS)
@require_POST
def withdraw(request: MemberRequest, public_id: str) -> HttpResponse:
    invitation = get_object_or_404(queries.open_invitations(), public_id=public_id)
    actions.withdraw_invitation(invitation.public_id, by=request.user, now=clock.now())
    messages.success(request, _("The invitation is withdrawn."))
    return redirect("members")


def _try(request: MemberRequest, action: object, *subject: object) -> None:
    try:
        action(*subject, by=request.user, now=clock.now())  # type: ignore[operator]  # one of our actions
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Saved."))


def _page(request: MemberRequest, form: InviteForm, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "members": queries.members(),
        "invitations": queries.open_invitations(),
        "roles": RoleForm(),
        "spans": SPANS,
    }
    return render(request, "workspaces/members.html", context, status=status)
