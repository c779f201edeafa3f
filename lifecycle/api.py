"""`/leads/{id}/stage`, `/stages`, `/deals`, `/visit-alerts`, and the stage within a lead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from django.http import Http404
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from leads.models import Company, Lead
from leads.queries import find_company, find_lead
from leads.queries.sensitive import is_withheld
from lifecycle.actions import DealInput, move_by_hand, upsert_deals, watching
from lifecycle.models import Deal, Stage, Transition
from lifecycle.queries import all_stages, deal_json, deal_page, find_deal, history, stage_keys
from lifecycle.queries.visits import listener_by_email
from lifecycle.queries.watches import Watch, WatchesAsked, watches
from ma_platform import clock
from ma_platform.api.facets import LEAD_FACETS
from ma_platform.api.pages import cursor_of, cursor_page, moment_of, page_size
from ma_platform.api.serializers import StrictSerializer
from ma_platform.api.views import ApiView
from ma_platform.tenancy.models import Membership
from ma_platform.tenancy.permissions import Capability
from ma_platform.tenancy.reach import current_reach


@LEAD_FACETS.fill("stage")
def stage_facet(lead_ids: Sequence[int]) -> Mapping[int, object]:
    return stage_keys(lead_ids)


class StageShape(StrictSerializer):
    """Where to, and why; the reason may be left out on the way forward."""

    to = serializers.CharField(max_length=40)
    reason = serializers.CharField(required=False, allow_blank=True, default="", max_length=1000)


class LeadStage(ApiView):
    """A lead's stage with its history; POST moves the lead."""

    capabilities = {"GET": Capability.VIEW_LIFECYCLE, "POST": Capability.MOVE_STAGE}

    def get(self, request: Request, lead_id: str) -> Response:
        return Response(_stage_json(_lead(lead_id)))

    def post(self, request: Request, lead_id: str) -> Response:
        shape = StageShape(data=request.data)
        shape.is_valid(raise_exception=True)
        lead, said = _lead(lead_id), shape.validated_data
        move_by_hand(lead, said["to"], by=None, reason=said["reason"], now=clock.now())
        return Response(_stage_json(lead))


def _lead(public_id: str) -> Lead:
    lead = find_lead(public_id)
    if lead is None:
        raise Http404
    return lead


def _stage_json(lead: Lead) -> dict[str, object]:
    return {
        "lead": lead.public_id,
        "stage": stage_keys([lead.pk]).get(lead.pk),
        "history": [_transition_json(one) for one in history(lead.pk)],
    }


def _transition_json(one: Transition) -> dict[str, object]:
    return {
        "from": one.from_key,
        "to": one.to_key,
        "at": one.at,
        "by": one.by_user.email if one.by_user else None,
        "rule": one.rule or None,
        "reason": one.reason,
        "pass": one.pass_number,
        "skipped": one.skipped,
    }


class Stages(ApiView):
    """The workspace's stages along the way, side states last."""

    capabilities = {"GET": Capability.VIEW_LIFECYCLE}

    def get(self, request: Request) -> Response:
        return Response({"results": [_stage_row(stage) for stage in all_stages()], "next": None})


def _stage_row(stage: Stage) -> dict[str, object]:
    return {
        "key": stage.key,
        "name": {"ja": stage.name_ja, "en": stage.name_en},
        "order": stage.order,
        "kind": stage.kind,
        "department": stage.department,
        "sla_hours": stage.sla_hours,
        "side": stage.side,
    }


class DealShape(StrictSerializer):
    """A deal as another system states it; what is left out stays as it is."""

    external_id = serializers.CharField(max_length=200)
    name = serializers.CharField(required=False, max_length=300)
    lead_emails = serializers.ListField(child=serializers.CharField(max_length=254), required=False, max_length=100)
    leads = serializers.ListField(child=serializers.CharField(max_length=64), required=False, max_length=100)
    company = serializers.CharField(required=False, max_length=200)
    amount = serializers.DecimalField(required=False, allow_null=True, max_digits=18, decimal_places=2)
    currency = serializers.ChoiceField(required=False, choices=Deal.CURRENCIES)
    stage = serializers.CharField(required=False, allow_blank=True, max_length=100)
    status = serializers.ChoiceField(required=False, choices=Deal.Status.values)
    lost_reason = serializers.CharField(required=False, allow_blank=True, max_length=1000)
    closed_at = serializers.DateTimeField(required=False, allow_null=True)
    products = serializers.ListField(child=serializers.CharField(max_length=200), required=False, max_length=100)

    def validate_lead_emails(self, value: list[str]) -> list[str]:
        if is_withheld("email"):  # nobody is found by an address that is not shown
            raise serializers.ValidationError(
                "This key does not see this field (leads:sensitive). Name people by leads."
            )
        return value


