"""Through the real doors: HTTP in, a row in the log out; and Segment's own SDK."""

from __future__ import annotations

import asyncio
import json

import pytest
import redis
from segment.analytics.client import Client as Segment

from tests.tracking.collecting import BROWSER, NOW
from tests.tracking.facing import Exchange, rows, wsgi_door
from tracking.actions import drain
from tracking.collector import asgi, wiring
from tracking.collector.keeper import Keeper
from tracking.collector.spool import Spool
from tracking.collector.stream import Streams

pytestmark = pytest.mark.django_db(transaction=True)


PAGE = {"anonymousId": "v1", "messageId": "m1", "context": {"page": {"url": "https://acme.jp/a", "title": "A"}}}


def test_a_post_is_answered_once_it_is_in_the_stream(ask, acme):
    body = PAGE | {"writeKey": acme.workspace.write_key}

    status, headers, answer = ask("POST", "/v1/page", body, content_type="text/plain")

    assert (status, json.loads(answer)) == (200, {"success": True})
    assert headers["access-control-allow-origin"] == "*"
    assert drain(now=NOW).written == 1
    assert rows("SELECT tenant_id, name FROM tracking_event") == [(acme.workspace.pk, 1)]


def test_a_secret_key_is_believed_and_anothers_is_not(ask, acme, globex):
    body = {"userId": "u", "event": "touchpoint_call", "timestamp": "2024-01-05T00:00:00Z"}

    ask("POST", "/v1/track", body, authorization=f"Bearer {acme.api_key}")
    ask("POST", "/v1/track", body, authorization="Bearer ma_" + acme.workspace.code + "_wrong")
    drain(now=NOW)

    assert rows("SELECT tenant_id, name, occurred_at::date::text FROM tracking_event") == [
        (acme.workspace.pk, 21, "2024-01-05")
    ]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("OPTIONS", "/v1/batch", 204),
        ("GET", "/v1/track", 405),
        ("POST", "/v1/nothing", 404),
        ("GET", "/t.js", 200),
        ("POST", "/t.js", 405),
        ("GET", "/leads/", 418),
        ("GET", "/t.jsx", 418),
    ],
)
def test_the_collector_answers_its_own_addresses_and_no_other(ask, method, path, status):
    assert ask(method, path)[0] == status


def test_a_refusal_says_why(ask):
    status, _headers, answer = ask("POST", "/v1/track", {"anonymousId": "v"})

    assert (status, json.loads(answer)) == (400, {"success": False, "error": "body.event: is missing"})


def test_a_body_that_lies_about_its_length_is_refused(ask):
    assert ask("POST", "/v1/batch", b"{}", content_length=str(2 * 1024 * 1024))[0] == 413


def test_the_pixel_is_always_a_gif(ask, acme):
    status, headers, body = ask("GET", f"/t.gif?k={acme.workspace.write_key}&u=https://acme.jp/x%3Futm_source%3Dm&e=")
    unknown = ask("GET", "/t.gif?k=nobody&" + "&".join(f"a{n}=1" for n in range(99)))
    scanner = ask("HEAD", f"/t.gif?k={acme.workspace.write_key}&u=https://acme.jp/x")

    drained = drain(now=NOW)

    assert (status, headers["content-type"], body[:6]) == (200, "image/gif", b"GIF89a")
    assert (unknown[0], scanner[0], scanner[2]) == (200, 200, b"")
    assert drained.written == 2
    assert rows("SELECT verdict, reasons FROM tracking_event WHERE verdict = 1") == [(1, ["method:head"])]
    assert rows("SELECT key FROM tracking_subject") == [("https://acme.jp/x",)]


def test_the_tag_is_cached_by_its_etag(ask):
    _status, headers, _body = ask("GET", "/t.js", accept_encoding="gzip")

    assert headers["cache-control"].startswith("public, max-age=")
    assert headers["content-encoding"] == "gzip"
    assert ask("GET", "/t.js", if_none_match=headers["etag"])[0] == 304


def test_segments_own_sdk_delivers(acme):
    failures: list[object] = []
    with wsgi_door() as port:
        sdk = Segment(
            acme.workspace.write_key,
            host=f"http://127.0.0.1:{port}",
            on_error=lambda error, items: failures.append(error),
            gzip=True,
        )
        sdk.identify("u1", {"email": "tanaka@example.jp"}, anonymous_id="v1")
        sdk.page("u1", "docs", "料金", {"url": "https://acme.jp/price", "title": "料金"}, anonymous_id="v1")
        sdk.track("u1", "Plan Chosen", {"plan": "pro"}, anonymous_id="v1")
        sdk.shutdown()
    drain(now=NOW)

    assert failures == []
    assert rows("SELECT name, verdict FROM tracking_event ORDER BY name") == [(1, 0), (42, 0), (1000, 0)]
    assert rows("SELECT props ->> 'plan' FROM tracking_event WHERE name = 1000") == [("pro",)]
    assert rows("SELECT key FROM tracking_visitor") == [("v1",)]


def test_with_the_stream_away_events_go_to_disk_and_come_back(ask, acme, monkeypatch):
    gone, spool = redis.Redis.from_url("unix:///nowhere/valkey.sock"), Spool(wiring.place().spool)
    monkeypatch.setattr(wiring, "keeper", lambda: Keeper(gone, Streams(), spool))
    status, _headers, _answer = ask("POST", "/v1/page", PAGE | {"writeKey": acme.workspace.write_key})
    monkeypatch.undo()
    while_written = drain(now=NOW).written
    spool.rest(at_once=True)

    assert status == 200
    assert (while_written, drain(now=NOW).written) == (0, 1)


def test_with_neither_stream_nor_disk_nothing_is_promised(ask, acme, scratch, monkeypatch):
    gone = redis.Redis.from_url("unix:///nowhere/valkey.sock")
    monkeypatch.setattr(wiring, "keeper", lambda: Keeper(gone, Streams(), Spool(scratch, most=10)))

    status, headers, _answer = ask("POST", "/v1/page", PAGE | {"writeKey": acme.workspace.write_key})

    assert (status, headers["retry-after"]) == (503, "5")


def test_the_own_process_of_the_collector_keeps_concurrent_posts(acme, monkeypatch):
    monkeypatch.setattr(asgi, "_door", None)
    key = acme.workspace.write_key
    posts = [
        Exchange(
            "POST",
            "/v1/track",
            json.dumps({"event": "x", "messageId": f"m{n}", "anonymousId": "v", "writeKey": key}).encode(),
            {"user-agent": BROWSER},
        )
        for n in range(50)
    ]

    async def all_at_once() -> None:
        await asyncio.gather(*(asgi.rsgi(post, post) for post in posts))
        asgi.door().outbox.close()

    asyncio.run(all_at_once())

    assert {post.status for post in posts} == {200}
    assert drain(now=NOW).written == 50
