"""Event names of the workspace's own: which there are, adding one, what it is called, and which are ignored."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ma_platform import clock
from ma_platform.errors import DomainError
from ma_platform.tenancy.permissions import Capability, requires
from ma_platform.tenancy.requests import MemberRequest
from ma_platform.ui import slots
from ma_platform.ui.pages import page_or_fragment
from tracking import actions
from tracking.event_name_form import EventNameForm, LabelForm
from tracking.event_name_words import event_name_lines, event_name_page
from tracking.queries import (
    EventNameFilter,
    find_event_name,
    name_places,
    named_by,
    names_without_place,
    strange_names,
)

SHOWN = 50


@requires(Capability.VIEW_TRACKING)
@require_GET
def index(request: MemberRequest) -> HttpResponse:
    """Newest first, narrowed by text and state."""
    today = timezone.localdate(clock.now())
    asked = EventNameFilter(*(request.GET.get(name, "")[:200] for name in ("q", "state")))
    context = {
        "asked": asked,
        **event_name_page(asked, request.GET.get("cursor", ""), limit=SHOWN, today=today, can=request.can),
        "places": name_places(),
        "without_place": names_without_place(today=today),
        "strangers": len(strange_names(asked.text)),
        "may_edit": Capability.EDIT_TRACKING in request.can,
    }
    return page_or_fragment(request, "tracking/event_names.html", "tracking/_event_names.html", context)


@requires(Capability.EDIT_TRACKING)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: MemberRequest) -> HttpResponse:
    """Hold a place for a name."""
    form = EventNameForm(request.POST or None, initial={"name": request.GET.get("name", "")[:200]})
    if request.method == "POST" and form.is_valid():
        try:
            actions.add_event_name(**form.cleaned_data, by=request.user, now=clock.now())
            messages.success(request, gettext("The name has its place."))
            return redirect("tracking:event_names")
        except DomainError as refusal:
            form.add_error("name", str(refusal))
    return render(request, "tracking/event_name_new.html", {"form": form}, status=422 if form.errors else 200)


@requires(Capability.VIEW_TRACKING)
@require_http_methods(["GET", "HEAD", "POST"])
def one(request: MemberRequest, name_id: str) -> HttpResponse:
    """One name with everything that asks about it; what it is called can be changed."""
    if request.method == "POST" and Capability.EDIT_TRACKING not in request.can:
        return HttpResponse(status=403)
    row = find_event_name(name_id, today=timezone.localdate(clock.now()))
    if row is None:
        raise Http404
    form = LabelForm(request.POST or None, initial={"label": row.label})
    if form.is_valid():
        actions.label_event_name(name_id, form.cleaned_data["label"], by=request.user, now=clock.now())
        messages.success(request, gettext("Saved."))
        return redirect("tracking:event_name", name_id)
    (line,) = event_name_lines([row], can=request.can)
    context = {"line": line, "row": row, "form": form, "may_edit": Capability.EDIT_TRACKING in request.can}
    return render(request, "tracking/event_name.html", context, status=422 if form.errors else 200)


@requires(Capability.EDIT_TRACKING)
@require_POST
def ignore(request: MemberRequest) -> HttpResponse:
    """`names`: those whose events are dropped from now on; `found`: all with this text that nobody vouches for.

    Asks first when something asks about one of them; `sure` is the answer: just the names it was about, whatever has
    arrived since.
    """
    sure = request.POST.get("sure", "").split()
    chosen = sure or strange_names(request.POST.get("found", "")[:200]) or request.POST.getlist("names")[:SHOWN]
    names = named_by(chosen)
    asking = {} if sure else slots.event_uses(names, request.can)
    if asking:
        uses = [(names[number], asked) for number, asked in asking.items()]
        context = {"asking": uses, "chosen": " ".join(chosen), "count": len(names)}
        return render(request, "tracking/event_names_ignore.html", context)
    count = actions.ignore_event_names(chosen, by=request.user, now=clock.now()) if chosen else 0
    told = ngettext("%(count)s name is ignored from now on.", "%(count)s names are ignored from now on.", count)
    messages.success(request, told % {"count": count})
    return redirect("tracking:event_names")


@requires(Capability.EDIT_TRACKING)
@require_POST
def ignore_one(request: MemberRequest, name_id: str) -> HttpResponse:
    """Its events are dropped from now on."""
    if find_event_name(name_id, today=timezone.localdate(clock.now())) is None:
        raise Http404
    actions.ignore_event_names([name_id], by=request.user, now=clock.now())
    messages.success(request, gettext("Events of this name are dropped from now on."))
    return redirect("tracking:event_names")


@requires(Capability.EDIT_TRACKING)
@require_POST
def bring_back(request: MemberRequest, name_id: str) -> HttpResponse:
    """Its events are taken in again."""
    try:
        actions.bring_back_event_name(name_id, by=request.user, now=clock.now())
        messages.success(request, gettext("Events of this name are taken in again."))
    except actions.NoSuchEventName as gone:
        raise Http404 from gone
    except DomainError as refusal:
        messages.error(request, str(refusal))
    return redirect("tracking:event_names")
