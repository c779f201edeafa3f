"""`/companies` and `/tags`."""

from collections.abc import Sequence
from typing import Any

from django.http import Http404
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from leads.actions import upsert_companies
from leads.models import Company, Tag
from leads.queries import CompanyRow, company_rollup, find_company, list_companies
from ma_platform import clock
from ma_platform.api.pages import cursor_of, cursor_page, page_size
from ma_platform.api.serializers import StrictSerializer
from ma_platform.api.views import ApiView
from ma_platform.tenancy.permissions import Capability


class CompanyShape(StrictSerializer):
    """A company by its name; the facts given overwrite those known."""

    name = serializers.CharField(max_length=200)
    domain = serializers.RegexField(r"^[a-z0-9.-]+\.[a-z]{2,}$", required=False, max_length=253)
    industry = serializers.CharField(required=False, max_length=100)
    employees = serializers.IntegerField(required=False, min_value=0, max_value=10_000_000)
    prefecture = serializers.CharField(required=False, max_length=50)


class Companies(ApiView):
    """Companies, last changed first; POST finds one by name or makes it."""

    capabilities = {"GET": Capability.VIEW_LEADS, "POST": Capability.EDIT_LEADS}

    def get(self, request: Request) -> Response:
        size = page_size(request)
        rows = list_companies(q=request.query_params.get("q", ""), after=cursor_of(request), limit=size + 1)
        return cursor_page(request, rows, size=size, position=lambda row: row.position, show=_show)

    def post(self, request: Request) -> Response:
        shape = CompanyShape(data=request.data)
        shape.is_valid(raise_exception=True)
        ((public_id, created),) = upsert_companies([shape.validated_data], now=clock.now())
        company = find_company(public_id)
        assert company is not None
        return Response(_company(company, company_rollup(company.pk, now=clock.now()).leads), 201 if created else 200)


class OneCompany(ApiView):
    """One company with what its people add up to."""

    capabilities = {"GET": Capability.VIEW_LEADS}

    def get(self, request: Request, company_id: str) -> Response:
        company = find_company(company_id)
        if company is None:
            raise Http404
        rollup = company_rollup(company.pk, now=clock.now())
        sums = {"last_seen_at": rollup.last_seen_at, "views_30_days": rollup.views_30_days}
        return Response({**_company(company, rollup.leads), **sums})


class Tags(ApiView):
    """Every tag of the workspace by name."""

    capabilities = {"GET": Capability.VIEW_LEADS}

    def get(self, request: Request) -> Response:
        names = Tag.objects.order_by("name").values_list("name", flat=True)[:1000]
        return Response({"results": [{"name": name} for name in names], "next": None})


def _show(rows: Sequence[CompanyRow]) -> list[dict[str, Any]]:  # Any: JSON
    return [_company(row, row.leads) for row in rows]


def _company(company: Company | CompanyRow, leads: int) -> dict[str, object]:
    texts = {name: getattr(company, name) for name in ("name", "domain", "industry", "employees", "prefecture")}
    times = {"created_at": company.created_at, "updated_at": company.updated_at}
    return {"id": company.public_id, **texts, "leads": leads, **times}
