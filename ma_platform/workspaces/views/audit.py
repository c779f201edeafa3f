"""The audit log: read by owners and administrators, changed by nobody."""

from __future__ import annotations

from typing import cast
from zoneinfo import ZoneInfo

from django.http import HttpResponse, StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from ma_platform import clock
from ma_platform.api.pages import decode, encode, moment_of
from ma_platform.audit.naming import named
from ma_platform.audit.queries import audit_lines
from ma_platform.tenancy.middleware import in_parts
from ma_platform.tenancy.permissions import Capability, requires
from ma_platform.tenancy.requests import MemberRequest
from ma_platform.ui.pages import page_or_fragment
from ma_platform.workspaces.actions.auditing import MOST_LINES, broken_off, export_audit
from ma_platform.workspaces.audit_forms import AuditForm, areas, offered_actors
from ma_platform.workspaces.auditing import actors, read_lines

LISTED = 50


@requires(Capability.READ_AUDIT)
@require_GET
def index(request: MemberRequest) -> HttpResponse:
    """Lines that are asked for, newest first."""
    form = AuditForm(request.GET)
    asked = form.asked(ZoneInfo(request.workspace.timezone))
    cursor = request.GET.get("cursor", "")
    found = audit_lines(asked, after=moment_of(decode(cursor)) if cursor else None, limit=LISTED + 1)
    people = actors()
    last = found[LISTED - 1] if len(found) > LISTED else None
    context = {
        "lines": read_lines(found[:LISTED], people),
        "form": form,
        "actors": offered_actors(people, form.cleaned_data.get("by", "")),
        "areas": areas(),
        "about": _about(asked.subject),
        "filtered": asked != type(asked)(),
        "most": MOST_LINES,
        "next_cursor": encode([last.at, last.pk]) if last else "",
    }
    return page_or_fragment(request, "workspaces/audit.html", "workspaces/_audit.html", context)


@requires(Capability.READ_AUDIT)
@require_GET
def export(request: MemberRequest) -> HttpResponse:
    """The same lines as a file; taking it is a line too."""
    zone, now = ZoneInfo(request.workspace.timezone), clock.now()
    lines = export_audit(AuditForm(request.GET).asked(zone), by=request.user, now=now)
    told = content_disposition_header(as_attachment=True, filename=f"audit-{now.astimezone(zone):%Y%m%d-%H%M}.csv")
    answer = StreamingHttpResponse(
        in_parts(request, lines, broken_off=broken_off),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": told},
    )
    return cast(HttpResponse, answer)


def _about(subject: str) -> str:
    """The one thing the page is about, as members call it; "" for all."""
    if not subject:
        return ""
    found = named([subject]).get(subject)
    return found.text if found else _("something that is gone")
