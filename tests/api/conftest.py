"""Asks the API as acme's key does."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, cast

import pytest
from django.db import connections
from django.http import HttpResponse
from django.test import Client

Send = Callable[..., HttpResponse]


def send(client: Client, method: str, path: str, body: Any = None, **headers: str) -> HttpResponse:  # Any: JSON
    """A JSON request; a text is sent as it is; header names in snake case."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    sent = body if isinstance(body, str) else "" if body is None else json.dumps(body)
    answer: Any = client.generic(method, f"/api/v1/{path}", sent, content_type="application/json", headers=named)
    return cast(HttpResponse, answer)


@pytest.fixture
def call(api: Client) -> Send:
    """`call("POST", "leads", {…}, idempotency_key="…")`"""

    def calling(method: str, path: str, body: Any = None, **headers: str) -> HttpResponse:  # Any: JSON
        return send(api, method, path, body, **headers)

    return calling


def in_thread(work: Callable[[], HttpResponse]) -> HttpResponse:
    """Run with a database connection of this thread's own, closed at the end."""
    try:
        return work()
    finally:
        connections.close_all()
