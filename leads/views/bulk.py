"""Something done to many people: whom, what, a look before it starts, and how far it is."""

import json
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from conditions import ConditionRefused
from leads import tasks
from leads.actions import bulk
from leads.actions.bulk import BulkKind, BulkRefused
from leads.filters import ALL
from leads.models import BulkJob
from leads.queries import bulk as jobs_asked
from leads.queries.saved_views import shelf
from leads.telling import told_job
from leads.views.lists import asked_from
from leads.views.places import placed
from ma_platform import clock, jobs
from ma_platform.api.pages import decode, encode, number_in
from ma_platform.api.parsers import storable
from ma_platform.tenancy.permissions import Capability, requires
from ma_platform.tenancy.reach import current_reach
from ma_platform.tenancy.requests import MemberRequest
from ma_platform.ui.pages import page_or_fragment

Json = dict[str, Any]  # Any: JSON
SHAPE = {"ids": list, "q": str, "condition": dict}


@requires(Capability.VIEW_LEADS)
@require_GET
@placed
def index(request: MemberRequest) -> HttpResponse:
    """Jobs, newest first."""
    cursor = request.GET.get("cursor", "")
    after, mine = decode(cursor) if cursor else None, None if current_reach() is None else request.user.pk
    found = jobs_asked.list_jobs(after=after, limit=jobs_asked.LISTED + 1, by=mine)
    rows, more = found[: jobs_asked.LISTED], len(found) > jobs_asked.LISTED
    context = {
        "rows": [told_job(job, now=clock.now()) for job in rows],
        "next_cursor": encode(jobs_asked.position(rows[-1])) if more else "",
    }
    return render(request, "leads/bulk/jobs.html", context)


@requires(Capability.VIEW_LEADS)
@require_POST
def new(request: MemberRequest) -> HttpResponse:
    """Look before it starts: how many people, who for example, and what is to be said."""
    asked, everybody = asked_from(request.POST, shelf(request.user)), request.POST.get("everybody") == "1"
    if everybody and asked.refused:
        messages.error(request, _("The condition of this list cannot be understood, so nobody is shown."))
        return redirect(reverse("leads:list") + asked.address())
    picked = asked.selection() if everybody else {"ids": request.POST.getlist("lead")}
    if picked.get("ids") == []:
        messages.error(request, _("Select people first."))
        return redirect("leads:list")
    if request.POST.get("kind") == "export":
        return redirect(f"{reverse('leads:export_new')}?{urlencode({'selection': json.dumps(picked)})}")
    return _look(request, _kind(request), picked)


@requires(Capability.VIEW_LEADS)
@require_POST
def count(request: MemberRequest) -> HttpResponse:
    """How many it would change, with what has been said so far."""
    kind, picked = _kind(request), _stated(request)
    context = {"reach": _reach(kind, picked, request), "in_list": _in_list(picked)}
    return render(request, "leads/bulk/_reach.html", context)


@requires(Capability.VIEW_LEADS)
@require_POST
def start(request: MemberRequest) -> HttpResponse:
    """Start the job and show how far it is."""
    kind, picked = _kind(request), _stated(request)
    try:
        params = kind.read(request.POST.dict())
        job = bulk.start_job(
            kind, params, picked, by=request.user, now=clock.now(), typed=request.POST.get("confirm", "")
        )
    except BulkRefused as refused:
        return _look(request, kind, picked, problem=str(refused))
    jobs.start(tasks.run_bulk, request.workspace.pk, job.pk)
    return redirect("leads:bulk_job", job.public_id)


@requires(Capability.VIEW_LEADS)
@require_GET
def page(request: MemberRequest, job_id: str) -> HttpResponse:
    """One job: how far, what became of each person, and the way back."""
    job = _found(job_id)
    outcome, after = request.GET.get("outcome", ""), number_in(request.GET.get("cursor", ""))
    found = jobs_asked.items(job, outcome=outcome, after=after or 0, limit=jobs_asked.ITEMS + 1)
    context = {
        "job": told_job(job, now=clock.now()),
        "outcome": outcome,
        "counts": jobs_asked.outcomes(job) if job.finished_at else {},
        "items": found[: jobs_asked.ITEMS],
        "next_cursor": encode([found[jobs_asked.ITEMS - 1].pk]) if len(found) > jobs_asked.ITEMS else "",
        "may_steer": _may_steer(request, job),
    }
    return page_or_fragment(request, "leads/bulk/job.html", "leads/bulk/_job.html", context)


