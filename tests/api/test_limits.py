"""600 requests a minute per key, counted where every process sees it."""

from __future__ import annotations

from django.test import Client

from ma_platform.api.middleware import PER_MINUTE, _limiter
from ma_platform.tenancy.models import ApiKey
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from tests.api.conftest import Send


def use_up(made: NewWorkspace, count: int) -> None:
    with tenant_scope(made.workspace):
        key = ApiKey.objects.get()
    _limiter().hit(PER_MINUTE, "api", str(key.pk), cost=count)


def test_every_answer_says_how_many_are_left(acme, call: Send):
    first, second = call("GET", "tags"), call("GET", "nothing-here")

    assert (first.headers["RateLimit-Limit"], first.headers["RateLimit-Remaining"]) == ("600", "599")
    assert second.headers["RateLimit-Remaining"] == "598"
    assert 1 <= int(first.headers["RateLimit-Reset"]) <= 61


def test_the_601st_is_turned_away_with_a_time(acme, call: Send):
    use_up(acme, 599)

    last, over = call("GET", "tags"), call("POST", "leads", {"email": "a@client.example"})

    assert (last.status_code, last.headers["RateLimit-Remaining"]) == (200, "0")
    assert (over.status_code, over.json()["code"]) == (429, "rate_limited")
    assert 1 <= int(over.headers["Retry-After"]) <= 61


def test_another_key_is_not_slowed(acme, globex, call: Send):
    use_up(acme, 600)

    answer = Client(headers={"authorization": f"Bearer {globex.api_key}"}).get("/api/v1/tags")

    assert answer.status_code == 200
