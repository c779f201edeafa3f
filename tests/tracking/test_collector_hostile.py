"""What strangers may send: through both doors a clear answer, all of a batch or nothing of it, never a 500."""

from __future__ import annotations

import gzip
import json

import orjson
import pytest

from ma_platform.db import sql
from ma_platform.tenancy.scope import system_scope
from tests.tracking.collecting import NOW, fields, send
from tests.tracking.facing import both_doors
from tracking.actions import drain
from tracking.collector.refusal import Refusal

DEEP = b'{"event": "x", "properties": ' + b'{"a":' * 400 + b"1" + b"}" * 400 + b"}"
CASES = [
    ("twins", b'{"event": "x", "event": "y"}', 400, "'event' appears twice"),
    ("twins with white space", b'{"event": "x", "a" : 1, "b": {"c":1,"c"\n:2}}', 400, "'c' appears twice"),
    ("twins by escape", b'{"event": "x", "\\u0065vent": "y"}', 400, "'event' appears twice"),
    ("twins after NUL", b'{"event": "x", "event\\u0000": "y"}', 400, "'event' appears twice"),
    ("twins in a list", b'{"event": "x", "l": [1, {"a": 1, "a": 1}]}', 400, "'a' appears twice"),
    ("NaN", b'{"event": "x", "n": NaN}', 400, "not JSON"),
    ("Infinity", b'{"event": "x", "n": -Infinity}', 400, "not JSON"),
    ("2^63", b'{"event": "x", "n": 9223372036854775808}', 400, "body: a number beyond 2^63"),
    ("googol", b'{"event": "x", "n": [1e100]}', 400, "body: a number beyond 2^63"),
    ("5000 digits", b'{"event": "x", "n": ' + b"9" * 5000 + b"}", 400, ""),
    ("too large a float", b'{"event": "x", "n": 1e999}', 400, ""),
    ("a surrogate", b'{"event": "\\udc00"}', 400, "not JSON"),
    ("invalid UTF-8", b'{"event": "\xc3\x28"}', 400, "not JSON"),
    ("overlong UTF-8", b'{"event": "\xc0\x80"}', 400, "not JSON"),
    ("UTF-16", '{"event": "x"}'.encode("utf-16"), 400, "not JSON"),
    ("a raw NUL", b'{"event": "x\x00"}', 400, "not JSON"),
    ("deep", DEEP, 400, "nested deeper than 5"),
    ("very deep", b"[" * 60_000, 400, "not JSON"),
    ("deep with NUL", DEEP.replace(b'"x"', b'"\\u0000"'), 400, "nested deeper than 5"),
    ("nothing", b"", 400, "not JSON"),
    ("a form", b"event=x&a=b", 400, "not JSON"),
    ("two objects", b"{}{}", 400, "not JSON"),
    ("a comment", b'{"event": "x"} // hello', 400, "not JSON"),
    ("an object as name", b'{"event": {"$ne": 1}}', 400, "body.event: must be a text"),
]
TAKEN = [
    ("proto", b'{"event": "x", "properties": {"__proto__": {"a": 1}, "constructor": 2}}'),
    ("emoji", json.dumps({"event": "x", "properties": {"e": "\U0001f600" * 2048}}).encode()),
    ("bidi", '{"event": "x", "properties": {"t": "\u202eexe.pdf"}}'.encode()),
    ("NUL", b'{"event": "x\\u0000y", "anonymousId": "a\\u0000", "properties": {"a\\u0000": "b\\u0000"}}'),
    ("script", b'{"event": "<script>alert(1)</script>", "properties": {"t": "\\\\N\\t\\r\\n"}}'),
    ("spaced out", b'{ "event" :\n "x" , "properties" : { "a" : "\\" : \\"" } }'),
    ("the largest number", b'{"event": "x", "n": 9223372036854775807, "m": -9223372036854775808, "t": true}'),
    ("colons", b'{"event": "x", "properties": {"a": "\\":", "b": ":\\":", ":": "\\" "}}'),
]


