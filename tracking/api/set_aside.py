"""`/set-aside`: events that were accepted and could not be written."""

from __future__ import annotations

from collections.abc import Sequence

from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from ma_platform import clock, jobs
from ma_platform.api.pages import cursor_of, cursor_page, moment_of, page_size
from ma_platform.api.serializers import StrictSerializer
from ma_platform.api.views import ApiView
from ma_platform.tenancy.permissions import Capability
from tracking import queries
from tracking.actions import ask_to_put_back
from tracking.aside_words import KINDS, aside_rows
from tracking.queries import SetAside
from tracking.tasks import put_lines_back


class KindShape(StrictSerializer):
    """Which lines: all of a kind, or without one all there are."""

    kind = serializers.ChoiceField(choices=[kind.value for kind in KINDS], required=False, default="")


class Lines(ApiView):
    """Newest first, without what is personal; `kind`: of one reason alone (names, time, value, damaged)."""

    capabilities = {"GET": Capability.VIEW_TRACKING}

    def get(self, request: Request) -> Response:
        kind = request.query_params.get("kind", "")
        if kind and kind not in KINDS:
            raise ValidationError({"kind": [f"One of: {', '.join(KINDS)}."]})
        size = page_size(request)
        rows = queries.set_aside(kind=kind, before=moment_of(cursor_of(request)), limit=size + 1)
        return cursor_page(request, rows, size=size, position=lambda row: [row.at, row.id], show=_show)


class PutAllBack(ApiView):
    """Have those of a kind written, or all: 202 with how many. What is refused again comes back to the list."""

    capabilities = {"POST": Capability.EDIT_TRACKING}

    def post(self, request: Request) -> Response:
        shape = KindShape(data=request.data)
        shape.is_valid(raise_exception=True)
        lines = ask_to_put_back(by=self.key, now=clock.now(), kind=shape.validated_data["kind"])
        return _asked(lines)


class PutBack(ApiView):
    """Have one written: 202."""

    capabilities = {"POST": Capability.EDIT_TRACKING}

    def post(self, request: Request, line_id: str) -> Response:
        return _asked(ask_to_put_back(by=self.key, now=clock.now(), line_id=line_id))


def _asked(lines: int) -> Response:
    jobs.ring(put_lines_back)
    return Response({"lines": lines}, status=202)


def _show(lines: Sequence[SetAside]) -> list[dict[str, object]]:
    return [
        {
            "id": line.public_id,
            "at": line.at,
            "kind": line.kind,
            "told": row.told,
            "event": row.event,
            "source": row.source,
            "excerpt": row.excerpt,
            "asked_at": line.asked_at,
            "tried_at": line.tried_at,
        }
        for line, row in zip(lines, aside_rows(lines), strict=True)
    ]
