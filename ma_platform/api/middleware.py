"""Entrance three: `/api/v1/` by bearer key. Key → limit → scope → idempotency → view."""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable
from datetime import timedelta
from functools import lru_cache, partial
from typing import Any

import redis
from django.core.exceptions import SuspiciousOperation
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from limits import RateLimitItemPerMinute
from limits.storage import storage_from_string
from limits.strategies import SlidingWindowCounterRateLimiter

from ma_platform import clock
from ma_platform.api.models import KEEP_ANSWERS, IdempotentAnswer
from ma_platform.api.problems import problem
from ma_platform.connections import limits_url
from ma_platform.db import sql
from ma_platform.env import ENV
from ma_platform.tenancy import veil
from ma_platform.tenancy.keys import hash_key
from ma_platform.tenancy.middleware import in_scope
from ma_platform.tenancy.models import ApiKey, Workspace
from ma_platform.tenancy.reach import current_reach, reach_of_key
from ma_platform.tenancy.scope import tenant_scope

PREFIX = "/api/v1/"
OPEN = (f"{PREFIX}schema", f"{PREFIX}docs")  # the only two that nobody needs a key for
BODY_LIMIT = 1024 * 1024
LARGE_BODIES = (f"{PREFIX}imports",)
PER_MINUTE = RateLimitItemPerMinute(600)
USED_AT_STEP = timedelta(minutes=1)
PROBLEMS = ("application/problem+json", "application/json")

log = logging.getLogger(__name__)


@lru_cache(maxsize=1)
def _limiter() -> SlidingWindowCounterRateLimiter:
    return SlidingWindowCounterRateLimiter(storage_from_string(limits_url(ENV)))


class ApiMiddleware:
    """Serves only paths under the API; everything else passes through untouched."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(PREFIX) or request.path.rstrip("/") in OPEN:
            return self.get_response(request)
        if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            return problem(422, "invalid", "The address contains a NUL character, which no text of ours holds.")
        if _length(request) > BODY_LIMIT and not (request.path.startswith(LARGE_BODIES) and _is_form(request)):
            return problem(413, "body_too_large", "A body holds at most 1 MB.")
        workspace, key = _authenticate(request)
        if workspace is None or key is None:
            return problem(401, "unauthorized", headers={"WWW-Authenticate": "Bearer"})
        request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined]  # no cookie is looked at here
        request.api_key, request.workspace = key, workspace  # type: ignore[attr-defined]
        return _limited(key, lambda: _as_problem(self._answer(workspace, key, request)))

    def _answer(self, workspace: Workspace, key: ApiKey, request: HttpRequest) -> HttpResponse:
        name = request.headers.get("Idempotency-Key", "")
        if _is_form(request) and not _has_arrived(request):
            return problem(400, "bad_request", "The form cannot be read.")
        if not name or request.method in ("GET", "HEAD", "OPTIONS"):
            return in_scope(workspace, request, self.get_response, reach=lambda: reach_of_key(key))
        if len(name) > 200:
            return problem(422, "idempotency_key_too_long")
        return _once(workspace, key, request, self.get_response)


def _length(request: HttpRequest) -> int:
    raw = request.META.get("CONTENT_LENGTH") or "0"
    return int(raw) if raw.isdecimal() else BODY_LIMIT + 1


def _is_form(request: HttpRequest) -> bool:
    return request.content_type == "multipart/form-data"


def _has_arrived(request: HttpRequest) -> bool:
    """Take a form in, files and all, before a transaction waits for them; False when it is broken."""
    try:
        request.POST  # noqa: B018 - reads it
    except (MultiPartParserError, SuspiciousOperation):
        return False
    return True


def _authenticate(request: HttpRequest) -> tuple[Workspace | None, ApiKey | None]:
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    parts = secret.strip().split("_", 2)
    if scheme.lower() != "bearer" or len(parts) != 3 or parts[0] != "ma" or not parts[1].isalnum():
        return None, None
    workspace = Workspace.objects.filter(code=parts[1], closed_at=None).first()
    if workspace is None:
        return None, None
    now = clock.now()
    with tenant_scope(workspace):
        key = ApiKey.objects.filter(secret_hash=hash_key(secret.strip()), revoked_at=None).first()
        if key is not None and (key.last_used_at is None or now - key.last_used_at > USED_AT_STEP):
            ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)
    return workspace, key


def _as_problem(response: HttpResponse) -> HttpResponse:
    """An error page of Django (no such path, a crash) in the API's own shape."""
    if response.status_code < 400 or response.headers.get("Content-Type", "").startswith(PROBLEMS):
        return response
    return problem(response.status_code, CODES.get(response.status_code, "error"))


