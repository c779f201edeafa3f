"""`/companies` and `/tags`."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from leads.actions import upsert_companies
from leads.actions.attributes import edit_company_attributes
from leads.actions.companies import COMPANY_FIELDS, edit_company
from leads.actions.long_work import erase_or_hand_over
from leads.api.shapes import refused, unseen
from leads.companies import is_shared_domain, read_number
from leads.models import BulkJob, Company, Tag
from leads.queries import CompanyRow, company_rollup, find_company, list_companies
from leads.queries.companies import other_names
from leads.refusals import LeadRefused
from ma_platform import clock
from ma_platform.api.pages import cursor_of, cursor_page, page_size
from ma_platform.api.serializers import StrictSerializer
from ma_platform.api.views import ApiView
from ma_platform.errors import DomainError
from ma_platform.tenancy import veil
from ma_platform.tenancy.models import ApiKey
from ma_platform.tenancy.permissions import Capability


class StandsAside(DomainError):
    """The address of a joined company does not delete the one that remains."""

    code = "company_joined"
    status = 409
    message = _("This company has been joined into another one: %(into)s")


class CompanyFacts(StrictSerializer):
    """Facts of a company; `parent_id` is a company's id, null for none."""

    domain = serializers.RegexField(r"^[a-z0-9.-]+\.[a-z]{2,}$", required=False, max_length=253, allow_blank=True)
    industry = serializers.CharField(required=False, max_length=100, allow_blank=True)
    employees = serializers.IntegerField(required=False, min_value=0, max_value=10_000_000, allow_null=True)
    prefecture = serializers.CharField(required=False, max_length=50, allow_blank=True)
    corporate_number = serializers.CharField(required=False, max_length=20, allow_blank=True)
    parent_id = serializers.CharField(required=False, max_length=100, allow_null=True)
    attributes = serializers.DictField(required=False)

    def validate_domain(self, value: str) -> str:
        if is_shared_domain(value):
            raise serializers.ValidationError("Strangers share this mail domain, so it names no company.")
        return value

    def validate_corporate_number(self, value: str) -> str:
        try:
            return read_number(value) if value else ""
        except ValueError:
            raise serializers.ValidationError("Not a corporate number: its check digit does not fit.") from None

    def validate_parent_id(self, value: str | None) -> Company | None:
        found = find_company(value) if value else None
        if value and found is None:
            raise serializers.ValidationError("No company has this id.")
        return found


class CompanyShape(CompanyFacts):
    """A company by its number or name; the facts given overwrite those known."""

    name = serializers.CharField(max_length=200)


class CompanyChange(CompanyFacts):
    """What of a company is to be another; anything else stays."""

    name = serializers.CharField(max_length=200, required=False)


class Companies(ApiView):
    """Companies, last changed first (`sort`: name, -name, updated); POST finds one by number or name, or makes it."""

    capabilities = {"GET": Capability.VIEW_LEADS, "POST": Capability.EDIT_LEADS}

    def get(self, request: Request) -> Response:
        size, asked = page_size(request), request.query_params
        rows = list_companies(
            q=asked.get("q", ""), sort=asked.get("sort", "-updated"), after=cursor_of(request), limit=size + 1
        )
        return cursor_page(request, rows, size=size, position=lambda row: row.position, show=_show)

    def post(self, request: Request) -> Response:
        shape = CompanyShape(data=request.data)
        shape.is_valid(raise_exception=True)
        now = clock.now()
        with transaction.atomic():
            ((public_id, created),) = upsert_companies([shape.validated_data], now=now, by=self.key)
            company = _found(public_id)
            further = {key: value for key, value in shape.validated_data.items() if key in ("parent_id", "attributes")}
            _change(company, further, by=self.key, now=now)
        return Response(_whole(public_id), 201 if created else 200)


class OneCompany(ApiView):
    """One company with what its people add up to; PATCH changes what is given, DELETE leaves its people without one
    (202: they are very many, and a worker does it). A joined one answers as the other, and cannot itself be deleted."""

    capabilities = {"GET": Capability.VIEW_LEADS, "PATCH": Capability.EDIT_LEADS, "DELETE": Capability.DELETE_LEADS}

    def get(self, request: Request, company_id: str) -> Response:
        return Response(_whole(company_id))

    def patch(self, request: Request, company_id: str) -> Response:
        company, shape = _found(company_id), CompanyChange(data=request.data)
        shape.is_valid(raise_exception=True)
        try:
            with transaction.atomic():
                _change(company, shape.validated_data, by=self.key, now=clock.now())
        except IntegrityError as taken:
            raise serializers.ValidationError({"name": ["Another company already has this name."]}) from taken
        return Response(_whole(company.public_id))

    def delete(self, request: Request, company_id: str) -> Response:
        company = _found(company_id)
        if company.public_id != company_id:
            raise StandsAside(into=company.public_id)
        ended = erase_or_hand_over(company, by=self.key, now=clock.now())
        return Response(status=202 if isinstance(ended, BulkJob) else 204)


def _change(company: Company, said: Mapping[str, Any], *, by: ApiKey, now: datetime) -> None:  # Any: validated JSON
    if hidden := unseen(said, "company"):
        raise serializers.ValidationError(hidden)
    facts = {key.removesuffix("_id"): value for key, value in said.items() if key != "attributes"}
    try:
        edit_company(company, facts, by=by, now=now)
        edit_company_attributes(company, said.get("attributes", {}), by=by, now=now)
    except LeadRefused as wrong:
        raise refused(wrong) from wrong


def _found(company_id: str) -> Company:
    company = find_company(company_id)
    if company is None:
        raise Http404
    return company


def _whole(company_id: str) -> dict[str, object]:
    with veil.reading():
        company = _found(company_id)
    rollup = company_rollup(company.pk, now=clock.now())
    names = other_names(company)
    return {
        **_company(company, rollup.leads),
        "parent": {"id": company.parent.public_id, "name": company.parent.name} if company.parent else None,
        "aliases": [{"kind": one.kind, "text": one.text} for one in names],
        "attributes": company.attributes,
        "last_seen_at": rollup.last_seen_at,
        "views_30_days": rollup.views_30_days,
    }


class Tags(ApiView):
    """Every tag of the workspace by name."""

    capabilities = {"GET": Capability.VIEW_LEADS}

    def get(self, request: Request) -> Response:
        names = Tag.objects.order_by("name").values_list("name", flat=True)[:1000]
        return Response({"results": [{"name": name} for name in names], "next": None})


def _show(rows: Sequence[CompanyRow]) -> list[dict[str, Any]]:  # Any: JSON
    return [_company(row, row.leads) for row in rows]


def _company(company: Company | CompanyRow, leads: int) -> dict[str, object]:
    texts = {name: getattr(company, name) for name in COMPANY_FIELDS}
    times = {"created_at": company.created_at, "updated_at": company.updated_at}
    return {"id": company.public_id, **texts, "leads": leads, **times}
