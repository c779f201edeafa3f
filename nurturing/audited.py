"""What the audit log calls the things of this room."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.urls import reverse
from django.utils.translation import get_language

from ma_platform.audit.naming import Named, names
from nurturing.models import Flow


@names("flw")
def flows(subjects: Collection[str]) -> Mapping[str, Named]:
    """By the name in the reader's language."""
    found, language = Flow.objects.filter(public_id__in=subjects), get_language() or "ja"
    return {one.public_id: Named(one.name(language), reverse("nurturing:flow", args=[one.public_id])) for one in found}
