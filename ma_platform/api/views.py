"""Base of every API view: capabilities per method, checked before anything else."""

from __future__ import annotations

from typing import Any, ClassVar, cast

from rest_framework.exceptions import MethodNotAllowed, PermissionDenied
from rest_framework.request import Request
from rest_framework.views import APIView

from ma_platform.tenancy.models import ApiKey
from ma_platform.tenancy.permissions import Capability
from ma_platform.tenancy.requests import KeyRequest


class ApiView(APIView):
    """Subclasses name the capability of each method they answer; a method without one is not answered."""

    capabilities: ClassVar[dict[str, Capability]] = {}

    @property
    def key(self) -> ApiKey:
        """The key that is calling (put there by the API door)."""
        return cast(KeyRequest, self.request._request).api_key

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        needed = self.capabilities.get("GET" if request.method == "HEAD" else str(request.method))
        if request.method == "OPTIONS":
            return
        if needed is None:
            raise MethodNotAllowed(str(request.method))
        if needed not in self.key.capabilities:
            raise PermissionDenied()
