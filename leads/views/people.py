"""The list of people, the page of one, and the forms that change them."""

from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from leads.actions import LeadRefused, add_tag, create_lead, edit_lead, erase_lead, remove_tag
from leads.filters import PAGE_SIZE, Asked, options, score_options
from leads.forms import LeadForm, TagForm
from leads.listing import shown_columns, shown_rows
from leads.models import Lead
from leads.moments import days
from leads.queries import count_leads, find_lead, lead_facts, list_leads
from leads.views.places import placed
from ma_platform import clock
from ma_platform.api.pages import decode, encode
from ma_platform.errors import NotFound
from ma_platform.tenancy.permissions import Capability, requires
from ma_platform.tenancy.requests import MemberRequest
from ma_platform.ui import slots
from ma_platform.ui.pages import page_or_fragment
from tracking.queries import timeline, visitors

TIMELINE_PAGE = 30


@requires(Capability.VIEW_LEADS)
@require_GET
@placed
def index(request: MemberRequest) -> HttpResponse:
    """Everybody, searched, filtered and sorted; the address holds the state."""
    asked = Asked.of(request.GET)
    found = list_leads(asked.filter(now=clock.now(), zone=ZoneInfo(request.workspace.timezone)))
    rows, more = found[:PAGE_SIZE], len(found) > PAGE_SIZE
    columns = shown_columns(request.can)
    context = {
        "asked": asked,
        "columns": columns,
        "rows": shown_rows(rows, columns),
        "next_cursor": encode(rows[-1].position) if more else "",
        "stages": options("lead.stage"),
        "scores": score_options(),
        "may_edit": Capability.EDIT_LEADS in request.can,
    }
    return page_or_fragment(request, "leads/list.html", "leads/_table.html", context)


@requires(Capability.VIEW_LEADS)
@require_GET
def count(request: MemberRequest) -> HttpResponse:
    """How many the list holds, counted apart so that the list need not wait for it."""
    asked = Asked.of(request.GET)
    total, exact = count_leads(asked.filter(now=clock.now(), zone=ZoneInfo(request.workspace.timezone)))
    return render(request, "leads/_count.html", {"total": total, "exact": exact})


@requires(Capability.VIEW_LEADS)
@require_GET
@placed
def page(request: MemberRequest, lead_id: str) -> HttpResponse:
    """One person: profile, timeline, and what the rooms above know."""
    lead = _found(lead_id)
    panels = slots.panels(slots.LEAD_PANELS, request, lead)
    context = {
        "lead": lead,
        "facts": lead_facts(lead),
        "header": slots.panels(slots.LEAD_HEADER, request, lead),
        "first_panels": panels[:1],
        "further_panels": panels[1:],
        "browsers": visitors(lead.pk),
        "may_edit": Capability.EDIT_LEADS in request.can,
        "may_delete": Capability.DELETE_LEADS in request.can,
        **_timeline(request, lead),
    }
    return render(request, "leads/lead.html", context)


@requires(Capability.VIEW_LEADS)
@require_GET
@placed
def events(request: MemberRequest, lead_id: str) -> HttpResponse:
    """The next stretch of the timeline; without htmx a page of its own."""
    lead = _found(lead_id)
    context = {"lead": lead, **_timeline(request, lead)}
    return page_or_fragment(request, "leads/events.html", "leads/_timeline.html", context)


def _timeline(request: MemberRequest, lead: Lead) -> dict[str, object]:
    cursor = request.GET.get("before", "")
    entries = timeline(lead_id=lead.pk, before=decode(cursor) if cursor else None, limit=TIMELINE_PAGE + 1)
    shown = entries[:TIMELINE_PAGE]
    more = encode(shown[-1].position) if len(entries) > TIMELINE_PAGE else ""
    return {"days": list(days(shown)), "before": more}


@requires(Capability.EDIT_LEADS)
def new(request: MemberRequest) -> HttpResponse:
    """Add a person by hand."""
    form = LeadForm(request.POST or None)
    if form.is_valid():
        try:
            lead = create_lead(form.lead_input(), by=request.user, now=clock.now())
        except LeadRefused as refused:
            form.blame(refused.errors)
        else:
            messages.success(request, _("Lead added."))
            return redirect("leads:page", lead.public_id)
    context = {"form": form, "cancel": reverse("leads:list")}
    return render(request, "leads/form.html", context, status=422 if form.errors else 200)


@requires(Capability.EDIT_LEADS)
def edit(request: MemberRequest, lead_id: str) -> HttpResponse:
    """Change a person by hand; an emptied box empties the field."""
    lead = _found(lead_id)
    form = LeadForm(request.POST or None, initial=LeadForm.initial_of(lead))
    if form.is_valid():
        try:
            edit_lead(lead, form.lead_input(), by=request.user, now=clock.now())
        except LeadRefused as refused:
            form.blame(refused.errors)
        except NotFound as erased:
            raise Http404 from erased
        else:
            messages.success(request, _("Saved."))
            return redirect("leads:page", lead.public_id)
    context = {"form": form, "lead": lead, "cancel": reverse("leads:page", args=[lead.public_id])}
    return render(request, "leads/form.html", context, status=422 if form.errors else 200)


@requires(Capability.EDIT_LEADS)
@require_POST
def tag(request: MemberRequest, lead_id: str) -> HttpResponse:
    """Put a tag on, or with `remove` take it off."""
    lead, form = _found(lead_id), TagForm(request.POST)
    if form.is_valid() and "remove" in request.POST:
        remove_tag([lead.pk], form.cleaned_data["tag"])
    elif form.is_valid():
        add_tag([lead.pk], form.cleaned_data["tag"], now=clock.now())
    return redirect("leads:page", lead.public_id)


@requires(Capability.DELETE_LEADS)
@require_POST
def erase(request: MemberRequest, lead_id: str) -> HttpResponse:
    """Remove the person; the page asked for their name first."""
    lead = _found(lead_id)
    if request.POST.get("confirm") != str(lead):
        messages.error(request, _("Nothing was deleted: the name did not match."))
        return redirect("leads:page", lead.public_id)
    erase_lead(lead, by=request.user, now=clock.now())
    messages.success(request, _("The lead was deleted."))
    return redirect("leads:list")


def _found(lead_id: str) -> Lead:
    lead = find_lead(lead_id)
    if lead is None:
        raise Http404
    return lead
