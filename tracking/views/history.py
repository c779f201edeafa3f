"""Every visit of a browser or a person, and every time a person came from somewhere: page by page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from ma_platform.api.pages import decode, encode
from ma_platform.tenancy.permissions import Capability, requires
from ma_platform.tenancy.requests import MemberRequest
from ma_platform.ui import slots
from ma_platform.ui.pages import page_or_fragment
from tracking.queries import BadPosition, find_visitor, person_totals, touch_list, visits
from tracking.visit_words import touch_row, visit_row

SHOWN = 50
View = Callable[..., HttpResponse]


def placed(view: View) -> View:
    """A place no list has is a missing page; a forged cursor is refused by itself."""

    @wraps(view)
    def guarded(request: MemberRequest, **kwargs: str) -> HttpResponse:
        try:
            return view(request, **kwargs)
        except BadPosition as forged:
            raise Http404 from forged

    return guarded


@requires(Capability.VIEW_TRACKING)
@require_GET
@placed
def of_browser(request: MemberRequest, key: str) -> HttpResponse:
    """A browser's visits, newest first, machines included."""
    found = find_visitor(key)
    if found is None:
        raise Http404
    who = slots.people([found.lead_id]).get(found.lead_id or 0)
    page = _page(request, visits(visitor_id=found.id, before=_before(request), limit=SHOWN + 1))
    context = {
        **page,
        "rows": list(map(visit_row, page["found"])),
        "name": who.name if who else gettext("Unknown visitor"),
        "home": reverse("tracking:visitor", args=[key]),
        "show": "visits",
    }
    return page_or_fragment(request, "tracking/history.html", "tracking/_history.html", context)


@requires(Capability.VIEW_LEADS)
@requires(Capability.VIEW_TRACKING)
@require_GET
@placed
def of_person(request: MemberRequest, person: str) -> HttpResponse:
    """A person's visits, or with `show=touches` every source they came from; newest first."""
    known = slots.find_person(person)
    if known is None:
        raise Http404
    number, who = known
    show = "touches" if request.GET.get("show") == "touches" else "visits"
    if show == "touches":
        page = _page(request, touch_list(number, before=_before(request), limit=SHOWN + 1))
        rows: list[Any] = list(map(touch_row, page["found"]))
    else:
        page = _page(request, visits(lead_id=number, before=_before(request), limit=SHOWN + 1))
        rows = list(map(visit_row, page["found"]))
    context = {
        **page,
        "rows": rows,
        "name": who.name,
        "home": who.href,
        "show": show,
        "totals": person_totals(number),
        "tabs": [("visits", gettext("Each visit")), ("touches", gettext("Where they came from"))],
    }
    return page_or_fragment(request, "tracking/history.html", "tracking/_history.html", context)


def _before(request: MemberRequest) -> Sequence[object] | None:
    cursor = request.GET.get("after", "")
    return decode(cursor) if cursor else None


def _page(request: MemberRequest, found: Sequence[Any]) -> dict[str, Any]:  # Any: visits or touches
    """What both lists have; `found` holds one row more than is shown when there is a next page."""
    following = encode(found[SHOWN - 1].position) if len(found) > SHOWN else ""
    return {"found": found[:SHOWN], "following": following, "later": "after" in request.GET}
