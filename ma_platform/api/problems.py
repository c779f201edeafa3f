"""Errors as RFC 9457 problem+json with a `code` and per-field `errors`."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, JsonResponse
from rest_framework import exceptions
from rest_framework.views import set_rollback

from ma_platform.db.passing import RETRY_AFTER, is_passing
from ma_platform.errors import DomainError, Refused

TITLES = {
    400: "Bad request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not found",
    405: "Method not allowed",
    409: "Conflict",
    413: "Payload too large",
    415: "Unsupported media type",
    422: "Unprocessable content",
    429: "Too many requests",
    503: "Service unavailable",
}


def problem(
    status: int, code: str, detail: str = "", *, errors: object = None, headers: dict[str, str] | None = None
) -> HttpResponse:
    """The one shape of an error."""
    body: dict[str, object] = {
        "type": "about:blank",
        "title": TITLES.get(status, "Error"),
        "status": status,
        "code": code,
    }
    if detail:
        body["detail"] = detail
    if errors is not None:
        body["errors"] = errors
    return JsonResponse(body, status=status, content_type="application/problem+json", headers=headers)


def busy() -> HttpResponse:
    """The answer to a request whose failure passes by itself."""
    detail = "Another change was in the way, or this took too long. Nothing was written; try again."
    return problem(503, "busy", detail, headers=RETRY_AFTER)


def problem_handler(error: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """DRF's exception hook; an unknown exception is left to the 500 handler."""
    set_rollback()
    match error:
        case _ if is_passing(error):
            return busy()
        case Refused():
            return problem(422, error.code, str(error), errors=error.errors)
        case DomainError():
            return problem(error.status, error.code, str(error))
        case exceptions.ValidationError():
            return problem(422, "invalid", "Some fields are not acceptable.", errors=error.detail)
        case Http404() | exceptions.NotFound():
            return problem(404, "not_found")
        case PermissionDenied() | exceptions.PermissionDenied():
            return problem(403, "forbidden", "This key lacks the needed scope.")
        case exceptions.APIException():
            return problem(error.status_code, str(error.default_code), str(error.detail))
    return None
