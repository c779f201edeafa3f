"""The list of companies, the page of one with its people and what they all did, its form, and its end."""

from __future__ import annotations

from contextlib import suppress

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from leads.actions.attributes import edit_company_attributes
from leads.actions.companies import (
    CompanyKnown,
    CompanyRefused,
    add_alias,
    create_company,
    edit_company,
    remove_alias,
)
from leads.actions.company_ends import CompanyExcluded
from leads.actions.long_work import erase_or_hand_over
from leads.companies import read_number
from leads.company_forms import CompanyForm
from leads.company_rows import attribute_rows, drawn_companies, like_rows, moments_of, pair_rows, past_rows, stats_of
from leads.filters import PAGE_SIZE
from leads.listing import shown_columns, shown_rows
from leads.models import BulkJob, Company
from leads.queries import LeadFilter, company_rollup, find_company, list_companies, list_leads
from leads.queries.companies import COMPANY_SORTS, company_timeline, other_names, subsidiaries
from leads.queries.company_likes import companies_like
from leads.queries.company_pairs import joins, twins
from leads.refusals import LeadRefused
from leads.views.places import placed
from ma_platform import clock
from ma_platform.api.pages import decode, encode
from ma_platform.tenancy.permissions import Capability, requires
from ma_platform.tenancy.requests import MemberRequest
from ma_platform.ui import slots
from ma_platform.ui.pages import page_or_fragment

EVENTS, MOST_EVENTS = 20, 200


@requires(Capability.VIEW_LEADS)
@require_GET
@placed
def index(request: MemberRequest) -> HttpResponse:
    """Companies with what their people add up to; last changed first unless another order is asked."""
    cursor, q = request.GET.get("cursor", ""), request.GET.get("q", "").strip()
    sort = request.GET.get("sort", "")
    sort = sort if sort in COMPANY_SORTS else "-updated"
    found = list_companies(q=q, sort=sort, after=decode(cursor) if cursor else None, limit=PAGE_SIZE + 1)
    rows = found[:PAGE_SIZE]
    columns, drawn = drawn_companies(rows, request.can)
    context = {
        "q": q,
        "sort": sort,
        "rows": rows,
        "columns": columns,
        "drawn": drawn,
        "next_cursor": encode(rows[-1].position) if len(found) > PAGE_SIZE else "",
        "may_export": Capability.EXPORT_LEADS in request.can,
        "may_edit": Capability.EDIT_LEADS in request.can,
    }
    return page_or_fragment(request, "leads/companies.html", "leads/_companies.html", context)


@requires(Capability.VIEW_LEADS)
@require_GET
@placed
def page(request: MemberRequest, company_id: str) -> HttpResponse:
    """A company: what its people add up to, who they are, and what they all did. One that was joined leads on."""
    company, cursor = _found(company_id), request.GET.get("cursor", "")
    if company.public_id != company_id:
        return redirect("leads:company", company.public_id)
    found = list_leads(LeadFilter(company_id=company.pk, after=decode(cursor) if cursor else None, limit=PAGE_SIZE + 1))
    rollup = company_rollup(company.pk, now=clock.now())
    rows, columns = found[:PAGE_SIZE], [one for one in shown_columns(request.can) if one.key != "company"]
    context = {
        "company": company,
        "rollup": rollup,
        "stats": stats_of(company, rollup, request.can),
        "rows": shown_rows(rows, columns),
        "columns": columns,
        "next_cursor": encode(rows[-1].position) if len(found) > PAGE_SIZE else "",
        "may_edit": Capability.EDIT_LEADS in request.can,
        "may_delete": Capability.DELETE_LEADS in request.can,
        "panels": slots.panels(slots.COMPANY_PANELS, request, company),
        **_around(company),
        **_events(request, company),
    }
    return render(request, "leads/company.html", context)


def _around(company: Company) -> dict[str, object]:
    return {
        "attributes": attribute_rows(company),
        "past": past_rows(company),
        "names": other_names(company),
        "below": subsidiaries(company),
        "joined": list(joins(company=company)),
        "pairs": pair_rows(list(twins(company=company)[:3])),
    }


def _events(request: MemberRequest, company: Company) -> dict[str, object]:
    asked = request.GET.get("events", "")
    wanted = min(MOST_EVENTS, max(EVENTS, int(asked))) if asked.isdecimal() and len(asked) < 5 else EVENTS
    entries = company_timeline(company.pk, limit=wanted + 1)
    more = wanted + 2 * EVENTS if len(entries) > wanted and wanted < MOST_EVENTS else 0
    return {"days": moments_of(entries[:wanted]), "more_events": more}


