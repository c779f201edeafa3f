"""`/visitors/match`: which conditions hold for one browser, known or not; what a channel on the web itself asks."""

from __future__ import annotations

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from conditions import VISITOR_WORDS
from leads.queries.sensitive import check_condition
from ma_platform import clock
from ma_platform.api.serializers import StrictSerializer
from ma_platform.api.views import ApiView
from ma_platform.tenancy.permissions import Capability
from tracking.queries import browser_ids
from tracking.queries.audience import holding, parse

MOST = 20  # conditions asked at once


class MatchShape(StrictSerializer):
    """A browser's id as the tag gives it, and what is asked about it."""

    visitor = serializers.CharField(max_length=200)
    conditions = serializers.ListField(child=serializers.DictField(), min_length=1, max_length=MOST)


class MatchVisitor(ApiView):
    """One answer a condition, in their order; all false for a browser nobody has seen (`seen` says so)."""

    capabilities = {"POST": Capability.VIEW_LEADS}

    def post(self, request: Request) -> Response:
        shape = MatchShape(data=request.data)
        shape.is_valid(raise_exception=True)
        asked = shape.validated_data["conditions"]
        nodes = [parse(one, at=f"/conditions/{place}") for place, one in enumerate(asked)]
        for node in nodes:
            check_condition(node, vocabulary=VISITOR_WORDS)
        seen = browser_ids([shape.validated_data["visitor"]])
        held = holding(min(seen), nodes, now=clock.now()) if seen else [False] * len(nodes)
        return Response({"visitor": shape.validated_data["visitor"], "seen": bool(seen), "holds": held})
