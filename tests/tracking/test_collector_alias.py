"""`alias` through the door: what its `previousId` may speak for with a public key, and with a secret one."""

from __future__ import annotations

import pytest

from leads.proofs import user_hash
from ma_platform.db import sql
from ma_platform.tenancy.queries import settings_of
from ma_platform.tenancy.scope import tenant_scope
from tests.tracking.collecting import NOW
from tests.tracking.facing import Ask
from tracking.actions import drain, run_consumers

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def account(ask: Ask, acme) -> int:
    """The person whom the customer's own server calls 42."""
    body = {"userId": "42", "traits": {"email": "owner@x.example"}}
    ask("POST", "/v1/identify", body, authorization=f"Bearer {acme.api_key}")
    taken_in()
    return browsers(acme)["user:42"]


def taken_in() -> None:
    drain(now=NOW)
    run_consumers(now=NOW)


def browsers(acme) -> dict[str, int | None]:
    """Person by browser."""
    with tenant_scope(acme.workspace):
        return dict(sql.run("SELECT key, lead_id FROM tracking_visitor").rows)


def signed(acme, user_id: str) -> dict[str, str]:
    """What somebody with an account of their own can prove."""
    with tenant_scope(acme.workspace):
        return {"userHash": user_hash(settings_of().identify_secret, user_id)}


@pytest.mark.parametrize("previous", ["user:42", " user:42\n", "user:\u000042", "claimed:42"])
def test_a_public_key_cannot_move_an_account_to_another_person(ask, acme, account, previous):
    body = {"previousId": previous, "userId": "77", "context": signed(acme, "77")}

    ask("POST", "/v1/alias", body | {"writeKey": acme.workspace.write_key})
    ask("POST", "/v1/a", body | {"writeKey": acme.workspace.write_key, "anonymousId": " "})
    taken_in()

    assert browsers(acme) == {"user:42": account, "claimed:42": None}
    with tenant_scope(acme.workspace):
        assert sql.run(
            "SELECT count(*) FROM tracking_event WHERE name = 42 AND lead_id = %(id)s", id=account
        ).one() == (1,)


def test_a_secret_key_joins_an_account_and_a_browser_to_the_person(ask, acme, account):
    for previous in ("user:42", "browser-one"):
        ask("POST", "/v1/alias", {"previousId": previous, "userId": "77"}, authorization=f"Bearer {acme.api_key}")
    taken_in()

    found = browsers(acme)
    assert found["browser-one"] is not None
    assert found["user:42"] == found["browser-one"] != account


def test_ones_own_browser_follows_to_the_account_that_one_can_prove(ask, acme):
    body = {"previousId": "browser-one", "userId": "77", "writeKey": acme.workspace.write_key}

    ask("POST", "/v1/alias", body)
    taken_in()
    before = browsers(acme)
    ask("POST", "/v1/alias", body | {"context": signed(acme, "77")})
    taken_in()

    assert before == {"browser-one": None}
    assert browsers(acme)["browser-one"] is not None


def test_a_long_id_is_hashed_and_not_cut_and_stays_what_it_is(ask, acme):
    one, other = "b" * 200, "b" * 199 + "c"
    for message in ({"previousId": one}, {"previousId": other}, {"previousId": f"user:{one}"}):
        ask("POST", "/v1/alias", {**message, "userId": "7", "writeKey": acme.workspace.write_key})
    ask("POST", "/v1/track", {"anonymousId": one, "event": "x", "writeKey": acme.workspace.write_key})
    ask("POST", "/v1/track", {"userId": one, "event": "x"}, authorization=f"Bearer {acme.api_key}")
    taken_in()

    found = sorted(browsers(acme), key=len)
    assert [len(key) for key in found] == [32, 32, len("user:") + 32, len("claimed:") + 32]
    assert [found[2][:5], found[3][:8]] == ["user:", "claimed:"]
