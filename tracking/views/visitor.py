"""A browser's page: whose it may be, where it came from, what it read. Of unknown visitors too; exported and erased."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from ma_platform import clock
from ma_platform.api.pages import ForgedCursor, decode, encode
from ma_platform.tenancy.permissions import Capability, requires
from ma_platform.tenancy.requests import MemberRequest
from ma_platform.ui import slots
from ma_platform.ui.pages import page_or_fragment
from tracking.actions import erase_visitor, export_visitor
from tracking.browsers import sharing_of
from tracking.queries import BadPosition, Entry, bindings, find_visitor, timeline, visits
from tracking.visit_words import visit_row
from tracking.watching import moments, visitor_facts

SHOWN = 50
MOST_BINDINGS = 200  # of one browser, looked at for what a mark would undo
FEW = 20  # visits, the rest on a page of their own
WORD = 12  # characters of a key that say which browser is meant


@requires(Capability.VIEW_TRACKING)
@require_GET
def visitor(request: MemberRequest, key: str) -> HttpResponse:
    """Whoever it is, with every event, newest first."""
    found = find_visitor(key)
    if found is None:
        raise Http404
    entries = _entries(found.id, request.GET.get("after", ""))
    seen = [visit_row(visit) for visit in visits(visitor_id=found.id, limit=FEW + 1)]
    context = {
        "visitor": found,
        "facts": visitor_facts(found, seen, now=clock.now()),
        "rows": seen[:FEW],
        "more_visits": len(seen) > FEW,
        "moments": moments(entries[:SHOWN]),
        "next": f"?after={encode(entries[SHOWN - 1].position)}" if len(entries) > SHOWN else "",
        "panels": slots.panels(slots.VISITOR_PANELS, request, found),
        "sharing": sharing_of(found, bindings(visitor_id=found.id, limit=MOST_BINDINGS)),
        "may_mark": Capability.EDIT_TRACKING in request.can,
        "may_undo": Capability.EDIT_LEADS in request.can,
        "may_export": Capability.EXPORT_LEADS in request.can,
        "may_delete": Capability.DELETE_LEADS in request.can,
        "erase_word": key[:WORD],
    }
    return page_or_fragment(request, "tracking/visitor.html", "tracking/_moments.html", context)


def _entries(visitor_id: int, after: str) -> list[Entry]:
    """A page of its timeline and one more; a forged place is a missing page."""
    try:
        return timeline(visitor_id=visitor_id, before=decode(after) if after else None, limit=SHOWN + 1)
    except (ForgedCursor, BadPosition) as forged:
        raise Http404 from forged


@requires(Capability.DELETE_LEADS)
@require_POST
def erase(request: MemberRequest, key: str) -> HttpResponse:
    """Remove the browser; the page asked for the beginning of its id first."""
    if find_visitor(key) is None:
        raise Http404
    if request.POST.get("confirm") != key[:WORD]:
        messages.error(request, _("Nothing was deleted: the id did not match."))
        return redirect("tracking:visitor", key)
    erase_visitor(key, by=request.user, now=clock.now())
    messages.success(request, _("The visitor was deleted."))
    return redirect("tracking:live")


@requires(Capability.EXPORT_LEADS)
@require_GET
def export(request: MemberRequest, key: str) -> HttpResponse:
    """Everything kept about the browser, as a JSON file."""
    if find_visitor(key) is None:
        raise Http404
    found = export_visitor(key, by=request.user, now=clock.now())
    answer = JsonResponse(found, json_dumps_params={"ensure_ascii": False, "indent": 1})
    answer["Content-Disposition"] = 'attachment; filename="visitor.json"'
    return answer
