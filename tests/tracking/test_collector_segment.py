"""Segment's SDKs with another host: the addresses they post to, and the screens of their apps."""

from __future__ import annotations

import json

import pytest

from ma_platform.db import sql
from ma_platform.tenancy.scope import system_scope
from tests.tracking.collecting import NOW, fields, send
from tests.tracking.facing import both_doors
from tracking.actions import drain
from tracking.catalogue import Event

ADDRESSES = [
    ("t", {"event": "x"}),
    ("p", {}),
    ("s", {}),
    ("screen", {}),
    ("i", {"userId": "u"}),
    ("g", {"groupId": "g"}),
    ("a", {"previousId": "v", "userId": "u"}),
    ("b", {"batch": [{"type": "page"}]}),
    ("import", {"batch": [{"type": "screen", "name": "Home"}]}),
]


@both_doors
@pytest.mark.django_db(transaction=True)
def test_the_addresses_of_segments_own_sdks_are_ours(ask, acme):
    key = {"writeKey": acme.workspace.write_key}

    answers = [ask("POST", f"/v1/{name}", body | key, content_type="text/plain")[0] for name, body in ADDRESSES]
    asked_before = ask("OPTIONS", "/v1/t")[1]["access-control-allow-headers"]

    assert answers == [200] * len(ADDRESSES)
    assert "x-retry-count" in asked_before.split(", ")
    assert drain(now=NOW).written == len(ADDRESSES)
    with system_scope():
        found = sql.run("SELECT name, count(*) FROM tracking_event GROUP BY 1 ORDER BY 1").rows
    assert found == [(1, 5), (42, 2), (43, 1), (1000, 1)]


def test_a_batch_by_its_short_name_is_as_large_and_told_alike():
    body = {"batch": [{"type": "track", "event": "x", "properties": {"a": "y" * 8_000}}] * 20}

    assert len(json.dumps(body)) > 64 * 1024
    assert len(send("/v1/b", body)) == 20


APP = {"app": {"name": "Acme Shop", "namespace": "jp.acme.shop", "version": "1.2"}}


@pytest.mark.parametrize(
    ("message", "key", "title"),
    [
        ({"name": "料金", "context": APP}, "app:jp.acme.shop/料金", "料金"),
        ({"name": "Home", "context": {"app": {"name": "Acme Shop"}}}, "app:Acme Shop/Home", "Home"),
        ({"properties": {"name": "Home"}}, "app:Home", "Home"),
        ({"name": "料金", "properties": {"url": "https://acme.jp/price?x=1"}}, "https://acme.jp/price", "料金"),
        ({"context": APP}, None, None),
    ],
)
def test_a_screen_is_a_page_of_the_app(message, key, title):
    kept = fields(send("/v1/batch", {"batch": [{"type": "screen", "anonymousId": "v", **message}]})[0])

    assert kept["name"] == str(int(Event.PAGE_VIEWED))
    assert (kept["key"], kept["subject_name"]) == (key, title)
    if key and key.startswith("app:"):
        assert (kept["kind"], kept["host"], kept["path"], kept["source"]) == ("page", None, key, {"channel": "direct"})


def test_a_screen_keeps_what_it_says_and_what_brought_the_visitor():
    screen = {
        "anonymousId": "v1",
        "name": "Home",
        "properties": {"variation": "blue"},
        "context": {"campaign": {"source": "g", "name": "s"}},
    }

    kept = fields(send("/v1/screen", screen)[0])

    assert kept["props"] == {"variation": "blue"}
    assert kept["source"] == {"utm_source": "g", "utm_campaign": "s", "channel": "campaign"}
