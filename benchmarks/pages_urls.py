"""The product's paths and the no-op that the list page is measured against."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import path

from ma_platform.tenancy.permissions import Capability, requires
from ma_platform.tenancy.requests import MemberRequest
from ma_platform.urls import urlpatterns as product


@requires(Capability.VIEW_LEADS)
def noop(request: MemberRequest) -> HttpResponse:
    """Session, membership, tenant's transaction, and nothing else."""
    return HttpResponse("ok")


urlpatterns = [*product, path("bench/noop", noop)]
