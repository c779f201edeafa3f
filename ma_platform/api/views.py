"""Base of every API view: capabilities per method, checked before anything else."""

from __future__ import annotations

from typing import Any, ClassVar, cast

from rest_framework.exceptions import MethodNotAllowed, PermissionDenied
from rest_framework.request import Request
from rest_framework.views import APIView

from conditions import ConditionRefused
from ma_platform.tenancy.models import ApiKey
from ma_platform.tenancy.permissions import OF_THE_WHOLE, Capability
from ma_platform.tenancy.reach import current_reach
from ma_platform.tenancy.requests import KeyRequest
from ma_platform.tenancy.veil import withheld


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
        if needed not in self.key.capabilities or (current_reach() is not None and needed in OF_THE_WHOLE):
            raise PermissionDenied()
        if (hidden := withheld()) and request.method in ("POST", "PUT", "PATCH"):
            _refuse_asking(request.data, hidden)


def _refuse_asking(body: Any, hidden: frozenset[str]) -> None:  # Any: JSON, or a form
    """A condition about a field this key may not see, wherever in a document it stands, would tell of it."""
    waiting = [body]
    while waiting:
        match waiting.pop():
            case dict() as members:
                if (word := members.get("field")) and isinstance(word, str) and word in hidden:
                    raise ConditionRefused("withheld", path="", field=word)
                waiting += members.values()
            case list() as items:
                waiting += items
