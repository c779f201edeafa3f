"""The workspace as the API shows and changes it."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from ma_platform import clock
from ma_platform.api.serializers import StrictSerializer
from ma_platform.api.views import ApiView
from ma_platform.tenancy.permissions import Capability
from ma_platform.tenancy.queries import alert_address, workspace_settings
from ma_platform.tenancy.scope import current_tenant
from ma_platform.workspaces.actions import edit_workspace


class SenderSerializer(StrictSerializer):
    """Who sends by law; an absent key stays as it is."""

    name = serializers.CharField(max_length=200, allow_blank=True, required=False)
    postal_address = serializers.CharField(max_length=400, allow_blank=True, required=False)
    contact = serializers.CharField(max_length=400, allow_blank=True, required=False)


class WorkspaceSerializer(StrictSerializer):
    """The editable part of a workspace."""

    name = serializers.CharField(max_length=120, required=False)
    timezone = serializers.ChoiceField(choices=sorted(available_timezones()), required=False)
    locale = serializers.ChoiceField(choices=["ja", "en"], required=False)
    alert_address = serializers.EmailField(allow_blank=True, required=False)
    sender = SenderSerializer(required=False)


class WorkspaceView(ApiView):
    """Name, time zone, language, where alerts go, and who sends."""

    capabilities = {"GET": Capability.VIEW_LEADS, "PATCH": Capability.MANAGE_WORKSPACE}

    @extend_schema(responses=WorkspaceSerializer)
    def get(self, request: Request) -> Response:
        return Response(shown())

    @extend_schema(request=WorkspaceSerializer, responses=WorkspaceSerializer)
    def patch(self, request: Request) -> Response:
        said = WorkspaceSerializer(data=request.data)
        said.is_valid(raise_exception=True)
        edit_workspace(_named(said.validated_data), by=self.key, now=clock.now())
        return Response(shown())


def shown() -> dict[str, Any]:  # Any: JSON
    """The workspace in scope; `alert_address` is the one in effect."""
    settings = workspace_settings()
    return {
        "id": current_tenant().public_id,
        "name": settings.name,
        "timezone": settings.timezone,
        "locale": settings.locale,
        "alert_address": alert_address(),
        "sender": {
            "name": settings.sender_name,
            "postal_address": settings.sender_postal_address,
            "contact": settings.sender_contact,
        },
    }


def _named(said: dict[str, Any]) -> dict[str, str]:  # Any: validated JSON
    """The settings that the request names, flat; what it does not name is not written."""
    sender = {f"sender_{name}": value for name, value in said.pop("sender", {}).items()}
    return {**said, **sender}
