"""`/event-names`: names of events of the workspace's own."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from ma_platform import clock
from ma_platform.api.pages import cursor_page, number_of, page_size
from ma_platform.api.serializers import StrictSerializer
from ma_platform.api.views import ApiView
from ma_platform.tenancy.permissions import Capability
from tracking.actions import (
    NoSuchEventName,
    add_event_name,
    bring_back_event_name,
    ignore_event_names,
    label_event_name,
)
from tracking.actions.event_names import LABEL
from tracking.collector import limits
from tracking.queries import EventNameFilter, EventNameRow, event_names, find_event_name
from tracking.queries.own_names import STATES


class EventNameShape(StrictSerializer):
    """A name as it is sent, and what people call it."""

    name = serializers.CharField(max_length=limits.NAME)
    label = serializers.CharField(  # type: ignore[assignment]  # a field of that name, not what the shape is called
        required=False, allow_blank=True, max_length=LABEL, default=""
    )


class LabelShape(StrictSerializer):
    """What people call it; "" for nothing else than its name."""

    label = serializers.CharField(allow_blank=True, max_length=LABEL)  # type: ignore[assignment]  # as above


class EventNames(ApiView):
    """The names, newest first, narrowed by `q` and `state` (live, ignored, rested); POST holds a place for one."""

    capabilities = {"GET": Capability.VIEW_TRACKING, "POST": Capability.EDIT_TRACKING}

    def get(self, request: Request) -> Response:
        size, asked = page_size(request), _asked(request)
        rows = event_names(asked, today=timezone.localdate(clock.now()), before=number_of(request), limit=size + 1)
        return cursor_page(request, rows, size=size, position=lambda row: [row.number], show=_show)

    def post(self, request: Request) -> Response:
        shape = EventNameShape(data=request.data)
        shape.is_valid(raise_exception=True)
        added = add_event_name(**shape.validated_data, by=self.key, now=clock.now())
        return Response(_one(added.public_id), status=201)


class OneEventName(ApiView):
    """One name; PATCH says what people call it."""

    capabilities = {"GET": Capability.VIEW_TRACKING, "PATCH": Capability.EDIT_TRACKING}

    def get(self, request: Request, name_id: str) -> Response:
        return Response(_one(name_id))

    def patch(self, request: Request, name_id: str) -> Response:
        shape = LabelShape(data=request.data)
        shape.is_valid(raise_exception=True)
        label_event_name(name_id, shape.validated_data["label"], by=self.key, now=clock.now())
        return Response(_one(name_id))


class Ignore(ApiView):
    """Drop its events from now on; its place is free."""

    capabilities = {"POST": Capability.EDIT_TRACKING}

    def post(self, request: Request, name_id: str) -> Response:
        _one(name_id)
        ignore_event_names([name_id], by=self.key, now=clock.now())
        return Response(_one(name_id))


class BringBack(ApiView):
    """Take its events in again."""

    capabilities = {"POST": Capability.EDIT_TRACKING}

    def post(self, request: Request, name_id: str) -> Response:
        bring_back_event_name(name_id, by=self.key, now=clock.now())
        return Response(_one(name_id))


def _asked(request: Request) -> EventNameFilter:
    state = request.query_params.get("state", "")
    if state and state not in STATES:
        raise ValidationError({"state": [f"One of: {', '.join(STATES)}."]})
    return EventNameFilter(request.query_params.get("q", "")[:200], state)


def _one(public_id: str) -> dict[str, object]:
    row = find_event_name(public_id, today=timezone.localdate(clock.now()))
    if row is None:
        raise NoSuchEventName(event_name=public_id)
    return _show([row])[0]


def _show(rows: Sequence[EventNameRow]) -> list[dict[str, object]]:
    return [
        {
            "id": row.public_id,
            "name": row.name,
            "label": row.label,
            "state": row.state,
            "vouched": row.vouched,
            "first_at": row.first_at,
            "last_at": row.last_at,
            "count_30_days": row.recent,
            "count_30_days_is_least": row.more,
            "dropped_30_days": row.dropped,
        }
        for row in rows
    ]
