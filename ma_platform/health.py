"""`/healthz`: the process answers. `/readyz`: everything it needs answers, with figures."""

from __future__ import annotations

from collections.abc import Callable

import redis
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from ma_platform.connections import redis_url
from ma_platform.db import sql
from ma_platform.env import ENV

Probe = Callable[[], dict[str, object]]
_probes: dict[str, Probe] = {}


def probe(name: str) -> Callable[[Probe], Probe]:
    """A room's line on `/readyz`: returns figures, with `"ok": bool`; raising means not ok."""

    def register(check: Probe) -> Probe:
        _probes[name] = check
        return check

    return register


@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"ok": True})


@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    checks = {name: _ask(check) for name, check in _probes.items()}
    ok = all(check.get("ok", False) for check in checks.values())
    return JsonResponse({"ok": ok, "checks": checks}, status=200 if ok else 503)


def _ask(check: Probe) -> dict[str, object]:
    try:
        return {"ok": True, **check()}
    except (DatabaseError, InterfaceError, redis.RedisError, OSError) as error:
        return {"ok": False, "error": type(error).__name__}


@probe("database")
def database() -> dict[str, object]:
    return {"ok": sql.run("SELECT 1").value() == 1}


@probe("stream")
def stream() -> dict[str, object]:
    return {"ok": bool(redis.Redis.from_url(redis_url(ENV), socket_timeout=2).ping())}
