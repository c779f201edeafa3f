"""Two people side by side, joined by a member's hand, and parted again."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from leads.actions.long_work import merge_or_hand_over
from leads.actions.merge import MergeRefused
from leads.actions.previewing import preview
from leads.actions.unmerge import Parted, unmerge
from leads.joining import GROUPS
from leads.merge_words import field_name, kept_words
from leads.models import Lead
from leads.queries import LeadFilter, find_lead, list_leads
from leads.queries.merges import find_merge
from ma_platform import clock
from ma_platform.tenancy.permissions import Capability, requires
from ma_platform.tenancy.requests import MemberRequest
from ma_platform.ui.pages import page_or_fragment

FOUND = 20


@requires(Capability.EDIT_LEADS)
@require_GET
def pick(request: MemberRequest, lead_id: str) -> HttpResponse:
    """Look for the other person by hand; the page of both comes next."""
    lead, q = _found(lead_id), request.GET.get("q", "").strip()[:200].replace("\0", "")
    found = list_leads(LeadFilter(q=q, limit=FOUND + 1)) if q else []
    context = {"lead": lead, "q": q, "rows": [row for row in found if row.id != lead.pk][:FOUND]}
    return page_or_fragment(request, "leads/merge_pick.html", "leads/_merge_found.html", context)


@requires(Capability.EDIT_LEADS)
@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: MemberRequest, lead_id: str, other_id: str) -> HttpResponse:
    """What would become of both, field by field; a POST joins them. `prefer=newest` proposes the later values."""
    keep, drop = _found(lead_id), _found(other_id)
    if keep == drop:
        messages.info(request, gettext("They are one and the same person already."))
        return redirect("leads:page", keep.public_id)
    if request.method == "POST":
        return _join(request, keep, drop)
    newest = request.GET.get("prefer") == "newest"
    seen = preview(keep, drop, newest=newest)
    fields = [{"field": field, "label": field_name(field.name)} for field in seen.fields]
    context = {"keep": keep, "drop": drop, "seen": seen, "fields": fields, "newest": newest}
    return render(request, "leads/merge.html", context)


def _join(request: MemberRequest, keep: Lead, drop: Lead) -> HttpResponseRedirect:
    taken = {name.removeprefix("field."): value for name, value in request.POST.items() if name.startswith("field.")}
    take = [name for name, whose in taken.items() if whose == "drop" and _is_field(name)]
    try:
        job = merge_or_hand_over(keep, drop, take=take, by=request.user, now=clock.now())
    except MergeRefused as refused:
        messages.error(request, str(refused))
    else:
        if job is not None:
            messages.info(request, gettext("They did very much: they are made one in the background."))
            return redirect("leads:bulk_job", job.public_id)
        messages.success(request, gettext("The two are one now. You can undo this on this page at any time."))
    return redirect("leads:page", keep.public_id)


@requires(Capability.EDIT_LEADS)
@require_POST
def part(request: MemberRequest, lead_id: str) -> HttpResponse:
    """Undo one merge of this person."""
    keep = _found(lead_id)
    found = find_merge(keep, merge=request.POST.get("merge", "")[:100].replace("\0", ""))
    if found is None:
        messages.info(request, gettext("They are two people already."))
        return redirect("leads:page", keep.public_id)
    try:
        parted = unmerge(found, by=request.user, now=clock.now())
    except MergeRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _told(parted))
    return redirect(f"{reverse('leads:page', args=[keep.public_id])}")


def _told(parted: Parted) -> str:
    done = gettext("They are two people again, as before.")
    if not parted.kept:
        return done
    kept = gettext("Changed since, and therefore kept: %(fields)s.") % {"fields": kept_words(parted.kept)}
    return f"{done} {kept}"


def _is_field(name: str) -> bool:
    return name in GROUPS or name.startswith("attributes.")


def _found(lead_id: str) -> Lead:
    lead = find_lead(lead_id)
    if lead is None:
        raise Http404
    return lead
