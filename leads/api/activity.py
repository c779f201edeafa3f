"""`/leads/{id}/timeline` and `/touchpoints`: what people did, online and off."""

from datetime import UTC
from typing import Any

from django.http import Http404
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from leads.actions.imports.encounters import ENCOUNTERS
from leads.actions.touchpoints import TouchpointInput, TouchpointRefused, record_touchpoint
from leads.api.shapes import UNSEEN
from leads.identity import find_address
from leads.models import Lead
from leads.queries import find_lead, find_lead_by_email
from leads.queries.sensitive import is_withheld
from ma_platform import clock
from ma_platform.api.pages import cursor_of, cursor_page, page_size
from ma_platform.api.serializers import StrictSerializer
from ma_platform.api.views import ApiView
from ma_platform.tenancy.permissions import Capability
from tracking.queries import Entry, timeline

PROPERTIES_LIMIT = 50
UNLIKELY = {
    "ahead": "A touchpoint has already happened; the time lies ahead.",
    "too_old": "A touchpoint is at most ten years old.",
}


class Timeline(ApiView):
    """Events of one person, newest first."""

    capabilities = {"GET": Capability.VIEW_LEADS}

    def get(self, request: Request, lead_id: str) -> Response:
        lead = find_lead(lead_id)
        if lead is None:
            raise Http404
        size = page_size(request)
        rows = timeline(lead_id=lead.pk, before=cursor_of(request), limit=size + 1)
        return cursor_page(request, rows, size=size, position=lambda entry: entry.position, show=_show)


class TouchpointShape(StrictSerializer):
    """An encounter away from the web. Exactly one of `lead` and `email` names the person."""

    lead = serializers.CharField(required=False, max_length=64)
    email = serializers.CharField(required=False, max_length=254)
    kind = serializers.ChoiceField(choices=sorted(ENCOUNTERS))
    at = serializers.DateTimeField(required=False)
    properties = serializers.DictField(required=False)

    def validate_email(self, value: str) -> str:
        if is_withheld("email"):  # nobody is found by an address that is not shown
            raise serializers.ValidationError(UNSEEN)
        return value

    def validate_properties(self, value: dict[str, object]) -> dict[str, object]:
        if len(value) > PROPERTIES_LIMIT:
            raise serializers.ValidationError(f"At most {PROPERTIES_LIMIT} properties.")
        return value

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:  # Any: validated JSON
        if ("lead" in attrs) == ("email" in attrs):
            raise serializers.ValidationError({"lead": ["Name the person by lead or by email."]})
        return attrs


class Touchpoints(ApiView):
    """State an offline fact; it scores, triggers and shows like any other."""

    capabilities = {"POST": Capability.EDIT_LEADS}

    def post(self, request: Request) -> Response:
        shape = TouchpointShape(data=request.data)
        shape.is_valid(raise_exception=True)
        stated = shape.validated_data
        now = clock.now()
        lead, at = _person(stated), stated.get("at", now)
        said = TouchpointInput(stated["kind"], at, stated.get("properties", {}))
        try:
            event = record_touchpoint(lead, said, by=self.key, now=now)
        except TouchpointRefused as refused:
            raise ValidationError({"at": [UNLIKELY[str(refused.facts["reason"])]]}) from refused
        return Response({"lead": lead.public_id, "event": event.wire, "at": at.astimezone(UTC)}, status=201)


def _person(stated: dict[str, Any]) -> Lead:  # Any: validated JSON
    if "lead" in stated:
        lead = find_lead(stated["lead"])
    else:
        address = find_address(stated["email"])
        lead = find_lead_by_email(address.key) if address else None
    if lead is None:
        raise ValidationError({"lead" if "lead" in stated else "email": ["There is no such lead."]})
    return lead


def _show(rows: Any) -> list[dict[str, object]]:  # Any: a sequence of Entry
    return [entry_json(entry) for entry in rows]


def entry_json(entry: Entry) -> dict[str, object]:
    """A timeline entry as the contract shows it."""
    return entry.as_json()
