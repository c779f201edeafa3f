"""Tracking as Django views: the collector's own reading and checks with an append a hit, and an INSERT a hit."""

from __future__ import annotations

import time
from functools import cache

import orjson
from django.http import HttpRequest, HttpResponse
from django.urls import path

from ma_platform import clock
from ma_platform.tenancy.models import Workspace
from ma_platform.tenancy.scope import tenant_scope
from tracking.catalogue import Event as Names
from tracking.collector import wiring
from tracking.collector.core import known_sender
from tracking.collector.messages import message_uuid
from tracking.collector.request import Request
from tracking.models import Event


def healthy(_request: HttpRequest) -> HttpResponse:
    """For those who wait for the server."""
    return answered()


def stream(request: HttpRequest) -> HttpResponse:
    """A page view to the stream."""
    at, core = time.monotonic(), wiring.core()
    asked = Request("/v1/page", {"user-agent": request.headers.get("User-Agent", "")}, request.body)
    posted = core.read(asked, at=at)
    sender, _unsure = known_sender(core.keys, posted.key, at=at)
    wiring.keeper().keep(core.entries(asked, posted, sender, now=clock.now(), at=at))
    return answered()


def insert(request: HttpRequest) -> HttpResponse:
    """A page view to the table."""
    body, now = orjson.loads(request.body), clock.now()
    tenant_id = tenant_of(body["writeKey"])
    with tenant_scope(tenant_id):
        Event.objects.create(
            tenant_id=tenant_id,
            id=message_uuid(body["messageId"]),
            name=Names.PAGE_VIEWED,
            visitor_id=hash(body["anonymousId"]) % 2**62,
            occurred_at=now,
            received_at=now,
            props={"page": body["context"]["page"]},
        )
    return answered()


def answered() -> HttpResponse:
    """Two bytes whose number is told, as Django's own middleware would."""
    return HttpResponse("{}", content_type="application/json", headers={"Content-Length": "2"})


@cache
def tenant_of(key: str) -> int:
    return Workspace.objects.get(write_key=key).pk


urlpatterns = [path("healthz", healthy), path("naive/stream", stream), path("naive/insert", insert)]
