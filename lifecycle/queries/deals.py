"""Deals, last changed first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import Q

from leads.models import Lead
from lifecycle.models import Deal, DealLead

PAGE = 50


def find_deal(public_id: str) -> Deal | None:
    """The deal with this id."""
    found: Deal | None = Deal.objects.filter(public_id=public_id).select_related("company").first()
    return found


def deals_of(lead_id: int) -> list[Deal]:
    """A lead's deals, last changed first."""
    mine = DealLead.objects.filter(lead_id=lead_id).values("deal_id")
    return list(Deal.objects.filter(id__in=mine).select_related("company").order_by("-updated_at", "-id")[:50])


def deal_page(
    *, status: str = "", after: tuple[datetime, int] | None = None, limit: int = PAGE, **exact: str
) -> Sequence[Deal]:
    """Up to `limit` + 1 deals after the given position; `exact` narrows by column."""
    rows = Deal.objects.select_related("company").filter(**exact)
    if status:
        rows = rows.filter(status=status)
    if after is not None:
        moment, number = after
        rows = rows.filter(Q(updated_at__lt=moment) | Q(updated_at=moment, id__lt=number))
    return list(rows.order_by("-updated_at", "-id")[: limit + 1])


def deal_json(deals: Iterable[Deal]) -> list[dict[str, object]]:
    """The API's shape of deals. One query for their people."""
    rows = list(deals)
    people: dict[int, list[str]] = {}
    named = DealLead.objects.filter(deal_id__in=[deal.pk for deal in rows]).order_by("id")
    for deal_id, public_id in named.values_list("deal_id", "lead__public_id"):
        people.setdefault(deal_id, []).append(public_id)
    return [_shape(deal, people.get(deal.pk, [])) for deal in rows]


def _shape(deal: Deal, leads: list[str]) -> dict[str, object]:
    return {
        "id": deal.public_id,
        "external_id": deal.external_id,
        "name": deal.name,
        "company": {"id": deal.company.public_id, "name": deal.company.name} if deal.company else None,
        "leads": leads,
        "amount": str(deal.amount) if deal.amount is not None else None,
        "currency": deal.currency,
        "stage": deal.stage,
        "status": deal.status,
        "lost_reason": deal.lost_reason,
        "closed_at": deal.closed_at,
        "products": deal.products,
        "created_at": deal.created_at,
        "updated_at": deal.updated_at,
    }


def people_of(deal: Deal) -> list[Lead]:
    """The people of a deal."""
    return list(Lead.objects.filter(id__in=DealLead.objects.filter(deal=deal).values("lead_id")).order_by("id"))
