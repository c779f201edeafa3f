"""Merges in force: who stands aside for whom."""

from __future__ import annotations

from django.db.models import QuerySet

from leads.models import Lead, Merge


def merges_of(lead: Lead) -> QuerySet[Merge]:
    """Everybody who stands aside for this person today, also by way of another; the latest first. Rows that are only a
    further address are nobody."""
    found = Merge.objects.filter(undone_at=None, drop__merged_into=lead, address_source="")
    return found.select_related("drop__company", "keep", "by").order_by("-at", "-id")


def find_merge(lead: Lead, *, drop: str = "", merge: str = "") -> Merge | None:
    """The merge in force by the one who stands aside for `lead`, or by its own id."""
    found = merges_of(lead)
    named: Merge | None = (found.filter(drop__public_id=drop) if drop else found.filter(public_id=merge)).first()
    return named
