"""Segments and lists: the list, the page of one, its builder, and what people put in by hand."""

from __future__ import annotations

import json
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from conditions import ConditionRefused
from leads.actions import segments
from leads.actions.segments import SegmentInUse, SegmentRefused
from leads.filters import ALL
from leads.models import Segment
from leads.queries import find_lead
from leads.queries.segments import find_segment, growth, list_segments, overrides, pending, pending_people
from leads.segment_forms import ListForm, PutForm, SegmentForm
from leads.segmenting import (
    EXPIRIES,
    MONTH,
    as_text,
    expiry,
    find_people,
    find_person,
    growth_chart,
    problem_of,
    segment_rows,
    sentence_of,
    shown_members,
    state_of,
    told_why,
)
from ma_platform import clock
from ma_platform.api.pages import decode, encode
from ma_platform.tenancy import veil
from ma_platform.tenancy.permissions import Capability, requires
from ma_platform.tenancy.requests import MemberRequest
from ma_platform.ui.pages import page_or_fragment

PAGE_SIZE = 50
KINDS = {"segments": False, "lists": True}


@requires(Capability.VIEW_LEADS)
@require_GET
def index(request: MemberRequest) -> HttpResponse:
    """Every segment, last changed first."""
    cursor, q, kind = (request.GET.get(name, "") for name in ("cursor", "q", "kind"))
    after = decode(cursor) if cursor else None
    found = list_segments(after=after, q=q, by_hand=KINDS.get(kind), limit=PAGE_SIZE + 1)
    rows, more = found[:PAGE_SIZE], len(found) > PAGE_SIZE
    context = {
        "q": q,
        "kind": kind if kind in KINDS else "all",
        "rows": segment_rows(rows, now=clock.now()),
        "next_cursor": encode([rows[-1].updated_at, rows[-1].pk]) if more else "",
        "may_edit": Capability.EDIT_SEGMENTS in request.can,
    }
    return page_or_fragment(request, "leads/segments/list.html", "leads/segments/_list.html", context)


@requires(Capability.EDIT_SEGMENTS)
def new(request: MemberRequest) -> HttpResponse:
    """A new segment, with `condition` as it begins; or with `kind=list` a list kept by hand."""
    by_hand = request.GET.get("kind") == "list"
    form = (ListForm if by_hand else SegmentForm)(request.POST or None)
    if form.is_valid():
        said = form.cleaned_data
        try:
            made = segments.create_segment(
                said["name"],
                said.get("condition"),
                by=request.user,
                now=clock.now(),
                description=said["description"],
            )
        except (SegmentRefused, ConditionRefused) as refused:
            _blame(form, refused)
        else:
            return redirect("leads:segment", made.public_id)
    stated = request.POST or request.GET
    context = {"form": form, "by_hand": by_hand, "condition": stated.get("condition", "")}
    return render(request, "leads/segments/form.html", context, status=422 if form.errors else 200)


@requires(Capability.EDIT_SEGMENTS)
def edit(request: MemberRequest, segment_id: str) -> HttpResponse:
    """Another name, or another condition, which then waits to be confirmed."""
    segment = _found(segment_id)
    by_hand = segment.condition is None
    names = {"name": segment.name, "description": segment.description}
    form = (ListForm if by_hand else SegmentForm)(request.POST or None, initial=names)
    if form.is_valid():
        said, now = form.cleaned_data, clock.now()
        try:
            segments.rename_segment(segment, said["name"], by=request.user, now=now, description=said["description"])
            if not by_hand:
                seen = request.POST.get("revision")
                segments.change_condition(segment, said["condition"], by=request.user, now=now, revision=seen)
        except (SegmentRefused, ConditionRefused) as refused:
            _blame(form, refused)
        else:
            messages.success(request, _("Saved."))
            return redirect("leads:segment", segment.public_id)
    condition = request.POST.get("condition", as_text(segment.proposed or segment.condition))
    revision = request.POST.get("revision", segment.revision)
    context = {"form": form, "by_hand": by_hand, "condition": condition, "segment": segment, "revision": revision}
    return render(request, "leads/segments/form.html", context, status=422 if form.errors else 200)


