"""The consent ledger of a person: lines added by hand, and the evidence as a file."""

from __future__ import annotations

import json
from io import BytesIO
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from leads.actions.consents import ConsentRefused, note_evidence_export, state_consent
from leads.files import open_writer
from leads.forms import ConsentForm
from leads.models import Consent
from leads.queries.ledger import evidence_lines
from leads.views.found import found_lead
from leads.views.tabs import tab_context
from ma_platform import clock
from ma_platform.tenancy.permissions import Capability, requires
from ma_platform.tenancy.requests import MemberRequest
from ma_platform.ui.pages import redrawn

HEADINGS = ("email", "topic", "state", "basis", "at", "source", "by", "note", "wording", "wording_hash", "url", "other")
SPOKEN = ("source", "by", "note", "wording", "wording_hash", "url")


@requires(Capability.EDIT_LEADS)
@require_POST
def state(request: MemberRequest, lead_id: str) -> HttpResponse:
    """Add a line: a basis with its evidence, or a refusal."""
    lead, form, now = found_lead(lead_id), ConsentForm(request.POST), clock.now()
    if form.is_valid():
        zone = ZoneInfo(request.workspace.timezone)
        try:
            state_consent(lead, form.line(lead, by=request.user.email, zone=zone), by=request.user, now=now)
        except ConsentRefused as refused:
            form.add_error("on" if refused.field == "at" else refused.field, str(refused))
        else:
            messages.success(request, _("Added to the ledger."))
            return redirect(f"{reverse('leads:page', args=[lead.public_id])}?tab=consent")
    return redrawn(
        request,
        "leads/lead.html",
        lambda: {**tab_context(request, found_lead(lead_id), "consent"), "consent_form": form},
    )


@requires(Capability.EXPORT_LEADS)
@require_GET
def evidence(request: MemberRequest, lead_id: str) -> HttpResponse:
    """Everything that shows why we may or may not write to the address, as CSV."""
    lead = found_lead(lead_id)
    zone, held = ZoneInfo(request.workspace.timezone), BytesIO()
    writer = open_writer(held, "csv")
    writer.write([HEADINGS, *(_cells(line, zone) for line in evidence_lines(lead))])
    writer.close()
    note_evidence_export(lead, by=request.user, now=clock.now())
    answer = HttpResponse(held.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="consent-{lead.public_id}.csv"'
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    return answer


def _cells(line: Consent, zone: ZoneInfo) -> list[str]:
    known = [str(line.evidence.get(name) or "") for name in SPOKEN]
    other = {name: value for name, value in line.evidence.items() if name not in SPOKEN}
    rest = json.dumps(other, ensure_ascii=False, sort_keys=True) if other else ""
    at = line.at.astimezone(zone).isoformat(timespec="seconds")
    return [line.lead.email, line.topic, line.state, line.basis or "", at, *known, rest]
