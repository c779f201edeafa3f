"""Deals: the list, one deal, entering one by hand, closing it."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from lifecycle.actions import DealInput, own_number, upsert_deals
from lifecycle.forms import LOST_REASONS, CloseForm, DealForm
from lifecycle.models import Deal
from lifecycle.presentation import deal_cursor, read_cursor, status_options
from lifecycle.queries import deal_page, find_deal, people_of
from lifecycle.queries.deals import PAGE
from ma_platform import clock
from ma_platform.errors import DomainError
from ma_platform.tenancy.permissions import Capability, requires
from ma_platform.tenancy.requests import MemberRequest
from ma_platform.ui.pages import page_or_fragment


@requires(Capability.VIEW_DEALS)
@require_GET
def deals(request: MemberRequest) -> HttpResponse:
    """Deals, last changed first, narrowed by status."""
    status = request.GET.get("status", "")
    status = status if status in Deal.Status.values else ""
    rows = deal_page(status=status, after=read_cursor(request.GET.get("after", "")))
    context = {
        "deals": rows[:PAGE],
        "next": deal_cursor(rows, size=PAGE),
        "status": status,
        "statuses": status_options(),
        "may_edit": _may_edit(request),
        "may_export": Capability.EXPORT_LEADS in request.can,
    }
    return page_or_fragment(request, "lifecycle/deals.html", "lifecycle/_deals.html", context)


@requires(Capability.EDIT_DEALS)
def new(request: MemberRequest) -> HttpResponse:
    form = DealForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and (public_id := _saved(form)):
        messages.success(request, gettext("The deal is added."))
        return redirect("lifecycle:deal", public_id)
    return render(request, "lifecycle/new_deal.html", {"form": form}, status=422 if form.errors else 200)


@requires(Capability.VIEW_DEALS)
@require_GET
def deal(request: MemberRequest, deal_id: str) -> HttpResponse:
    found = _deal(deal_id)
    context = {
        "deal": found,
        "people": people_of(found),
        "form": CloseForm(),
        "may_edit": _may_edit(request),
        "lost_reason": dict(LOST_REASONS).get(found.lost_reason, found.lost_reason),
    }
    return render(request, "lifecycle/deal.html", context)


@requires(Capability.EDIT_DEALS)
@require_POST
def close(request: MemberRequest, deal_id: str) -> HttpResponse:
    found, form = _deal(deal_id), CloseForm(request.POST)
    if form.is_valid():
        upsert_deals([DealInput(external_id=found.external_id, **form.cleaned_data)], now=clock.now())
        messages.success(request, gettext("The deal is closed."))
    return redirect("lifecycle:deal", deal_id)


def _saved(form: DealForm) -> str | None:
    said = form.cleaned_data
    stated = DealInput(
        external_id=said["external_id"] or own_number(),
        name=said["name"],
        lead_emails=[said["email"]] if said.get("email") else None,
        company=said["company"] or None,
        amount=said["amount"],
        currency=said["currency"],
    )
    try:
        (done,) = upsert_deals([stated], now=clock.now())
    except DomainError as refused:
        form.add_error("email" if "email" in form.fields else None, str(refused))
        return None
    if done.was is not None:  # the refusal's 422 takes back what was just written over the other deal
        form.add_error("external_id", gettext("Another deal already has this number."))
        return None
    return done.public_id


def _deal(public_id: str) -> Deal:
    found = find_deal(public_id)
    if found is None:
        raise Http404
    return found


def _may_edit(request: MemberRequest) -> bool:
    return Capability.EDIT_DEALS in request.can
