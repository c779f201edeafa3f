"""Companies that may be one and the same: joined, kept apart, and parted again."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from leads.actions.companies import CompanyRefused
from leads.actions.company_finding import find_firms
from leads.actions.company_joins import join_companies, undo_join
from leads.actions.suggestions import dismiss, restore
from leads.company_rows import pair_rows
from leads.models import Company, CompanyJoin, CompanySuggestion
from leads.queries import find_company
from leads.queries.company_pairs import find_join, find_twin, joins, twins
from ma_platform import clock
from ma_platform.tenancy.permissions import Capability, requires
from ma_platform.tenancy.requests import MemberRequest
from ma_platform.ui.pages import page_or_fragment

SHOWN = 20


@requires(Capability.VIEW_LEADS)
@require_GET
def index(request: MemberRequest) -> HttpResponse:
    """Open pairs, surest first; `show=dismissed` those kept apart, `show=joined` those made one."""
    show = request.GET.get("show", "")
    asked = request.GET.get("page", "")
    start = (int(asked) - 1) * SHOWN if asked.isdecimal() and 0 < int(asked[:4]) < 1000 else 0
    window = slice(start, start + SHOWN + 1)
    pairs = [] if show == "joined" else list(twins(dismissed=show == "dismissed")[window])
    joined = list(joins()[window]) if show == "joined" else []
    context = {
        "pairs": pair_rows(pairs[:SHOWN]),
        "joined": joined[:SHOWN],
        "is_open": show not in ("dismissed", "joined"),
        "dismissed": show == "dismissed",
        "is_joined": show == "joined",
        "more": start // SHOWN + 2 if len(pairs) + len(joined) > SHOWN else 0,
        "may_edit": Capability.EDIT_LEADS in request.can,
    }
    return page_or_fragment(request, "leads/company_doubles.html", "leads/_company_doubles.html", context)


@requires(Capability.EDIT_LEADS)
@require_POST
def join(request: MemberRequest, suggestion_id: str) -> HttpResponse:
    """They are one: `keep` (one or other) speaks for both."""
    pair = _pair(suggestion_id)
    keep, drop = (pair.other, pair.one) if request.POST.get("keep") == "other" else (pair.one, pair.other)
    return _join(request, keep, drop, back=reverse("leads:company_doubles"))


@requires(Capability.EDIT_LEADS)
@require_POST
def join_into(request: MemberRequest, company_id: str) -> HttpResponse:
    """Join the company named in `name` into this one."""
    keep = find_company(company_id)
    if keep is None:
        raise Http404
    (found,) = find_firms([request.POST.get("name", "")[:200]])
    back = reverse("leads:company", args=[keep.public_id])
    if found is None:
        messages.error(request, _("No company of this name is known."))
        return redirect(back)
    return _join(request, keep, Company.objects.get(pk=found.id), back=back)


def _join(request: MemberRequest, keep: Company, drop: Company, *, back: str) -> HttpResponse:
    try:
        join_companies(keep, drop, by=request.user, now=clock.now())
    except CompanyRefused as refused:
        messages.error(request, str(refused.said))
    else:
        names = {"drop": drop.name, "keep": keep.name}
        messages.success(request, _("“%(drop)s” is now part of “%(keep)s”. You can undo this.") % names)
    return redirect(back)


@requires(Capability.EDIT_LEADS)
@require_POST
def apart(request: MemberRequest, suggestion_id: str) -> HttpResponse:
    """They are two companies."""
    dismiss(_pair(suggestion_id), by=request.user, now=clock.now())
    messages.success(request, _("Noted: two different companies. This pair is not suggested again."))
    return redirect("leads:company_doubles")


@requires(Capability.EDIT_LEADS)
@require_POST
def again(request: MemberRequest, suggestion_id: str) -> HttpResponse:
    """Suggest the pair again."""
    restore(_pair(suggestion_id), by=request.user, now=clock.now())
    return redirect("leads:company_doubles")


@requires(Capability.EDIT_LEADS)
@require_POST
def part(request: MemberRequest, join_id: str) -> HttpResponse:
    """Two companies again, each with the people it had."""
    found: CompanyJoin | None = find_join(join_id)
    if found is None:
        raise Http404
    if undo_join(found, by=request.user, now=clock.now()):
        messages.success(request, _("Two companies again, each with its own people."))
    return redirect("leads:company", found.drop.public_id)


def _pair(suggestion_id: str) -> CompanySuggestion:
    found = find_twin(suggestion_id)
    if found is None:
        raise Http404
    return found
