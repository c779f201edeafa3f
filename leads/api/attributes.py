"""`/attributes`: the fields a workspace adds of its own."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from leads.actions.attributes import (
    AttributeInput,
    AttributeRefused,
    archive_attribute,
    create_attribute,
    edit_attribute,
)
from leads.models import SHAPES, Attribute
from leads.queries.attributes import find_attribute, list_attributes
from ma_platform import clock
from ma_platform.api.serializers import StrictSerializer
from ma_platform.api.views import ApiView
from ma_platform.tenancy.permissions import Capability


class ChoiceShape(StrictSerializer):
    """One choice; without a key it gets one."""

    key = serializers.CharField(required=False, max_length=40, default="")
    label = serializers.CharField(max_length=100)  # type: ignore[assignment]  # a field of that name, not DRF's caption


class AttributeShape(StrictSerializer):
    """A new field. `subject`: lead or company; the key is made from the label when it is not given."""

    key = serializers.CharField(required=False, max_length=40, default="")
    label = serializers.CharField(max_length=100)  # type: ignore[assignment]  # a field of that name, not DRF's caption
    kind = serializers.ChoiceField(choices=SHAPES)
    subject = serializers.ChoiceField(choices=Attribute.Subject.choices, default=Attribute.Subject.LEAD)
    choices = ChoiceShape(many=True, required=False)


class AttributeChange(StrictSerializer):
    """What can change of a field: its name, its choices in order, and whether it is laid aside."""

    label = serializers.CharField(required=False, max_length=100)  # type: ignore[assignment]  # as above
    choices = ChoiceShape(many=True, required=False)
    archived = serializers.BooleanField(required=False)


class Attributes(ApiView):
    """Every field in order; POST makes one."""

    capabilities = {"GET": Capability.VIEW_LEADS, "POST": Capability.DESIGN_LEADS}

    def get(self, request: Request) -> Response:
        return Response({"results": [attribute_json(one) for one in list_attributes()], "next": None})

    def post(self, request: Request) -> Response:
        shape = AttributeShape(data=request.data)
        shape.is_valid(raise_exception=True)
        stated = shape.validated_data
        said = AttributeInput(**{**stated, "choices": _choices(stated) or ()})
        try:
            made = create_attribute(said, by=self.key, now=clock.now())
        except AttributeRefused as refused:
            raise ValidationError(refused.errors) from refused
        return Response(attribute_json(made), status=201)


class OneAttribute(ApiView):
    """One field by its id."""

    capabilities = {"GET": Capability.VIEW_LEADS, "PATCH": Capability.DESIGN_LEADS}

    def get(self, request: Request, attribute_id: str) -> Response:
        return Response(attribute_json(_found(attribute_id)))

    def patch(self, request: Request, attribute_id: str) -> Response:
        attribute, now = _found(attribute_id), clock.now()
        shape = AttributeChange(data=request.data)
        shape.is_valid(raise_exception=True)
        stated = shape.validated_data
        try:
            edit_attribute(attribute, by=self.key, now=now, label=stated.get("label"), choices=_choices(stated))
        except AttributeRefused as refused:
            raise ValidationError(refused.errors) from refused
        if "archived" in stated:
            archive_attribute(attribute, archived=stated["archived"], by=self.key, now=now)
        return Response(attribute_json(_found(attribute_id)))


def _found(public_id: str) -> Attribute:
    attribute = find_attribute(public_id)
    if attribute is None:
        raise Http404
    return attribute


def _choices(stated: dict[str, Any]) -> list[tuple[str, str]] | None:  # Any: validated JSON
    if "choices" not in stated:
        return None
    return [(choice["key"], choice["label"]) for choice in stated["choices"]]


def attribute_json(attribute: Attribute) -> dict[str, object]:
    """A field as the contract shows it."""
    plain = {name: getattr(attribute, name) for name in ("subject", "key", "label", "kind", "choices")}
    times = {"archived": attribute.archived_at is not None, "created_at": attribute.created_at}
    return {"id": attribute.public_id, **plain, **times}
