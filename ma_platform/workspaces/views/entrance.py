"""Coming in, going out, and moving between workspaces and languages."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from ma_platform import clock, ids
from ma_platform.errors import DomainError
from ma_platform.tenancy.middleware import SESSION_KEY
from ma_platform.tenancy.permissions import signed_in
from ma_platform.tenancy.public import public_scope
from ma_platform.tenancy.queries import user_by_email, workspace_by_code
from ma_platform.tenancy.requests import MemberRequest
from ma_platform.workspaces import actions
from ma_platform.workspaces.actions.members import find_invitation
from ma_platform.workspaces.forms import JoinForm


@signed_in
@require_POST
def switch(request: MemberRequest) -> HttpResponse:
    """Work in another of my workspaces from now on; a foreign id changes nothing."""
    wanted = request.POST.get("workspace", "")
    if any(one.tenant.public_id == wanted for one in request.memberships):
        request.session[SESSION_KEY] = wanted
    return redirect("home")


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    chosen = request.POST.get("language", "")
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        back = "/"
    response = redirect(back)
    if translation.check_for_language(chosen) and chosen in dict(settings.LANGUAGES):
        if request.user.is_authenticated:
            actions.say_language(request.user, chosen)
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, chosen, max_age=365 * 86400, samesite="Lax")
    return response


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect(settings.ACCOUNT_LOGOUT_REDIRECT_URL)


@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """Show who invites; POST joins. A known user signs in with their own password afterwards."""
    workspace = workspace_by_code(token[: ids.CODE_LENGTH])
    if workspace is None:
        return render(request, "workspaces/invitation_gone.html", status=404)
    with public_scope(workspace):
        invitation = find_invitation(token, now=clock.now())
        if invitation is None:
            return render(request, "workspaces/invitation_gone.html", status=404)
        known = user_by_email(invitation.email) is not None
        form = JoinForm(request.POST or None)
        if request.method == "POST" and (known or form.is_valid()):
            return _join(request, token, form, known=known)
        context = {"form": form, "invitation": invitation, "inviting": workspace, "known": known}
        return render(request, "workspaces/invitation.html", context, status=422 if form.errors else 200)


def _join(request: HttpRequest, token: str, form: JoinForm, *, known: bool) -> HttpResponse:
    told = {"name": "", "password": ""} if known else form.cleaned_data
    try:
        user = actions.accept_invitation(token, name=told["name"], password=told["password"], now=clock.now())
    except DomainError:
        return render(request, "workspaces/invitation_gone.html", status=404)
    if known:
        return redirect("account_login")
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return redirect("home")