@requires(Capability.VIEW_LEADS)
@require_POST
def undo(request: MemberRequest, job_id: str) -> HttpResponse:
    """Take a job back, person by person, where nobody changed it since."""
    _may(request, _found(job_id))
    try:
        job = bulk.ask_undo(job_id, by=request.user, now=clock.now())
    except BulkRefused as refused:
        messages.error(request, str(refused))
    else:
        jobs.start(tasks.run_bulk, request.workspace.pk, job.pk)
    return redirect("leads:bulk_job", job_id)


@requires(Capability.VIEW_LEADS)
@require_POST
def stop(request: MemberRequest, job_id: str) -> HttpResponse:
    """Leave off where it is."""
    _may(request, _found(job_id))
    try:
        bulk.stop(job_id, by=request.user, now=clock.now())
    except BulkRefused as refused:
        messages.error(request, str(refused))
    return redirect("leads:bulk_job", job_id)


def _look(request: MemberRequest, kind: BulkKind, picked: Json, *, problem: str = "") -> HttpResponse:
    try:
        examples = jobs_asked.examples(picked, now=clock.now())
        reach = _reach(kind, picked, request)
    except ConditionRefused as refused:
        raise Http404 from refused
    context = {
        "kind": kind,
        "fields": kind.fields(),
        "said": request.POST.dict(),
        "selection": json.dumps(picked, ensure_ascii=False),
        "examples": examples,
        "reach": reach,
        "in_list": _in_list(picked),
        "problem": problem,
    }
    return render(request, "leads/bulk/new.html", context, status=422 if problem else 200)


def _reach(kind: BulkKind, picked: Json, request: MemberRequest) -> jobs_asked.Reach:
    try:
        unchanged = kind.unchanged(kind.read(request.POST.dict())) if kind.unchanged else None
    except BulkRefused:
        unchanged = None  # not everything has been said yet
    return jobs_asked.reach(picked, now=clock.now(), unchanged=unchanged)


def _in_list(picked: Json) -> str:
    """Where these people are listed; "" for those ticked one by one, whom no address names."""
    if picked.get("ids") is not None:
        return ""
    condition = json.dumps(picked["condition"], ensure_ascii=False) if picked.get("condition") else ""
    stated = {"view": ALL, "q": picked.get("q") or "", "condition": condition}
    return f"{reverse('leads:list')}?{urlencode(stated)}"


def _stated(request: MemberRequest) -> Json:
    """The selection the page before carried along; anything else is nobody's page."""
    try:
        stated = json.loads(request.POST.get("selection", ""))
        parts = dict(stated).items()
    except (TypeError, ValueError, RecursionError) as broken:
        raise Http404 from broken
    if not parts or any(value is not None and not isinstance(value, SHAPE.get(name, bytes)) for name, value in parts):
        raise Http404
    if not storable(stated) or not all(isinstance(one, str) for one in stated.get("ids") or ()):
        raise Http404
    return dict(stated)


def _kind(request: MemberRequest) -> BulkKind:
    try:
        kind = bulk.kind_of(request.POST.get("kind", ""))
    except BulkRefused as unknown:
        raise Http404 from unknown
    if kind not in bulk.offered(request.can):
        raise PermissionDenied(kind.capability)
    return kind


def _may(request: MemberRequest, job: BulkJob) -> None:
    if not _may_steer(request, job):
        raise PermissionDenied(job.kind)


def _may_steer(request: MemberRequest, job: BulkJob) -> bool:
    """Who sees a part of the people steers only their own jobs: another's is about people they do not see."""
    mine = current_reach() is None or job.by_id == request.user.pk
    return mine and bulk.kind_of(job.kind).capability in request.can


def _found(job_id: str) -> BulkJob:
    job = jobs_asked.find_job(job_id)
    if job is None:
        raise Http404
    return job
