"""`/segments` and `/lists`: made, read, changed; who is in, why, and what a condition would find."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import Http404
from django.utils.translation import get_language
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from conditions import ConditionRefused, describe, parse
from leads.actions import segments
from leads.models import Lead, Segment
from leads.queries import find_lead, lead_json
from leads.queries.asking import count_matching, sample_matching
from leads.queries.segments import (
    LeftRow,
    MemberRow,
    find_segment,
    list_left,
    list_members,
    list_segments,
    pending,
    why,
)
from ma_platform import clock
from ma_platform.api.pages import cursor_of, cursor_page, page_size
from ma_platform.api.serializers import StrictSerializer
from ma_platform.api.views import ApiView
from ma_platform.tenancy import veil
from ma_platform.tenancy.permissions import Capability
from ma_platform.tenancy.scope import current_tenant

MOST = 1_000


class SegmentShape(StrictSerializer):
    """A segment; without a condition it is a list kept by hand."""

    name = serializers.CharField(max_length=100)
    description = serializers.CharField(required=False, allow_blank=True, max_length=1000)
    condition = serializers.DictField(required=False, allow_null=True)


class ChangeShape(SegmentShape):
    """With `revision`, a condition that somebody else has changed since is not overwritten."""

    revision = serializers.CharField(required=False, max_length=64)


class ListShape(StrictSerializer):
    """A list kept by hand."""

    name = serializers.CharField(max_length=100)
    description = serializers.CharField(required=False, allow_blank=True, max_length=1000)


class PreviewShape(StrictSerializer):
    """A condition to try."""

    condition = serializers.DictField()


class ConfirmShape(StrictSerializer):
    """What is confirmed, by the `revision` it was read with, and whether those who enter start scenarios."""

    revision = serializers.CharField(max_length=64)
    enter_flows = serializers.BooleanField(required=False, default=False)


class PutShape(StrictSerializer):
    """People by public id: `add` puts them in, `remove` keeps them out (off a list), `release` forgets it."""

    add = serializers.ListField(child=serializers.CharField(max_length=100), required=False, max_length=MOST)
    remove = serializers.ListField(child=serializers.CharField(max_length=100), required=False, max_length=MOST)
    release = serializers.ListField(child=serializers.CharField(max_length=100), required=False, max_length=MOST)
    expires_at = serializers.DateTimeField(required=False, allow_null=True)
    note = serializers.CharField(required=False, allow_blank=True, max_length=200)


class Segments(ApiView):
    """Segments and lists, last changed first; POST makes one, which is built in the background."""

    capabilities = {"GET": Capability.VIEW_LEADS, "POST": Capability.EDIT_SEGMENTS}
    by_hand: bool | None = None

    def get(self, request: Request) -> Response:
        size = page_size(request)
        rows = list_segments(after=cursor_of(request), by_hand=self.by_hand, limit=size + 1)
        return cursor_page(request, rows, size=size, position=lambda row: [row.updated_at, row.pk], show=_show)

    def post(self, request: Request) -> Response:
        shape = ListShape(data=request.data) if self.by_hand else SegmentShape(data=request.data)
        shape.is_valid(raise_exception=True)
        said = shape.validated_data
        made = segments.create_segment(
            said["name"],
            said.get("condition"),
            by=self.key,
            now=clock.now(),
            description=said.get("description", ""),
        )
        return Response(_segment(made), status=201)


class Lists(Segments):
    """Lists kept by hand."""

    by_hand = True


class OneSegment(ApiView):
    """One segment; PATCH renames it or proposes another condition, DELETE puts it away."""

    capabilities = {
        "GET": Capability.VIEW_LEADS,
        "PATCH": Capability.EDIT_SEGMENTS,
        "DELETE": Capability.EDIT_SEGMENTS,
    }

    def get(self, request: Request, segment_id: str) -> Response:
        return Response(_segment(_found(segment_id)))

    def patch(self, request: Request, segment_id: str) -> Response:
        segment, now = _found(segment_id), clock.now()
        shape = ChangeShape(data=request.data, partial=True)
        shape.is_valid(raise_exception=True)
        said = shape.validated_data
        if {"name", "description"} & said.keys():
            name, description = said.get("name", segment.name), said.get("description", segment.description)
            segments.rename_segment(segment, name, by=self.key, now=now, description=description)
        if said.get("condition") is not None:
            seen = said.get("revision")
            segments.change_condition(segment, said["condition"], by=self.key, now=now, revision=seen)
        return Response(_segment(_found(segment_id)))

    def delete(self, request: Request, segment_id: str) -> Response:
        segments.archive_segment(_found(segment_id), by=self.key, now=clock.now(), can=self.key.capabilities)
        return Response(status=204)


class ConfirmSegment(ApiView):
    """Put the proposed condition in force."""

    capabilities = {"POST": Capability.EDIT_SEGMENTS}

    def post(self, request: Request, segment_id: str) -> Response:
        segment = _found(segment_id)
        shape = ConfirmShape(data=request.data)
        shape.is_valid(raise_exception=True)
        segments.confirm(segment, **shape.validated_data, by=self.key, now=clock.now())
        return Response(_segment(_found(segment_id)), status=202)


class SegmentLeads(ApiView):
    """Who is in, the newest first: now, or `on` a day or moment; `left=true`: who is so no more. POST puts people in or
    keeps them out by hand.
    """

    capabilities = {"GET": Capability.VIEW_LEADS, "POST": Capability.EDIT_LEADS}

    def get(self, request: Request, segment_id: str) -> Response:
        segment, size = _found(segment_id), page_size(request)
        if request.query_params.get("left") == "true":
            gone = list_left(segment, after=cursor_of(request), limit=size + 1)
            return cursor_page(request, gone, size=size, position=lambda row: row.position, show=_left)
        rows = list_members(segment, after=cursor_of(request), on=_moment(request), limit=size + 1)
        return cursor_page(request, rows, size=size, position=lambda row: row.position, show=_members)

    def post(self, request: Request, segment_id: str) -> Response:
        segment = _found(segment_id)
        shape = PutShape(data=request.data)
        shape.is_valid(raise_exception=True)
        said, now = shape.validated_data, clock.now()
        ids = _ids({one for key in ("add", "remove", "release") for one in said.get(key, ())})
        by_hand = {"expires_at": _ahead(said.get("expires_at"), now), "note": said.get("note", "")}
        for key, belongs in (("add", True), ("remove", False)):
            if said.get(key):
                chosen = [ids[one] for one in said[key]]
                segments.put(segment, chosen, belongs, by=self.key, now=now, **by_hand)
        segments.release(segment, [ids[one] for one in said.get("release", ())], by=self.key, now=now)
        return Response(_segment(_found(segment_id)))


class ExplainSegment(ApiView):
    """Why `lead` is in or not."""

    capabilities = {"GET": Capability.VIEW_LEADS}

    def get(self, request: Request, segment_id: str) -> Response:
        segment = _found(segment_id)
        lead = find_lead(request.query_params.get("lead", ""))
        if lead is None:
            raise Http404
        told = why(segment, lead, now=clock.now())
        tree = told.verdict.as_json(locale=_locale(), tz=_zone()) if told.verdict else None
        override = told.override
        by_hand = None
        if override is not None:
            by_hand = {"belongs": override.belongs, "expires_at": override.expires_at, "note": override.note}
        shown = {
            "lead": lead.public_id,
            "member": told.is_member,
            "since": told.since,
            "by_hand": by_hand,
            "tree": tree,
        }
        return Response({**shown, "next_change_at": told.verdict.changes_at if told.verdict else None})


class PreviewSegment(ApiView):
    """How many a condition holds for now, and some of them."""

    capabilities = {"POST": Capability.VIEW_LEADS}

    def post(self, request: Request) -> Response:
        shape = PreviewShape(data=request.data)
        shape.is_valid(raise_exception=True)
        node, now = parse(shape.validated_data["condition"]), clock.now()
        with veil.reading():
            counted, rows = count_matching(node, now=now), sample_matching(node, now=now) or []
            shown = lead_json([row.id for row in rows])
        sample = [shown[row.id] for row in rows if row.id in shown]
        return Response({"count": counted.total, "exact": counted.exact, "sample": sample})


def _found(segment_id: str) -> Segment:
    segment = find_segment(segment_id)
    if segment is None:
        raise Http404
    return segment


def _ids(public_ids: set[str]) -> dict[str, int]:
    """Primary keys of people; raises ValidationError that names those who are not there."""
    known = dict(Lead.objects.filter(public_id__in=public_ids).values_list("public_id", "pk"))
    if missing := sorted(public_ids - set(known)):
        raise ValidationError({"leads": [f"Not known here: {', '.join(missing[:20])}"]})
    return known


def _ahead(moment: datetime | None, now: datetime) -> datetime | None:
    if moment is not None and moment <= now:
        raise ValidationError({"expires_at": ["A time to come."]})
    return moment


def _show(rows: Sequence[Segment]) -> list[dict[str, Any]]:  # Any: JSON
    return [_segment(row) for row in rows]


def _segment(segment: Segment) -> dict[str, object]:
    kept = {
        name: getattr(segment, name) for name in ("name", "description", "condition", "state", "problem", "version")
    }
    times = {name: getattr(segment, name) for name in ("built_at", "checked_at", "created_at", "updated_at")}
    waiting = pending(segment) if segment.state == Segment.State.PROPOSED else None
    return {
        "id": segment.public_id,
        **kept,
        "kind": "list" if segment.condition is None else "segment",
        "sentence": _sentence(segment.condition),
        "proposed": segment.proposed,
        "revision": segment.revision,
        "progress": {"done": segment.moved, "total": segment.to_move} if segment.to_move else None,
        "pending": {"enters": waiting.enters, "leaves": waiting.leaves} if waiting else None,
        "count": segment.members,
        "drift": segment.drift,
        **times,
    }


def _members(rows: Sequence[MemberRow]) -> list[dict[str, Any]]:  # Any: JSON
    shown = lead_json([row.lead_id for row in rows])
    return [{**shown[row.lead_id], "since": row.since, "reason": row.reason} for row in rows if row.lead_id in shown]


def _left(rows: Sequence[LeftRow]) -> list[dict[str, Any]]:  # Any: JSON
    shown = lead_json([row.lead_id for row in rows])
    told = [(row, {"since": row.since, "until": row.until, "why": row.why}) for row in rows if row.lead_id in shown]
    return [{**shown[row.lead_id], **stay} for row, stay in told]


def _moment(request: Request) -> datetime | None:
    """`on`: a day stands for its last moment in the workspace's time zone. Raises ValidationError."""
    text = request.query_params.get("on")
    if not text:
        return None
    try:
        if len(text) == len("2026-04-01"):
            following = date.fromisoformat(text) + timedelta(days=1)
            return datetime.combine(following, time.min, _zone()) - timedelta(microseconds=1)
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=_zone())).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValidationError({"on": ["A day or a moment, as 2026-04-01 or 2026-04-01T09:00:00+09:00."]}) from None


def _sentence(condition: object) -> str | None:
    try:
        return None if condition is None else describe(parse(condition), locale=_locale())
    except ConditionRefused:
        return None


def _locale() -> str:
    return get_language() or "ja"


def _zone() -> ZoneInfo:
    return ZoneInfo(current_tenant().timezone)
