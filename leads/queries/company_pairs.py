"""Pairs of companies that may be one, and those that were joined."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from leads.models import Company, CompanyJoin, CompanySuggestion
from ma_platform.db import sql


def twins(*, dismissed: bool = False, company: Company | None = None) -> QuerySet[CompanySuggestion]:
    """Open ones, surest first, or those that were dismissed, newest first; none of companies that stand aside."""
    found = CompanySuggestion.objects.select_related("one", "other").filter(
        one__merged_into=None, other__merged_into=None
    )
    if company is not None:
        found = found.filter(Q(one=company) | Q(other=company))
    if dismissed:
        return found.exclude(dismissed_at=None).order_by("-dismissed_at", "-id")
    return found.filter(dismissed_at=None).order_by("-confidence", "-id")


def find_twin(public_id: str) -> CompanySuggestion | None:
    """With both companies at hand; None for a missing or foreign one."""
    found: CompanySuggestion | None = (
        CompanySuggestion.objects.select_related("one", "other").filter(public_id=public_id).first()
    )
    return found


def joins(*, company: Company | None = None) -> QuerySet[CompanyJoin]:
    """Joins in force, newest first, of one company or of all."""
    found = CompanyJoin.objects.select_related("keep", "drop", "by").filter(undone_at=None)
    if company is not None:
        found = found.filter(keep=company)
    return found.order_by("-at", "-id")


def find_join(public_id: str) -> CompanyJoin | None:
    found: CompanyJoin | None = CompanyJoin.objects.select_related("keep", "drop").filter(public_id=public_id).first()
    return found


def people_of_companies(ids: list[int]) -> dict[int, int]:
    """How many people each company has; those without are missing. One statement."""
    return dict(sql.run(PEOPLE, ids=ids).rows)


PEOPLE = """
    SELECT lead.company_id, count(*)::int FROM leads_lead AS lead
     WHERE lead.tenant_id = %(tenant_id)s AND lead.company_id = ANY (%(ids)s::bigint[])
       AND lead.merged_into_id IS NULL
     GROUP BY 1
"""