@requires(Capability.EDIT_LEADS)
def new(request: MemberRequest) -> HttpResponse:
    """Add a company; one like it is offered first, and with `anyway` it is added all the same."""
    form = CompanyForm(request.POST or None)
    likes = []
    if form.is_valid():
        said = form.facts()
        likes = companies_like(str(said["name"]), number=str(said["corporate_number"]), domain=str(said["domain"]))
        if not likes or (request.POST.get("anyway") and not any(like.certain for like in likes)):
            company = _added(request, form)
            if company is not None:
                messages.success(request, _("Company added."))
                return redirect("leads:company", company.public_id)
    context = {"form": form, "likes": like_rows(likes), "certain": any(like.certain for like in likes)}
    return render(request, "leads/company_form.html", context, status=422 if form.errors or likes else 200)


def _added(request: MemberRequest, form: CompanyForm) -> Company | None:
    """None, with the reason in the form, where it could not be."""
    now = clock.now()
    try:
        with transaction.atomic():
            company = create_company(form.facts(), by=request.user, now=now)
            edit_company_attributes(company, form.boxes.stated(), by=request.user, now=now)
    except CompanyKnown as known:
        form.add_error("name", str(known))
    except LeadRefused as refused:
        form.blame(refused.errors)
    else:
        return company
    return None


@requires(Capability.EDIT_LEADS)
@require_GET
def alike(request: MemberRequest) -> HttpResponse:
    """While somebody types: companies like this one."""
    name, domain, number = (
        request.GET.get(key, "").strip()[:253].replace("\0", "") for key in ("name", "domain", "corporate_number")
    )
    with suppress(ValueError):
        number = read_number(number)
    likes = companies_like(name, number=number, domain=domain) if name or number or domain else []
    context = {"likes": like_rows(likes), "certain": any(like.certain for like in likes)}
    return render(request, "leads/_company_alike.html", context)


@requires(Capability.DELETE_LEADS)
@require_POST
def erase(request: MemberRequest, company_id: str) -> HttpResponse:
    """Delete the company; the page asked for its name first. People stay, without a company."""
    company = _found(company_id)
    if company.public_id != company_id or request.POST.get("confirm") != company.name:
        messages.error(request, _("Nothing was deleted: the name did not match."))
        return redirect("leads:company", company.public_id)
    try:
        ended = erase_or_hand_over(company, by=request.user, now=clock.now())
    except CompanyExcluded as refused:
        messages.error(request, str(refused))
        return redirect("leads:company", company.public_id)
    if isinstance(ended, BulkJob):
        messages.info(request, _("It has very many people: it is deleted in the background."))
        return redirect("leads:bulk_job", ended.public_id)
    told = ngettext(
        "The company was deleted. %(count)d person has no company now.",
        "The company was deleted. %(count)d people have no company now.",
        ended.people,
    )
    messages.success(request, told % {"count": ended.people} if ended.people else _("The company was deleted."))
    return redirect("leads:companies")


@requires(Capability.EDIT_LEADS)
def edit(request: MemberRequest, company_id: str) -> HttpResponse:
    """Change a company's facts, its own fields, and which company stands above it."""
    company = _found(company_id)
    form = CompanyForm(request.POST or None, initial=CompanyForm.initial_of(company))
    if form.is_valid() and _saved(request, company, form):
        messages.success(request, _("Saved."))
        return redirect("leads:company", company.public_id)
    context = {"form": form, "company": company, "names": other_names(company)}
    return render(request, "leads/company_form.html", context, status=422 if form.errors else 200)


def _saved(request: MemberRequest, company: Company, form: CompanyForm) -> bool:
    now = clock.now()
    try:
        with transaction.atomic():
            edit_company(company, form.facts(), by=request.user, now=now)
            edit_company_attributes(company, form.boxes.stated(), by=request.user, now=now)
    except IntegrityError:
        form.add_error("name", _("Another company already has this name."))
    except CompanyRefused as refused:
        form.add_error("parent", str(refused.said))
    except LeadRefused as refused:
        form.blame(refused.errors)
    return not form.errors


@requires(Capability.EDIT_LEADS)
@require_POST
def alias(request: MemberRequest, company_id: str) -> HttpResponse:
    """Another name or mail domain; with `remove` (its number) it goes."""
    company, gone = _found(company_id), request.POST.get("remove", "")
    now = clock.now()
    if gone.isdecimal() and len(gone) < 19:
        remove_alias(company, int(gone), by=request.user, now=now)
    elif not gone:
        kind = "domain" if request.POST.get("kind") == "domain" else "name"
        try:
            add_alias(company, kind, request.POST.get("text", "")[:200], by=request.user, now=now)
        except CompanyRefused as refused:
            messages.error(request, str(refused.said))
    return redirect("leads:company_edit", company.public_id)


def _found(company_id: str) -> Company:
    company = find_company(company_id)
    if company is None:
        raise Http404
    return company
