"""Titles nobody understands yet: a member says once what they stand for."""

from __future__ import annotations

import json
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from leads.actions.titles import rank_title
from leads.entry import TEXT_LIMITS
from leads.queries.titles import ranked_titles, unknown_titles
from leads.titles import RANKS, rank_key
from leads.vocabulary import RANK_LABELS
from ma_platform import clock
from ma_platform.tenancy.permissions import Capability, requires
from ma_platform.tenancy.requests import MemberRequest


@requires(Capability.VIEW_LEADS)
@require_GET
def index(request: MemberRequest) -> HttpResponse:
    """Unknown titles by how many people have them; `show=decided` those a member ranked."""
    decided = request.GET.get("show") == "decided"
    rows: list[dict[str, object]] = (
        [{"title": one.title, "rank": rank_key(one.rank) or "", "by": one.by, "at": one.at} for one in ranked_titles()]
        if decided
        else [{"title": one.title, "people": one.people, "href": _list_of(one.title)} for one in unknown_titles()]
    )
    context = {
        "rows": rows,
        "decided": decided,
        "open": not decided,
        "ranks": [(key, RANK_LABELS[key]) for key in reversed(RANKS)],
        "may_design": Capability.DESIGN_LEADS in request.can,
    }
    return render(request, "leads/titles.html", context)


@requires(Capability.DESIGN_LEADS)
@require_POST
def rank(request: MemberRequest) -> HttpResponse:
    """What a title stands for, for everybody who has it."""
    title, chosen = request.POST.get("title", "").strip(), request.POST.get("rank", "")
    if not title or len(title) > TEXT_LIMITS["job_title"] or chosen not in (*RANKS, "none"):
        messages.error(request, _("Please choose a rank."))
        return redirect("leads:titles")
    people = rank_title(title, "" if chosen == "none" else chosen, by=request.user, now=clock.now())
    said = ngettext("Remembered; %(number)s person ranked.", "Remembered; %(number)s people ranked.", people)
    messages.success(request, said % {"number": f"{people:,}"})
    return redirect("leads:titles")


def _list_of(title: str) -> str:
    """The people who have this title and no rank."""
    tests = [
        {"field": "lead.job_title", "op": "eq", "value": title},
        {"field": "lead.job_rank", "op": "is_not_set"},
    ]
    condition = json.dumps({"all": tests}, ensure_ascii=False)
    return f"{reverse('leads:list')}?{urlencode({'condition': condition})}"
