"""Where the pages about people are, by their public names: the room above is not imported."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse

from ma_platform.tenancy.permissions import Capability


def people_href(request: HttpRequest) -> str:
    """The list of people; "" for members who may not see it."""
    return reverse("leads:list") if Capability.VIEW_LEADS in getattr(request, "can", ()) else ""


def exclusions_href(request: HttpRequest) -> str:
    """The list of those reports leave out; "" for members who may not see it."""
    return reverse("leads:exclusions") if Capability.VIEW_LEADS in getattr(request, "can", ()) else ""
