"""Unknown visitors by what they would score, and the companies they may be from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from django.views.decorators.http import require_GET

from ma_platform import clock
from ma_platform.api.pages import ForgedCursor, decode, encode
from ma_platform.tenancy.permissions import Capability, requires
from ma_platform.tenancy.requests import MemberRequest
from ma_platform.ui.pages import page_or_fragment
from scoring.queries import CompanyFilter, ReadersOf, VisitorFilter, ranked_companies, ranked_visitors
from tracking.queries import find_page

SHOWN = 50
SEEN = {"1": _("Seen in the last day"), "7": _("Seen in the last 7 days"), "30": _("Seen in the last 30 days")}
MINIMUM = (1, 5, 10, 20, 50)


@requires(Capability.VIEW_TRACKING)
@require_GET
def visitors(request: MemberRequest) -> HttpResponse:
    """The ranking, filtered by last seen, company and points."""
    asked = VisitorFilter(
        since=_since(request, clock.now()),
        guessed=request.GET.get("guess") == "yes",
        minimum=_minimum(request),
        company=_words(request),
        readers=_readers(request),
    )
    rows = ranked_visitors(asked, after=_after_visitor(request), limit=SHOWN + 1)
    context = {
        **_chosen(request),
        **_page_read(asked.readers),
        "rows": rows[:SHOWN],
        "next": encode(rows[SHOWN - 1].position) if len(rows) > SHOWN else "",
        "guess": "yes" if asked.guessed else "",
        "guesses": [("yes", gettext("Only with a possible company"))],
        "minimum": asked.minimum if asked.minimum > 1 else "",
        "minimums": [(points, gettext("%(points)s points or more") % {"points": points}) for points in MINIMUM[1:]],
    }
    return page_or_fragment(request, "scoring/visitors.html", "scoring/_visitors.html", context)


@requires(Capability.VIEW_TRACKING)
@require_GET
def companies(request: MemberRequest) -> HttpResponse:
    """Possible companies of the last 30 days, or of a shorter time, by points."""
    now = clock.now()
    asked = CompanyFilter(since=_since(request, now) or now - timedelta(days=30), company=_words(request))
    rows = ranked_companies(asked, after=_after_company(request), limit=SHOWN + 1)
    context = {
        **_chosen(request),
        "rows": rows[:SHOWN],
        "next": encode(rows[SHOWN - 1].position) if len(rows) > SHOWN else "",
    }
    return page_or_fragment(request, "scoring/visitor_companies.html", "scoring/_visitor_companies.html", context)


def _chosen(request: HttpRequest) -> dict[str, object]:
    seen = request.GET.get("seen", "")
    return {
        "q": _words(request),
        "seen": seen if seen in SEEN else "",
        "spans": [(key, gettext(label)) for key, label in SEEN.items()],
        "later": "after" in request.GET,
    }


def _readers(request: HttpRequest) -> ReadersOf | None:
    """`page` with `since` and `until` as ISO days; days that are none are taken as the whole past."""
    page = request.GET.get("page", "")[:2_000]
    if not page:
        return None
    return ReadersOf(page, _day(request, "since", date.min), _day(request, "until", date.max))


def _day(request: HttpRequest, name: str, otherwise: date) -> date:
    try:
        return date.fromisoformat(request.GET.get(name, ""))
    except ValueError:
        return otherwise


def _page_read(readers: ReadersOf | None) -> dict[str, object]:
    """The page whose readers these are, as the template names it. Raises Http404 for one nobody has seen."""
    if readers is None:
        return {"read": None}
    found = find_page(readers.page, since=readers.since, until=readers.until)
    if found is None:
        raise Http404
    return {"read": found, "readers": readers}


def _words(request: HttpRequest) -> str:
    return request.GET.get("q", "").strip()[:200]


def _since(request: HttpRequest, now: datetime) -> datetime | None:
    days = request.GET.get("seen", "")
    return now - timedelta(days=int(days)) if days in SEEN else None


def _minimum(request: HttpRequest) -> int:
    stated = request.GET.get("points", "")
    return int(stated) if stated.isascii() and stated.isdecimal() and len(stated) < 7 else 1


def _after_visitor(request: HttpRequest) -> tuple[int, int] | None:
    match _position(request):
        case None:
            return None
        case [int() as points, int() as visitor_id] if abs(points) < 2**31:
            return points, visitor_id
    raise ForgedCursor


def _after_company(request: HttpRequest) -> tuple[int, int, str] | None:
    match _position(request):
        case None:
            return None
        case [int() as points, int() as visits, str() as key] if max(abs(points), abs(visits)) < 2**31:
            return points, visits, key
    raise ForgedCursor


def _position(request: HttpRequest) -> Sequence[object] | None:
    stated = request.GET.get("after", "")
    return decode(stated) if stated else None