CODES = {400: "bad_request", 404: "not_found", 500: "internal_error"}


def _limited(key: ApiKey, answer: Callable[[], HttpResponse]) -> HttpResponse:
    """600 a minute per key; every answer says how many are left. Without Valkey there is no count, and no limit."""
    try:
        allowed = _limiter().hit(PER_MINUTE, "api", str(key.pk))
        window = _limiter().get_window_stats(PER_MINUTE, "api", str(key.pk))
    except redis.RedisError as error:
        log.warning("no rate limit: %s", error)
        return answer()
    wait = str(max(1, int(window.reset_time - time.time()) + 1))
    response = answer() if allowed else problem(429, "rate_limited", headers={"Retry-After": wait})
    response["RateLimit-Limit"] = str(PER_MINUTE.amount)
    response["RateLimit-Remaining"] = str(window.remaining)
    response["RateLimit-Reset"] = wait
    return response


def _once(
    workspace: Workspace, key: ApiKey, request: HttpRequest, get_response: Callable[[HttpRequest], HttpResponse]
) -> HttpResponse:
    """Run a write at most once per key: same body, same answer; other body or other sight, 422; still running, 409."""
    name = f"{key.pk}:{request.headers['Idempotency-Key']}"
    try:
        first = partial(_first_time, name, get_response=get_response)
        return in_scope(workspace, request, first, reach=lambda: reach_of_key(key))
    except _InFlight:
        return problem(409, "in_flight", "The first request with this key is still running.")
    except _SeenBefore as seen:
        digest = seen.digest
    with tenant_scope(workspace):
        kept = IdempotentAnswer.objects.filter(key=name).first()
    if kept is None or kept.request_hash != digest:
        return problem(422, "idempotency_key_reused", "This key was used for another request.")
    return HttpResponse(
        kept.body, status=kept.status, content_type="application/json", headers={"Idempotent-Replay": "true"}
    )


class _SeenBefore(Exception):
    """The key exists already (a unique constraint decided). `digest`: of the request that came with it now."""

    def __init__(self, digest: str) -> None:
        super().__init__(digest)
        self.digest = digest


class _InFlight(Exception):
    """Another request holds the key's lock; it ends with that request's transaction."""


# A second insert of the same key would wait for the first request to end; the lock tells at once.
CLAIM = "SELECT pg_try_advisory_xact_lock(hashtextextended('idempotency:' || %(tenant_id)s || ':' || %(name)s, 0))"


def _digest(request: HttpRequest) -> str:
    """What the request is, and what its key may see now: an answer is not told again to one that sees less."""
    body = _form_digest(request) if _is_form(request) else request.body
    parts = [str(request.method).encode(), request.get_full_path().encode(), body]
    reach, withheld = current_reach(), sorted(veil.withheld())
    if reach is not None or withheld:
        parts += [repr(reach).encode(), " ".join(withheld).encode()]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _form_digest(request: HttpRequest) -> bytes:
    """Of fields and files alone: the boundary between them is another with every try."""
    files = [(name, one.name, _file_digest(one)) for name, sent in request.FILES.lists() for one in sent]
    return repr((list(request.POST.lists()), files)).encode()


def _file_digest(file: UploadedFile[Any]) -> str:  # Any: bytes or text, as the stubs have it
    digest = hashlib.sha256()
    for block in file.chunks():
        digest.update(block)
    file.seek(0)
    return digest.hexdigest()


def _first_time(name: str, request: HttpRequest, get_response: Callable[[HttpRequest], HttpResponse]) -> HttpResponse:
    now, digest = clock.now(), _digest(request)
    if not sql.run(CLAIM, name=name).value():
        raise _InFlight
    IdempotentAnswer.objects.filter(key=name, created_at__lt=now - KEEP_ANSWERS).delete()
    try:
        with transaction.atomic():
            kept = IdempotentAnswer.objects.create(key=name, request_hash=digest, created_at=now)
    except IntegrityError as error:
        raise _SeenBefore(digest) from error
    response = get_response(request)
    if hasattr(response, "render") and not getattr(response, "is_rendered", True):
        response = response.render()
    if response.status_code < 400:  # a refusal keeps nothing, and may be corrected under its key
        body = response.content.decode("utf-8", "replace")
        IdempotentAnswer.objects.filter(pk=kept.pk).update(status=response.status_code, body=body)
    return response
