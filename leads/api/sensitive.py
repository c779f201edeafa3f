"""`/sensitive-fields`: the fields only some may see."""

from __future__ import annotations

from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from leads.actions.sensitive import mark_field, unmark_field
from leads.queries.sensitive import marked_words
from ma_platform import clock
from ma_platform.api.serializers import StrictSerializer
from ma_platform.api.views import ApiView
from ma_platform.errors import NotFound
from ma_platform.tenancy.permissions import Capability


class MarkShape(StrictSerializer):
    """A field as conditions name it, and whether it is sensitive from now on."""

    field = serializers.CharField(max_length=200)
    sensitive = serializers.BooleanField()


class SensitiveFields(ApiView):
    """The words of every sensitive field; POST adds or removes one, which takes `leads:design` as well."""

    capabilities = {"GET": Capability.VIEW_LEADS, "POST": Capability.SEE_SENSITIVE}

    def get(self, request: Request) -> Response:
        return Response({"results": [{"field": word} for word in sorted(marked_words())], "next": None})

    def post(self, request: Request) -> Response:
        if Capability.DESIGN_LEADS not in self.key.capabilities:
            raise PermissionDenied
        shape = MarkShape(data=request.data)
        shape.is_valid(raise_exception=True)
        word = shape.validated_data["field"]
        change = mark_field if shape.validated_data["sensitive"] else unmark_field
        try:
            change(word, by=self.key, now=clock.now())
        except NotFound as unknown:
            raise ValidationError({"field": ["No field has this name."]}) from unknown
        return Response({"field": word, "sensitive": shape.validated_data["sensitive"]})
