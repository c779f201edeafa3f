"""How a member keeps the list: columns, named views, and the one it opens with."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from leads.actions import saved_views
from leads.actions.saved_views import ViewRefused
from leads.filters import ALL
from leads.listing import MOST_COLUMNS, offered_columns, shown_columns
from leads.queries.saved_views import Shelf, shelf
from leads.views.lists import asked_from
from ma_platform import clock
from ma_platform.errors import NotFound
from ma_platform.tenancy.permissions import Capability, requires
from ma_platform.tenancy.requests import MemberRequest
from ma_platform.ui.pages import page_or_fragment


@requires(Capability.VIEW_LEADS)
def columns(request: MemberRequest) -> HttpResponse:
    """Choose and order the columns; POST keeps them for this member."""
    shelved = shelf(request.user)
    if request.method == "POST":
        return _arrange(request, shelved)
    asked = asked_from(request.GET, shelved)
    chosen = shown_columns(request.can, shelved.columns(asked.view))
    keys = [column.key for column in chosen]
    rest = [column for column in offered_columns(request.can) if column.key not in keys]
    context = {
        "asked": asked,
        "lines": [{"column": one, "chosen": one.key in keys} for one in [*chosen, *rest]],
    }
    return page_or_fragment(request, "leads/list_columns.html", "leads/_list_columns.html", context)


def _arrange(request: MemberRequest, shelved: Shelf) -> HttpResponse:
    asked = asked_from(request.POST, shelved)
    offered = {column.key for column in offered_columns(request.can)}
    stated = [key for key in dict.fromkeys(request.POST.getlist("column")) if key in offered]
    chosen = [] if "usual" in request.POST else stated[:MOST_COLUMNS]
    saved_views.arrange(asked.view, chosen, by=request.user, now=clock.now())
    return redirect(reverse("leads:list") + asked.address())


@requires(Capability.VIEW_LEADS)
@require_POST
def save(request: MemberRequest) -> HttpResponse:
    """Keep what the list shows as a new view."""
    shelved = shelf(request.user)
    asked = asked_from(request.POST, shelved)
    shown = {**asked.stated(), "columns": shelved.columns(asked.view)}
    try:
        made = saved_views.save_view(
            request.POST.get("name", ""), shown, by=request.user, now=clock.now(), shared=_shared(request)
        )
    except ViewRefused as refused:
        messages.error(request, str(refused))
        return redirect(reverse("leads:list") + asked.address())
    messages.success(request, _("The view was saved."))
    return _to(made.public_id)


@requires(Capability.VIEW_LEADS)
@require_POST
def keep(request: MemberRequest, view_id: str) -> HttpResponse:
    """Let the view hold what the list shows now."""
    shelved = shelf(request.user)
    asked = asked_from(request.POST, shelved)
    shown = {**asked.stated(), "columns": shelved.columns(asked.view)}
    try:
        saved_views.keep_view(view_id, shown, by=request.user, now=clock.now())
    except NotFound as gone:
        raise Http404 from gone
    except ViewRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("The view was updated."))
    return _to(view_id)


@requires(Capability.VIEW_LEADS)
@require_POST
def edit(request: MemberRequest, view_id: str) -> HttpResponse:
    """Rename a view, share it, or keep it to oneself."""
    try:
        saved_views.edit_view(
            view_id, request.POST.get("name", ""), shared=_shared(request), by=request.user, now=clock.now()
        )
    except NotFound as gone:
        raise Http404 from gone
    except ViewRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Saved."))
    return _to(view_id)


@requires(Capability.VIEW_LEADS)
@require_POST
def delete(request: MemberRequest, view_id: str) -> HttpResponse:
    """Drop a view; people stay as they are."""
    anybodys = Capability.MANAGE_WORKSPACE in request.can
    try:
        saved_views.delete_view(view_id, by=request.user, now=clock.now(), anybodys=anybodys)
    except NotFound as gone:
        raise Http404 from gone
    except ViewRefused as refused:
        messages.error(request, str(refused))
        return _to(view_id)
    messages.success(request, _("The view was deleted."))
    return _to(ALL)


@requires(Capability.VIEW_LEADS)
@require_POST
def opens(request: MemberRequest) -> HttpResponse:
    """The view this member's list opens with; `all` for everybody."""
    named = request.POST.get("view", ALL)
    view = shelf(request.user).find(named)
    if view is None and named != ALL:
        raise Http404
    saved_views.open_with(view.public_id if view else "", by=request.user, now=clock.now())
    messages.success(request, _("The list opens like this from now on."))
    return _to(named)


def _shared(request: MemberRequest) -> bool:
    """Whoever may change people may also show the team a view."""
    return request.POST.get("shared") == "on" and Capability.EDIT_LEADS in request.can


def _to(view: str) -> HttpResponse:
    return redirect(f"{reverse('leads:list')}?{urlencode({'view': view})}")
