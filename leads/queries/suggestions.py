"""Pairs of leads who may be one person, side by side."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from leads.models import Suggestion


def suggestions(*, dismissed: bool = False, lead_id: int | None = None) -> QuerySet[Suggestion]:
    """Open ones, surest first, with both people and their companies; or those that were dismissed, newest first."""
    found = Suggestion.objects.select_related("one__company", "other__company")
    found = found.filter(one__merged_into=None, other__merged_into=None)
    if lead_id is not None:
        found = found.filter(Q(one_id=lead_id) | Q(other_id=lead_id))
    if dismissed:
        return found.exclude(dismissed_at=None).order_by("-dismissed_at", "-id")
    return found.filter(dismissed_at=None).order_by("-confidence", "-id")


def find_suggestion(public_id: str) -> Suggestion | None:
    found: Suggestion | None = Suggestion.objects.filter(public_id=public_id).first()
    return found
