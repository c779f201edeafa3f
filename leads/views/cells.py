"""A value changed in the list itself: the cell, its little form, and the cell again."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from leads.actions import cells
from leads.actions.cells import CellKind, CellRefused, StaleCell
from leads.listing import shown_columns, shown_rows
from leads.models import Lead
from leads.queries import find_lead, list_leads
from leads.queries.listing import LeadFilter
from ma_platform import clock
from ma_platform.errors import DomainError, NotFound
from ma_platform.tenancy import veil
from ma_platform.tenancy.permissions import Capability, requires
from ma_platform.tenancy.requests import MemberRequest
from ma_platform.ui.pages import toast, wants_fragment


@requires(Capability.VIEW_LEADS)
def cell(request: MemberRequest, lead_id: str, key: str) -> HttpResponse:
    """GET: the cell's form, or with `show` the cell as it is. POST: keep `value` unless it is no longer `was`."""
    lead, kind = _found(lead_id), _kind(key, request)
    if not wants_fragment(request) and request.method == "GET":
        return redirect("leads:page", lead.public_id)
    if request.method != "POST":
        return _shown(request, lead, key) if "show" in request.GET else _form(request, lead, kind)
    said, was = request.POST.get("value", ""), request.POST.get("was", "")
    try:
        cells.edit_cell(lead, kind, said, was=was, by=request.user, now=clock.now())
    except StaleCell as stale:
        return _form(request, lead, kind, problem=str(stale), said=said)
    except NotFound as gone:
        raise Http404 from gone
    except (CellRefused, DomainError) as refused:
        return _form(request, lead, kind, problem=str(refused), said=said)
    return toast(_shown(request, lead, key), _("Saved."))


def _form(
    request: MemberRequest, lead: Lead, kind: CellKind, *, problem: str = "", said: str | None = None
) -> HttpResponse:
    lead.refresh_from_db()
    now = kind.read(lead)
    context = {
        "lead": lead,
        "kind": kind,
        "options": kind.options(),
        "was": now,
        "value": now if said is None else said,
        "problem": problem,
    }
    return render(request, "leads/_cell_form.html", context, status=422 if problem else 200)


def _shown(request: MemberRequest, lead: Lead, key: str) -> HttpResponse:
    columns = shown_columns(request.can, [key])
    with veil.reading():
        rows = shown_rows(list_leads(LeadFilter(lead_id=lead.pk, limit=1)), columns)
    shown = rows[0].cells[0] if rows and columns else None
    return render(request, "leads/_cell.html", {"shown": shown})


def _kind(key: str, request: MemberRequest) -> CellKind:
    try:
        kind = cells.cell_kind(key)
    except NotFound as unknown:
        raise Http404 from unknown
    if kind.capability not in request.can:
        raise PermissionDenied(kind.capability)
    return kind


def _found(lead_id: str) -> Lead:
    lead = find_lead(lead_id)
    if lead is None:
        raise Http404
    return lead
