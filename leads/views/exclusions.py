"""The list of those marketing leaves alone: added to, read, taken off."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from leads.actions.exclusions import NewExclusion, NotExcludable, add_exclusion, remove_exclusion
from leads.company_forms import KIND_LABELS, ExclusionForm
from leads.queries.bulk import jobs_at_work
from leads.queries.exclusions import find_exclusion, list_exclusions, people_per_line
from leads.vocabulary import EXCLUSION_LABELS
from ma_platform import clock
from ma_platform.tenancy.permissions import Capability, requires
from ma_platform.tenancy.requests import MemberRequest


@requires(Capability.VIEW_LEADS)
@require_GET
def index(request: MemberRequest) -> HttpResponse:
    """The list, with a form for a line more."""
    kind = request.GET.get("kind", "")
    asked = {"kind": kind} if kind in KIND_LABELS else {}
    return _page(request, ExclusionForm(initial={"text": request.GET.get("text", "")[:200], **asked}))


@requires(Capability.EDIT_LEADS)
@require_POST
def add(request: MemberRequest) -> HttpResponse:
    """Put a line on the list."""
    form = ExclusionForm(request.POST)
    if form.is_valid() and _added(request, form):
        messages.success(request, _("Added. The people it leaves out are judged again."))
        return redirect("leads:exclusions")
    return _page(request, form)


def _page(request: MemberRequest, form: ExclusionForm) -> HttpResponse:
    counts = people_per_line()
    lines = [
        {
            "line": line,
            "kind": KIND_LABELS[line.kind],
            "reason": EXCLUSION_LABELS[line.reason],
            "people": counts.get(line.pk, 0),
        }
        for line in list_exclusions()
    ]
    context = {
        "form": form,
        "lines": lines,
        "may_edit": Capability.EDIT_LEADS in request.can,
        "jobs": jobs_at_work("judge_exclusion"),
    }
    return render(request, "leads/exclusions.html", context, status=422 if form.errors else 200)


def _added(request: MemberRequest, form: ExclusionForm) -> bool:
    try:
        add_exclusion(NewExclusion(**form.cleaned_data), by=request.user, now=clock.now())
    except NotExcludable as refused:
        form.add_error("text", str(refused.said))
    return not form.errors


@requires(Capability.EDIT_LEADS)
@require_POST
def remove(request: MemberRequest, exclusion_id: str) -> HttpResponse:
    """Take a line off."""
    found = find_exclusion(exclusion_id)
    if found is None:
        raise Http404
    people = remove_exclusion(found, by=request.user, now=clock.now())
    said = ngettext("Taken off: it left out %(people)s person.", "Taken off: it left out %(people)s people.", people)
    messages.success(request, said % {"people": people})
    return redirect("leads:exclusions")