@requires(Capability.VIEW_LEADS)
@require_GET
def page(request: MemberRequest, segment_id: str) -> HttpResponse:
    """One segment: its sentence, number, growth, what waits, who is, was or is no more in, and why."""
    return _page(request, _found(segment_id))


def _page(request: MemberRequest, segment: Segment, *, status: int = 200) -> HttpResponse:
    """With 422 after somebody was to be put in whom several fit: the form offers them."""
    now, asked, said = clock.now(), request.GET.get("lead", "").strip(), request.POST
    shown = shown_members(segment, request.GET, now=now, size=PAGE_SIZE)
    told = told_why(segment, asked, now=now) if asked else None
    days = growth([segment.pk], today=timezone.localdate(now), days=MONTH)[segment.pk]
    context = {
        **_head(segment),
        "in_list": _in_list(segment),
        "shown": shown,
        "rows": shown.rows,
        "next_cursor": shown.next_cursor,
        "chart": growth_chart(days),
        "delta": days[-1].members - days[0].members,
        "entered": sum(day.entered for day in days[-7:]),
        "left": sum(day.left for day in days[-7:]),
        "asked": asked,
        "told": told,
        "fitting": find_people(asked) if told is None else [],
        "said": said,
        "choices": find_people(said.get("lead", "")) if said else [],
        "kept_out": overrides(segment, belongs=False),
        "expiries": EXPIRIES,
        "may_edit": Capability.EDIT_SEGMENTS in request.can,
        "may_put": Capability.EDIT_LEADS in request.can,
    }
    return render(request, "leads/segments/page.html", context, status=status)


def _in_list(segment: Segment) -> str:
    """The members in the list of leads, where one does something with all of them."""
    return (
        f"{reverse('leads:list')}?{urlencode({'view': ALL, 'condition': json.dumps({'segment': segment.public_id})})}"
    )


@requires(Capability.VIEW_LEADS)
@require_GET
def status(request: MemberRequest, segment_id: str) -> HttpResponse:
    """The state alone, asked for while a segment is being built; the page is told when it is done."""
    segment = _found(segment_id)
    context = {**_head(segment), "may_edit": Capability.EDIT_SEGMENTS in request.can}
    response = render(request, "leads/segments/_status.html", context)
    if segment.state not in (Segment.State.BUILDING, Segment.State.APPLYING):
        response.headers["HX-Refresh"] = "true"
    return response


def _head(segment: Segment) -> dict[str, object]:
    words, tone = state_of(segment)
    proposed = segment.state == Segment.State.PROPOSED
    moving = segment.state in (Segment.State.BUILDING, Segment.State.APPLYING)
    return {
        "segment": segment,
        "sentence": sentence_of(segment.condition),
        "proposed": sentence_of(segment.proposed),
        "state": words,
        "tone": tone,
        "problem": problem_of(segment),
        "is_moving": moving,
        "may_drop": segment.state == Segment.State.BUILDING and segment.version > 0,
        "pending": pending(segment) if proposed else None,
        "entering": pending_people(segment, enters=True) if proposed else [],
        "leaving": pending_people(segment, enters=False) if proposed else [],
        "consequences": segments.consequences(segment, now=clock.now()) if proposed else [],
    }


@requires(Capability.EDIT_SEGMENTS)
@require_POST
def confirm(request: MemberRequest, segment_id: str) -> HttpResponse:
    """Put what is proposed in force, or with `discard` drop it."""
    segment, said = _found(segment_id), request.POST
    seen, enter_flows = said.get("revision", ""), "enter_flows" in said
    try:
        if "discard" in said:
            segments.discard(segment, revision=seen)
            messages.success(request, _("The change was dropped; the segment stays as it was."))
        else:
            segments.confirm(segment, revision=seen, enter_flows=enter_flows, by=request.user, now=clock.now())
    except SegmentRefused as refused:
        messages.error(request, str(refused))
    return redirect("leads:segment", segment.public_id)


