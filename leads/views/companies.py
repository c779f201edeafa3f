"""The list of companies, the page of one with its people, and its form."""

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from leads.actions import edit_company
from leads.filters import PAGE_SIZE
from leads.forms import CompanyForm
from leads.listing import shown_columns, shown_rows
from leads.models import Company
from leads.queries import LeadFilter, company_rollup, find_company, list_companies, list_leads
from leads.views.places import placed
from ma_platform import clock
from ma_platform.api.pages import decode, encode
from ma_platform.tenancy.permissions import Capability, requires
from ma_platform.tenancy.requests import MemberRequest
from ma_platform.ui.pages import page_or_fragment


@requires(Capability.VIEW_LEADS)
@require_GET
@placed
def index(request: MemberRequest) -> HttpResponse:
    """Companies, last changed first."""
    cursor, q = request.GET.get("cursor", ""), request.GET.get("q", "").strip()
    found = list_companies(q=q, after=decode(cursor) if cursor else None, limit=PAGE_SIZE + 1)
    rows = found[:PAGE_SIZE]
    context = {"q": q, "rows": rows, "next_cursor": encode(rows[-1].position) if len(found) > PAGE_SIZE else ""}
    return page_or_fragment(request, "leads/companies.html", "leads/_companies.html", context)


@requires(Capability.VIEW_LEADS)
@require_GET
@placed
def page(request: MemberRequest, company_id: str) -> HttpResponse:
    """A company: what its people add up to, and who they are."""
    company, cursor = _found(company_id), request.GET.get("cursor", "")
    found = list_leads(LeadFilter(company_id=company.pk, after=decode(cursor) if cursor else None, limit=PAGE_SIZE + 1))
    rows, columns = found[:PAGE_SIZE], shown_columns(request.can)
    context = {
        "company": company,
        "rollup": company_rollup(company.pk, now=clock.now()),
        "rows": shown_rows(rows, columns),
        "columns": columns,
        "next_cursor": encode(rows[-1].position) if len(found) > PAGE_SIZE else "",
        "may_edit": Capability.EDIT_LEADS in request.can,
    }
    return render(request, "leads/company.html", context)


@requires(Capability.EDIT_LEADS)
def edit(request: MemberRequest, company_id: str) -> HttpResponse:
    """Change a company's facts."""
    company = _found(company_id)
    form = CompanyForm(request.POST or None, initial=CompanyForm.initial_of(company))
    if form.is_valid():
        try:
            with transaction.atomic():
                edit_company(company, form.cleaned_data, by=request.user, now=clock.now())
        except IntegrityError:
            form.add_error("name", _("Another company already has this name."))
        else:
            messages.success(request, _("Saved."))
            return redirect("leads:company", company.public_id)
    context = {"form": form, "company": company}
    return render(request, "leads/company_form.html", context, status=422 if form.errors else 200)


def _found(company_id: str) -> Company:
    company = find_company(company_id)
    if company is None:
        raise Http404
    return company
