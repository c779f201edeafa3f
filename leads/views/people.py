"""The page of one person, and the forms that change them."""

from tempfile import TemporaryFile
from typing import cast

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from leads.actions import LeadRefused, add_tag, create_lead, edit_lead, erase_lead, remove_tag
from leads.actions.identifiers import add_identifier, drop_identifier
from leads.actions.person_export import export_person
from leads.forms import IdentifierForm, LeadForm, TagForm
from leads.models import Lead
from leads.queries import find_lead
from leads.refusals import worded
from leads.views.found import found_lead
from leads.views.places import placed
from leads.views.tabs import tab_context, timeline_context
from ma_platform import clock
from ma_platform.errors import NotFound
from ma_platform.tenancy.permissions import Capability, requires
from ma_platform.tenancy.requests import MemberRequest
from ma_platform.ui.pages import page_or_fragment, redrawn


@requires(Capability.VIEW_LEADS)
@require_GET
@placed
def page(request: MemberRequest, lead_id: str) -> HttpResponse:
    """One person, a tab at a time: profile and timeline with what the rooms above know, values, diary, consent."""
    lead = found_lead(lead_id)
    if lead.public_id != lead_id:  # joined: who remains answers for both
        return redirect("leads:page", lead.public_id)
    return render(request, "leads/lead.html", tab_context(request, lead))


@requires(Capability.VIEW_LEADS)
@require_GET
@placed
def events(request: MemberRequest, lead_id: str) -> HttpResponse:
    """The next stretch of the timeline; without htmx a page of its own."""
    lead = found_lead(lead_id)
    context = {"lead": lead, **timeline_context(request, lead)}
    return page_or_fragment(request, "leads/events.html", "leads/_timeline.html", context)


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
            return _saved(request, lead, _("Lead added."))
    context = {"form": form, "cancel": reverse("leads:list")}
    return render(request, "leads/form.html", context, status=422 if form.errors else 200)


@requires(Capability.EDIT_LEADS)
def edit(request: MemberRequest, lead_id: str) -> HttpResponse:
    """Change a person by hand; an emptied box empties the field."""
    lead = found_lead(lead_id)
    form = LeadForm(request.POST or None, initial=LeadForm.initial_of(lead))
    if form.is_valid():
        try:
            edit_lead(lead, form.lead_input(), by=request.user, now=clock.now())
        except LeadRefused as refused:
            form.blame(refused.errors)
        except NotFound as erased:
            raise Http404 from erased
        else:
            return _saved(request, lead, _("Saved."))
    return redrawn(
        request,
        "leads/form.html",
        lambda: {"form": form, "lead": found_lead(lead_id), "cancel": reverse("leads:page", args=[lead.public_id])},
        status=422 if form.errors else 200,
    )


def _saved(request: MemberRequest, lead: Lead, told: str) -> HttpResponse:
    """On to the person's page; to the list when they are a colleague's now, whose people one does not see."""
    if find_lead(lead.public_id) is not None:
        messages.success(request, told)
        return redirect("leads:page", lead.public_id)
    messages.success(request, _("Saved. The person has another owner now, so you no longer see them."))
    return redirect("leads:list")


@requires(Capability.EDIT_LEADS)
@require_POST
def tag(request: MemberRequest, lead_id: str) -> HttpResponse:
    """Put a tag on, or with `remove` take it off."""
    lead, form = found_lead(lead_id), TagForm(request.POST)
    if form.is_valid() and "remove" in request.POST:
        remove_tag([lead.pk], form.cleaned_data["tag"], now=clock.now())
    elif form.is_valid():
        add_tag([lead.pk], form.cleaned_data["tag"], now=clock.now())
    return redirect("leads:page", lead.public_id)


@requires(Capability.EDIT_LEADS)
@require_POST
def identifier(request: MemberRequest, lead_id: str) -> HttpResponse:
    """Add an ID of another system, or with `remove` take it off."""
    lead, form = found_lead(lead_id), IdentifierForm(request.POST)
    if form.is_valid() and "remove" in request.POST:
        drop_identifier(lead, **form.cleaned_data, by=request.user, now=clock.now())
    elif form.is_valid():
        try:
            add_identifier(lead, **form.cleaned_data, by=request.user, now=clock.now())
        except LeadRefused as refused:
            messages.error(request, " ".join(worded(refused.errors).values()))
    return redirect(f"{reverse('leads:page', args=[lead.public_id])}?tab=fields")


@requires(Capability.EXPORT_LEADS)
@require_GET
def export(request: MemberRequest, lead_id: str) -> HttpResponse:
    """Everything kept about the person, as a ZIP of JSON and CSV."""
    lead, held = found_lead(lead_id), TemporaryFile()  # noqa: SIM115 - the answer closes it
    export_person(lead, held, by=request.user, now=clock.now())
    held.seek(0)
    return cast(HttpResponse, FileResponse(held, as_attachment=True, filename=f"{lead.public_id}.zip"))


@requires(Capability.DELETE_LEADS)
@require_POST
def erase(request: MemberRequest, lead_id: str) -> HttpResponse:
    """Remove the person; the page asked for their name first."""
    lead = found_lead(lead_id)
    if request.POST.get("confirm") != str(lead):
        messages.error(request, _("Nothing was deleted: the name did not match."))
        return redirect("leads:page", lead.public_id)
    erase_lead(lead, by=request.user, now=clock.now())
    messages.success(request, _("The lead was deleted."))
    return redirect("leads:list")
