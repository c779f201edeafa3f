"""Whose browser is it: conflicts to look at, and a member's word on them."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_GET, require_POST

from ma_platform import clock
from ma_platform.api.pages import decode, encode, moment_of
from ma_platform.tenancy.permissions import Capability, requires
from ma_platform.tenancy.requests import MemberRequest
from ma_platform.ui.pages import page_or_fragment
from tracking import actions
from tracking.browsers import conflict_cards, ties
from tracking.queries import conflict_count, conflicts, find_binding

SHOWN = 20
View = Callable[..., HttpResponse]


def there(view: View) -> View:
    """What is gone, or another workspace's, is a page that is not found."""

    @wraps(view)
    def looked_up(request: MemberRequest, **kwargs: str) -> HttpResponse:
        try:
            return view(request, **kwargs)
        except actions.BindingGone:
            raise Http404 from None

    return looked_up


@requires(Capability.VIEW_TRACKING)
@require_GET
def conflict_list(request: MemberRequest) -> HttpResponse:
    """Conflicts that wait, newest first."""
    cursor = request.GET.get("cursor", "")
    rows = conflicts(before=moment_of(decode(cursor) if cursor else None), limit=SHOWN + 1)
    context = {
        "conflicts": conflict_cards(rows[:SHOWN]),
        "total": conflict_count(),
        "next": f"?cursor={encode([rows[SHOWN - 1].since, rows[SHOWN - 1].id])}" if len(rows) > SHOWN else "",
        "may_judge": Capability.EDIT_LEADS in request.can,
        "may_mark": Capability.EDIT_TRACKING in request.can,
    }
    return page_or_fragment(request, "tracking/identity.html", "tracking/_identity.html", context)


@requires(Capability.EDIT_LEADS)
@require_POST
@there
def settle(request: MemberRequest, binding_id: str) -> HttpResponse:
    """Leave it as it is."""
    actions.settle_conflict(binding_id, by=request.user, now=clock.now())
    messages.success(request, gettext("Left as it is. The conflict is settled."))
    return redirect("tracking:identity")


@requires(Capability.EDIT_LEADS)
@require_POST
@there
def give(request: MemberRequest, binding_id: str) -> HttpResponse:
    """The browser is the other person's, from that sign on."""
    bound = actions.give_browser(binding_id, by=request.user, now=clock.now())
    moved = ngettext("%(count)s event moved.", "%(count)s events moved.", bound.attached) % {"count": bound.attached}
    messages.success(request, moved)
    return redirect("tracking:identity")


@requires(Capability.EDIT_LEADS)
@there
def undo(request: MemberRequest, binding_id: str) -> HttpResponse:
    """What would leave with the binding; by POST it is undone."""
    row = find_binding(binding_id)
    if row is None:
        raise Http404
    back = _back(request)
    if request.method == "POST":
        undone = actions.undo_binding(binding_id, by=request.user, now=clock.now())
        messages.success(request, _undone(undone.left))
        return redirect(back or "tracking:identity")
    (tie,) = ties([row])
    return render(request, "tracking/identity_undo.html", {"tie": tie, "back": back})


@requires(Capability.EDIT_TRACKING)
@require_POST
@there
def shared(request: MemberRequest, key: str) -> HttpResponse:
    """Several people use this browser; with `undo_weak` what a mail click or an import has bound is undone."""
    undo_weak = "undo_weak" in request.POST and Capability.EDIT_LEADS in request.can
    actions.mark_shared(key, by=request.user, now=clock.now(), undo_weak=undo_weak)
    messages.success(request, gettext("Marked as a shared device: mail clicks bind it no more."))
    return redirect(_back(request) or "tracking:identity")


@requires(Capability.EDIT_TRACKING)
@require_POST
@there
def unshared(request: MemberRequest, key: str) -> HttpResponse:
    """One person's browser after all."""
    done = actions.unmark_shared(key, by=request.user, now=clock.now())
    if done.was:
        messages.success(request, _unshared(done.events))
    return redirect(_back(request) or "tracking:identity")


def _undone(events: int) -> str:
    said = ngettext(
        "The binding is undone: %(count)s event left.", "The binding is undone: %(count)s events left.", events
    )
    return said % {"count": events}


def _unshared(events: int) -> str:
    said = ngettext(
        "No longer a shared device: %(count)s event belongs to somebody again.",
        "No longer a shared device: %(count)s events belong to somebody again.",
        events,
    )
    return said % {"count": events}


def _back(request: MemberRequest) -> str:
    """Where the member came from, if that is a page of ours."""
    asked = request.POST.get("next") or request.GET.get("next") or ""
    return asked if url_has_allowed_host_and_scheme(asked, allowed_hosts=None) else ""