@pytest.mark.parametrize(("body", "status", "reason"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_what_cannot_be_read_is_refused_with_its_reason(body, status, reason):
    with pytest.raises(Refusal) as refusal:
        send("/v1/track", body)

    assert refusal.value.status == status
    assert reason in refusal.value.reason


@pytest.mark.parametrize("body", [case[1] for case in TAKEN], ids=[case[0] for case in TAKEN])
def test_what_is_strange_but_whole_is_kept(body):
    (entry,) = send("/v1/track", body)

    assert b"\x00" not in entry.line
    assert fields(entry)["custom"]


def test_one_bad_message_refuses_its_whole_batch_and_is_named():
    batch = {"batch": [{"type": "track", "event": "x"}] * 9 + [{"type": "track", "event": "x", "n": 2**63}]}

    with pytest.raises(Refusal, match=r"batch\[9\]: a number beyond") as refusal:
        send("/v1/batch", batch)

    assert refusal.value.status == 400


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'{"batch": [{"type": "track", "event": "x"}], "batch": []}', "batch: must be a list"),
        (b'{"batch": [], "batch": [{"type": "track", "event": "x"}]}', "'batch' appears twice"),
        (b'{"batch": [{"type": "track", "event": "x", "type": "page"}]}', "'type' appears twice"),
        (b'{"context": {"a": 1, "a": 2}, "batch": [{"type": "page"}]}', "'a' appears twice"),
    ],
)
def test_a_key_given_twice_in_a_batch_is_refused(body, reason):
    with pytest.raises(Refusal) as refusal:
        send("/v1/batch", body)

    assert reason in refusal.value.reason


@pytest.mark.parametrize("space", ["", " ", "\n"])
def test_the_slow_look_for_twins_agrees_with_the_fast_one(space):
    body = f'{{"event":"a\\":b","properties":{{"x"{space}:1,"y"{space}:{{"x"{space}:"z"}}}}}}'.encode()

    assert len(send("/v1/track", body)) == 1


@both_doors
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("body", "status", "reason"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_both_doors_say_why(ask, body, status, reason):
    told, headers, answer = ask("POST", "/v1/track", body, content_type="image/png")

    assert told == status
    assert headers["content-type"] == "application/json"
    assert reason in json.loads(answer)["error"]


@both_doors
@pytest.mark.django_db(transaction=True)
def test_hostile_texts_arrive_as_texts_and_no_batch_is_lost(ask, acme):
    messages = [{"type": "track", **orjson.loads(body)} for _name, body in TAKEN]
    body = gzip.compress(orjson.dumps({"writeKey": acme.workspace.write_key, "batch": messages}))

    status, _headers, _answer = ask("POST", "/v1/batch", body, content_encoding="gzip", content_type="text/plain")

    drained = drain(now=NOW)
    assert (status, drained.written, drained.rejected) == (200, len(TAKEN), 0)
    with system_scope():
        names = sql.run("SELECT count(*) FROM tracking_event").value()
    assert names == len(TAKEN)


@both_doors
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("body", "encoding", "status", "reason"),
    [
        (gzip.compress(b"0" * 50_000_000, mtime=0), "gzip", 413, "larger than 1024 KB"),
        (gzip.compress(b'{"batch": []}', mtime=0)[:-9], "gzip", 400, "ends too early"),
        (gzip.compress(b"{}", mtime=0) + b"{}", "gzip", 400, "follows"),
        (b"{}", "gzip", 400, "not gzip"),
        (b"{}", "br", 400, "unknown Content-Encoding"),
    ],
)
def test_packed_bodies_are_bounded(ask, body, encoding, status, reason):
    told, _headers, answer = ask("POST", "/v1/batch", body, content_encoding=encoding)

    assert told == status
    assert reason in json.loads(answer)["error"]


@both_doors
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("path", ["/t.gif?k=\x7f&u=%00%ff", "/t.gif?" + "k=1&" * 3000, "/t.gif?u=http://[", "/t.gif"])
def test_a_hostile_pixel_is_a_pixel(ask, path):
    status, headers, body = ask("GET", path.replace("\x7f", "%7f"), cookie="_ma=<script>; ;;=; _ma")

    assert (status, headers["content-type"], body[:3]) == (200, "image/gif", b"GIF")
