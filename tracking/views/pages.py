"""Which pages are read, and who read one."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from ma_platform import clock
from ma_platform.tenancy.permissions import Capability, requires
from ma_platform.tenancy.requests import MemberRequest
from ma_platform.ui.pages import page_or_fragment
from tracking.catalogue import Event
from tracking.people import exclusions_href, readers_href, strangers_href
from tracking.periods import LABELS, Period, period
from tracking.queries import (
    PageRow,
    find_page,
    left_out_counts,
    page_days,
    page_depth,
    page_ranges,
    page_report,
    readers,
)
from tracking.queries.pages import SORTS
from tracking.watching import PageLine, depth_steps, page_chart, reader_rows

SHOWN = 50


@requires(Capability.VIEW_TRACKING)
@require_GET
def pages(request: MemberRequest) -> HttpResponse:
    """The list, by views, readers or visible time; with `url` (a page's key) that page's days and readers."""
    if "url" in request.GET:
        return _page(request)
    chosen = period(request.GET.get("days", ""), today=timezone.localdate(clock.now()))
    sort, q = request.GET.get("sort", "views"), request.GET.get("q", "").strip()[:200]
    place = request.GET.get("page", "1")
    number = min(max(int(place), 1), 1_000) if place.isdecimal() and len(place) < 7 else 1
    rows = page_report(
        since=chosen.since,
        until=chosen.until,
        q=q,
        sort=sort if sort in SORTS else "views",
        limit=SHOWN + 1,
        offset=(number - 1) * SHOWN,
    )
    left_out = _left_out(request, chosen)
    context = {
        **left_out,
        "rows": [_line(request, row, chosen, counted=bool(left_out["left_out"])) for row in rows[:SHOWN]],
        "period": chosen,
        "periods": [(key, gettext(label)) for key, label in LABELS.items()],
        "q": q,
        "sort": sort if sort in SORTS else "views",
        "next_page": number + 1 if len(rows) > SHOWN else 0,
        "previous_page": number - 1,
    }
    return page_or_fragment(request, "tracking/pages.html", "tracking/_pages.html", context)


def _left_out(request: MemberRequest, chosen: Period) -> dict[str, object]:
    """How many known people of the period are in no number, and where the list of them is."""
    found = left_out_counts([Event.PAGE_VIEWED], since=chosen.since, until=chosen.until)
    return {"left_out": found.people, "exclusions": exclusions_href(request)}


def _line(request: MemberRequest, page: PageRow, chosen: Period, *, counted: bool) -> PageLine:
    """`counted`: somebody is left out of its numbers."""
    since, until = chosen.since, chosen.until
    people = readers_href(request, page.key, since=since, until=until, counted=counted) if page.people else ""
    return PageLine(page, people, strangers_href(page.key, since=since, until=until) if page.unknown else "")


def _page(request: MemberRequest) -> HttpResponse:
    chosen = period(request.GET.get("days", ""), today=timezone.localdate(clock.now()))
    key = request.GET["url"][:2_000]
    found = find_page(key, since=chosen.since, until=chosen.until)
    if found is None:
        raise Http404
    since, until = chosen.since, chosen.until
    left_out = left_out_counts([Event.PAGE_VIEWED], since=since, until=until, key=key)
    away = readers(key, since=since, until=until, limit=SHOWN, left_out=True) if left_out.people else []
    depth = page_depth(key, since=since, until=until)
    line = _line(request, found, chosen, counted=bool(left_out.people))
    context = {
        "exclusions": exclusions_href(request),
        "line": line,
        "depth": depth,
        "depth_steps": depth_steps(depth),
        "left_out": left_out,
        "left_out_readers": reader_rows(away),
        "page": found,
        "ranges": page_ranges(found, since=since, until=until),
        "period": chosen,
        "periods": [(each, gettext(label)) for each, label in LABELS.items()],
        "chart": page_chart(chosen, page_days(key, since=since, until=until)),
        "readers": reader_rows(readers(key, since=since, until=until, limit=SHOWN)),
    }
    return page_or_fragment(request, "tracking/page.html", "tracking/_readers.html", context)
