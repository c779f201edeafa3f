"""`/leads/merge` and `/leads/{id}/unmerge`: two people joined, and parted again."""

from __future__ import annotations

from django.http import Http404
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from leads.actions.merge import merge_leads
from leads.actions.unmerge import unmerge
from leads.joining import GROUPS
from leads.models import Lead
from leads.queries import find_lead, lead_json
from leads.queries.merges import find_merge
from ma_platform import clock
from ma_platform.api.serializers import StrictSerializer
from ma_platform.api.views import ApiView
from ma_platform.tenancy.permissions import Capability

ID_LIMIT = 64


class MergeShape(StrictSerializer):
    """Who remains, who stands aside, and the fields that come from the one who stands aside."""

    keep = serializers.CharField(max_length=ID_LIMIT)
    drop = serializers.CharField(max_length=ID_LIMIT)
    take = serializers.ListField(child=serializers.CharField(max_length=100), required=False, max_length=200)

    def validate_take(self, value: list[str]) -> list[str]:
        """Names of `leads.joining.GROUPS`, or attributes.KEY."""
        unknown = [name for name in value if name not in GROUPS and not name.startswith("attributes.")]
        if unknown:
            raise serializers.ValidationError([f"There is no field {name}." for name in unknown])
        return value


class UnmergeShape(StrictSerializer):
    """Who stood aside and shall stand again."""

    drop = serializers.CharField(max_length=ID_LIMIT)


class MergeLeads(ApiView):
    """The survivor, as `GET /leads/{id}` answers, with the id of the merge."""

    capabilities = {"POST": Capability.EDIT_LEADS}

    def post(self, request: Request) -> Response:
        shape = MergeShape(data=request.data)
        shape.is_valid(raise_exception=True)
        said = shape.validated_data
        keep, drop = _named("keep", said["keep"]), _named("drop", said["drop"])
        made = merge_leads(keep, drop, take=said.get("take", ()), by=self.key, now=clock.now())
        return Response({**lead_json([keep.pk])[keep.pk], "merge": made.public_id})


class UnmergeLead(ApiView):
    """Both people; `kept` names what was changed since the merge and therefore stays as it is."""

    capabilities = {"POST": Capability.EDIT_LEADS}

    def post(self, request: Request, lead_id: str) -> Response:
        shape = UnmergeShape(data=request.data)
        shape.is_valid(raise_exception=True)
        keep = find_lead(lead_id)
        found = find_merge(keep, drop=shape.validated_data["drop"]) if keep else None
        if found is None:
            raise Http404
        parted = unmerge(found, by=self.key, now=clock.now())
        both = lead_json([found.keep_id, found.drop_id])
        kept = [one.what for one in parted.kept]
        return Response({"keep": both[found.keep_id], "drop": both[found.drop_id], "kept": kept})


def _named(field: str, public_id: str) -> Lead:
    lead = find_lead(public_id)
    if lead is None:
        raise serializers.ValidationError({field: ["There is no such lead."]})
    return lead
