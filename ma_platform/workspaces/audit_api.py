"""`/audit`: the log for another system to keep, newest first. It can only be read."""

from __future__ import annotations

from collections.abc import Sequence

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from ma_platform.api.pages import cursor_of, cursor_page, encode, moment_of, page_size
from ma_platform.api.serializers import StrictSerializer
from ma_platform.api.views import ApiView
from ma_platform.audit.models import AuditEntry
from ma_platform.audit.queries import Asked, audit_lines
from ma_platform.tenancy.permissions import Capability


class AuditQuestion(StrictSerializer):
    """actor: an address or a key's id; action: a code; object: a public id; since (included) and until (not)."""

    actor = serializers.CharField(required=False, max_length=254, allow_blank=True)
    action = serializers.CharField(required=False, max_length=60)
    object = serializers.CharField(required=False, max_length=80)
    since = serializers.DateTimeField(required=False)
    until = serializers.DateTimeField(required=False)
    cursor = serializers.CharField(required=False)
    limit = serializers.CharField(required=False)


class AuditLog(ApiView):
    """Who did what to what, and when. `actor` is "" for what the product did by itself."""

    capabilities = {"GET": Capability.READ_AUDIT}

    @extend_schema(parameters=[AuditQuestion])
    def get(self, request: Request) -> Response:
        question = AuditQuestion(data=request.query_params.dict())
        question.is_valid(raise_exception=True)
        size, after = page_size(request), moment_of(cursor_of(request))
        rows = audit_lines(_asked(question), after=after, limit=size + 1)
        return cursor_page(request, rows, size=size, position=lambda row: [row.at, row.pk], show=_show)


def _asked(question: AuditQuestion) -> Asked:
    said = question.validated_data
    return Asked(
        actor=said.get("actor"),
        verbs=[said["action"]] if "action" in said else None,
        subject=said.get("object", ""),
        since=said.get("since"),
        until=said.get("until"),
    )


def _show(rows: Sequence[AuditEntry]) -> list[dict[str, object]]:
    return [
        {
            "id": encode([row.at, row.pk]),
            "at": row.at,
            "actor": row.actor,
            "action": row.verb,
            "object": row.subject,
            "facts": row.facts,
        }
        for row in rows
    ]