class Deals(ApiView):
    """Deals, last changed first (`status`, `external_id` narrow); POST finds one by external id or makes it."""

    capabilities = {"GET": Capability.VIEW_DEALS, "POST": Capability.EDIT_DEALS}

    def get(self, request: Request) -> Response:
        size, exact = page_size(request), {}
        if external_id := request.query_params.get("external_id"):
            exact["external_id"] = external_id
        status = request.query_params.get("status", "")
        rows = deal_page(status=status, after=moment_of(cursor_of(request)), limit=size, **exact)
        return cursor_page(request, rows, size=size, position=lambda deal: [deal.updated_at, deal.pk], show=deal_json)

    def post(self, request: Request) -> Response:
        shape = DealShape(data=request.data)
        shape.is_valid(raise_exception=True)
        (done,) = upsert_deals([DealInput(**shape.validated_data)], now=clock.now())
        return Response(_deal_json(done.public_id), status=201 if done.was is None else 200)


class OneDeal(ApiView):
    """One deal."""

    capabilities = {"GET": Capability.VIEW_DEALS}

    def get(self, request: Request, deal_id: str) -> Response:
        return Response(_deal_json(deal_id))


def _deal_json(public_id: str) -> dict[str, object]:
    deal = find_deal(public_id)
    if deal is None:
        raise Http404
    return deal_json([deal])[0]


class WatchQuery(StrictSerializer):
    """Whose watching (the address of a member who may see alerts), and of whom: a lead's or a company's id."""

    member = serializers.CharField(required=False, max_length=254)
    lead = serializers.CharField(required=False, max_length=64)
    company = serializers.CharField(required=False, max_length=64)

    def validate_member(self, value: str) -> Membership:
        found = listener_by_email(value)
        if found is None:
            raise serializers.ValidationError("No member with this address may see alerts.")
        return found

    def validate_lead(self, value: str) -> Lead:
        found = find_lead(value)
        if found is None:
            raise serializers.ValidationError("There is no such lead.")
        return found

    def validate_company(self, value: str) -> Company:
        found = find_company(value)
        if found is None:
            raise serializers.ValidationError("There is no such company.")
        return found


class WatchShape(WatchQuery):
    """One member, and one lead or one company. A key that sees what a member sees speaks for that member alone."""

    member = serializers.CharField(max_length=254)

    def validate_member(self, value: str) -> Membership:
        found, reach = super().validate_member(value), current_reach()
        if reach is not None and found.user_id != reach.member:
            raise serializers.ValidationError("This key speaks for another member.")
        return found

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:  # Any: validated JSON
        if ("lead" in attrs) == ("company" in attrs):
            raise serializers.ValidationError({"lead": ["Name a lead or a company."]})
        return attrs


class VisitAlerts(ApiView):
    """Who is told of whose visits, the newest first (`member`, `lead`, `company` narrow); POST adds one, DELETE with
    the same three in the address takes one away. Saying either again changes nothing."""

    capabilities = {"GET": Capability.SEE_ALERTS, "POST": Capability.EDIT_LEADS, "DELETE": Capability.EDIT_LEADS}

    def get(self, request: Request) -> Response:
        size, names = page_size(request), ("member", "lead", "company")
        said = _said(WatchQuery, {name: request.query_params[name] for name in names if name in request.query_params})
        asked = WatchesAsked(**{f"{name}_id": found.pk for name, found in said.items()})
        rows = watches(asked, after=moment_of(cursor_of(request)), limit=size + 1)
        return cursor_page(request, rows, size=size, position=lambda row: [row.since, row.place], show=_watch_json)

    def post(self, request: Request) -> Response:
        said = _said(WatchShape, request.data)
        new = watching.subscribe(said["member"], _watched(said), by=self.key, now=clock.now())
        asked = WatchesAsked(**{f"{name}_id": found.pk for name, found in said.items()})
        return Response(_watch_json(watches(asked, after=None, limit=1))[0], status=201 if new else 200)

    def delete(self, request: Request) -> Response:
        said = _said(WatchShape, request.query_params.dict())
        watching.unsubscribe(said["member"], _watched(said), by=self.key, now=clock.now())
        return Response(status=204)


def _said(shape: type[WatchQuery], stated: object) -> dict[str, Any]:  # Any: rows the request named
    read = shape(data=stated)
    read.is_valid(raise_exception=True)
    found: dict[str, Any] = read.validated_data
    return found


def _watched(said: Mapping[str, Any]) -> Lead | Company:  # Any: rows the request named
    found: Lead | Company = said["lead"] if "lead" in said else said["company"]
    return found


def _watch_json(rows: Sequence[Watch]) -> list[dict[str, object]]:
    return [{name: value for name, value in asdict(row).items() if name != "place"} for row in rows]