@requires(Capability.EDIT_LEADS)
@require_POST
def put(request: MemberRequest, segment_id: str) -> HttpResponse:
    """Put somebody in, or keep them out, by hand."""
    segment, form, now = _found(segment_id), PutForm(request.POST), clock.now()
    with veil.reading():  # nobody is found by a value that is not shown
        lead = find_person(form.cleaned_data["lead"]) if form.is_valid() else None
        if lead is None:
            return _page(request, segment, status=422)
    said = form.cleaned_data
    segments.put(
        segment,
        [lead.pk],
        said["belongs"] == "in",
        by=request.user,
        now=now,
        expires_at=expiry(said["days"], now=now),
        note=said["note"],
    )
    messages.success(request, _("Done."))
    return redirect("leads:segment", segment.public_id)


@requires(Capability.EDIT_LEADS)
@require_POST
def put_lead(request: MemberRequest, lead_id: str) -> HttpResponse:
    """Put one person into a segment or list, from their own page."""
    lead, segment = find_lead(lead_id), find_segment(request.POST.get("segment", "")[:100].replace("\0", ""))
    if lead is None:
        raise Http404
    if segment is None:
        messages.error(request, _("Please choose a segment or a list."))
    else:
        segments.put(segment, [lead.pk], True, by=request.user, now=clock.now())
        messages.success(request, _("Put into “%(name)s” by hand.") % {"name": segment.name})
    return redirect("leads:page", lead.public_id)


@requires(Capability.EDIT_LEADS)
@require_POST
def release(request: MemberRequest, segment_id: str) -> HttpResponse:
    """Forget what was said by hand about somebody."""
    segment = _found(segment_id)
    with veil.reading():  # as above
        lead = find_person(request.POST.get("lead", ""))
    if lead is not None:
        segments.release(segment, [lead.pk], by=request.user, now=clock.now())
        messages.success(request, _("Done."))
    return redirect("leads:segment", segment.public_id)


@requires(Capability.EDIT_SEGMENTS)
@require_POST
def mend(request: MemberRequest, segment_id: str) -> HttpResponse:
    """Look at everybody again, and start no scenario: what is found was wrong, or could not be judged, before."""
    segment = _found(segment_id)
    if segment.state == Segment.State.FAILED:
        segments.retry(segment, now=clock.now())
    else:
        segments.ring_refresher(segment, quiet=True)
    messages.success(request, _("Everybody is being looked at again."))
    return redirect("leads:segment", segment.public_id)


@requires(Capability.EDIT_SEGMENTS)
@require_POST
def archive(request: MemberRequest, segment_id: str) -> HttpResponse:
    """Put a segment away; the page asked for its name first."""
    segment = _found(segment_id)
    if request.POST.get("confirm") != segment.name:
        messages.error(request, _("Nothing was deleted: the name did not match."))
        return redirect("leads:segment", segment.public_id)
    try:
        segments.archive_segment(segment, by=request.user, now=clock.now(), can=request.can)
    except SegmentInUse as used:
        context = {"segment": segment, "uses": used.uses, "more": used.more}
        return render(request, "leads/segments/in_use.html", context, status=422)
    messages.success(request, _("The segment was deleted."))
    return redirect(reverse("leads:segments"))


def _blame(form: ListForm, refused: SegmentRefused | ConditionRefused) -> None:
    """Put the refusal beside its box."""
    field = refused.field if isinstance(refused, SegmentRefused) else "condition"
    form.add_error(field if field in form.fields else None, str(refused))


def _found(segment_id: str) -> Segment:
    segment = find_segment(segment_id)
    if segment is None:
        raise Http404
    return segment
