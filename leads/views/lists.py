"""The list of people: searched, narrowed, arranged; the address holds its state."""

import json
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from leads.actions import bulk, cells
from leads.filters import ALL, PAGE_SIZE, Asked, options, score_options
from leads.listing import shown_columns, shown_rows
from leads.queries import LeadRow, count_leads, list_leads
from leads.queries.listing import within
from leads.queries.saved_views import Shelf, shelf
from leads.views.places import placed
from ma_platform import clock
from ma_platform.api.pages import encode
from ma_platform.tenancy.permissions import Capability, requires
from ma_platform.tenancy.requests import MemberRequest
from ma_platform.ui.pages import page_or_fragment

LIST_MS = 5_000  # half of what a page may take: what is slower says so, with a way on


@requires(Capability.VIEW_LEADS)
@require_GET
@placed
def index(request: MemberRequest) -> HttpResponse:
    """Everybody, or who is in a saved view; searched, filtered and sorted."""
    shelved = shelf(request.user)
    asked = asked_from(request.GET, shelved)
    columns = shown_columns(request.can, shelved.columns(asked.view))
    may_type = cells.editable([column.key for column in columns], request.can)
    rows, pager = _page(request, asked)
    context = {
        "asked": asked,
        "shelf": shelved,
        "view": shelved.find(asked.view),
        "tabs": _tabs(shelved, asked),
        "columns": columns,
        "rows": shown_rows(rows, columns, editable=may_type, selectable=True),
        "kinds": bulk.offered(request.can),
        "may_edit": Capability.EDIT_LEADS in request.can,
        "may_export": Capability.EXPORT_LEADS in request.can,
        "may_keep": Capability.EDIT_SEGMENTS in request.can,
        "may_tidy": Capability.MANAGE_WORKSPACE in request.can,
        **_quick(asked),
        **pager,
    }
    return page_or_fragment(request, "leads/list.html", "leads/_table.html", context)


@requires(Capability.VIEW_LEADS)
@require_GET
@placed
def count(request: MemberRequest) -> HttpResponse:
    """How many the list holds, counted apart so that the list need not wait for it."""
    asked = asked_from(request.GET, shelf(request.user))
    zone = ZoneInfo(request.workspace.timezone)
    total, exact = count_leads(asked.filter(now=clock.now(), zone=zone))
    return render(request, "leads/_count.html", {"total": total, "exact": exact})


@requires(Capability.VIEW_LEADS)
@require_GET
def conditions(request: MemberRequest) -> HttpResponse:
    """The drawer with the full conditions of the list; without htmx a page of its own."""
    asked = asked_from(request.GET, shelf(request.user))
    return page_or_fragment(request, "leads/list_filter.html", "leads/_list_filter.html", {"asked": asked})


def asked_from(stated: QueryDict, shelved: Shelf) -> Asked:
    """What is stated read over the view it names; nothing at all is the view this member starts with."""
    named = stated.get("view") or (ALL if stated else shelved.opens or ALL)
    view = shelved.find(named)
    return Asked.of(stated, view=view.public_id if view else ALL, saved=view.view if view else None)


def _page(request: MemberRequest, asked: Asked) -> tuple[list[LeadRow], dict[str, object]]:
    """The rows of this page, and the addresses of the pages beside it; or that finding them takes too long."""
    found = within(LIST_MS, lambda: _found(request, asked)) if asked.narrowed() else _found(request, asked)
    if found is None:
        return [], {"too_slow": True, "as_segment": _as_segment(asked)}
    over = len(found) > PAGE_SIZE
    rows = found[-PAGE_SIZE:] if asked.back else found[:PAGE_SIZE]
    forward, back = (True, over) if asked.back else (over, bool(asked.cursor))
    pager: dict[str, object] = {"next_cursor": "", "previous_cursor": ""}
    if rows and forward:
        pager["next_cursor"] = encode(rows[-1].position)
    pager["next_url"] = f"{asked.address()}&cursor={pager['next_cursor']}" if pager["next_cursor"] else ""
    if rows and back:
        pager["previous_cursor"] = encode(rows[0].position)
        pager["previous_url"] = f"{asked.address()}&cursor={pager['previous_cursor']}&back=1"
    return rows, pager


def _found(request: MemberRequest, asked: Asked) -> list[LeadRow]:
    return list_leads(asked.filter(now=clock.now(), zone=ZoneInfo(request.workspace.timezone)))


def _as_segment(asked: Asked) -> str:
    """Where the condition is kept as a segment; "" where there is none to keep."""
    if asked.document is None:
        return ""
    return f"{reverse('leads:segment_new')}?{urlencode({'condition': json.dumps(asked.document, ensure_ascii=False)})}"


def _tabs(shelved: Shelf, asked: Asked) -> list[dict[str, object]]:
    address = reverse("leads:list")
    named = [{"key": ALL, "name": _("Everybody"), "shared": False, "href": f"{address}?view={ALL}"}]
    for view in shelved.views:
        href = f"{address}?{urlencode({'view': view.public_id})}"
        named.append({"key": view.public_id, "name": view.name, "shared": view.shared, "href": href})
    return [{**tab, "current": tab["key"] == asked.view} for tab in named]


def _quick(asked: Asked) -> dict[str, object]:
    """Choices to narrow by at once, one that is gone among them while it is asked for; and what no box says."""
    offered = {"stage": options("lead.stage"), "score": score_options(), "owner": options("lead.owner")}
    boxes = {name: _with(choices, asked.filters[name]) for name, choices in offered.items() if choices}
    unseen = [(name, value) for name, value in asked.hidden() if name != "q" and name not in boxes]
    return {"unseen": unseen, **{f"{name}s": choices for name, choices in boxes.items()}}


def _with(choices: list[tuple[str, str]], value: str) -> list[tuple[str, str]]:
    known = not value or any(key == value for key, _label in choices)
    return choices if known else [*choices, (value, value)]
