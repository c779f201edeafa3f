"""The pure core: what is taken, what it becomes, and what is refused with which words."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime, timedelta
from uuid import UUID

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tracking.collecting import BROWSER, NOW, PUBLIC, SECRET, core, fields, send
from tracking.catalogue import Event
from tracking.collector.buckets import Buckets
from tracking.collector.lines import COLUMNS
from tracking.collector.refusal import Refusal

PAGE = {
    "anonymousId": "v1",
    "messageId": "m1",
    "context": {
        "page": {"url": "https://Acme.jp/製品?utm_source=g&x=1#top", "title": "製品\t案内", "referrer": "https://g.jp/"}
    },
}


def test_a_page_becomes_a_view_of_its_address_without_query():
    kept = fields(send("/v1/page", PAGE)[0])

    assert kept["tenant_id"] == "7"
    assert kept["name"] == str(int(Event.PAGE_VIEWED))
    assert kept["visitor"] == "v1"
    assert (kept["kind"], kept["key"]) == ("page", "https://acme.jp/%E8%A3%BD%E5%93%81")
    assert kept["subject_name"] == "製品\t案内"
    assert kept["source"] == {
        "utm_source": "g",
        "channel": "campaign",
        "referrer_host": "g.jp",
        "landing_path": "/製品",
    }


def test_what_a_query_holds_is_not_told_of_the_page_or_the_file():
    file = {"event": "asset_downloaded", "properties": {"url": "https://acme.jp/a.pdf?token=secret", "asset": "ast_1"}}
    link = {"event": "link_clicked", "properties": {"href": "https://acme.jp/x?token=secret"}}

    page, asset, clicked = (
        fields(send(f"/v1/{kind}", one)[0]) for kind, one in [("page", PAGE), ("track", file), ("track", link)]
    )

    assert (page["url"], asset["key"], asset["url"]) == (None, "ast_1", "https://acme.jp/a.pdf")
    assert (clicked["key"], clicked["url"]) == ("https://acme.jp/x", None)


def test_the_campaign_a_sender_states_is_its_own_views_alone():
    page = {"url": "https://acme.jp/", "referrer": ""}
    stated = [{"source": "a"}, {"source": "b"}, {"source": 1}, {"source": True}, {"name": "a"}, {"source": ["x"]}, {}]

    kept = [fields(send("/v1/page", {"context": {"page": page, "campaign": one}})[0])["source"] for one in stated]

    found = [{key: value for key, value in one.items() if key.startswith("utm_")} for one in kept]
    assert [found[at].get("utm_source") for at in range(4)] == ["a", "b", "1", "True"]
    assert found[4:] == [{"utm_campaign": "a"}, {"utm_source": "['x']"}, {}]


def test_the_same_message_id_gives_the_same_event_id():
    first, second = fields(send("/v1/page", PAGE)[0]), fields(send("/v1/page", PAGE)[0])

    assert first["id"] == second["id"]


@pytest.mark.parametrize(
    ("stated", "timed"),
    [
        ("019ab2c3-d4e5-7abc-8def-0123456789ab", True),
        ("019ab2c3-d4e5-4abc-8def-0123456789ab", False),
        ("019ab2c3-d4e5-7abc-8def-0123456789", False),
        ("019AB2C3-D4E5-7ABC-8DEF-0123456789AB", False),
        ("019ab2c3-d4e5/7abc-8def-0123456789ab", False),
    ],
)
def test_an_id_begins_with_the_time_of_a_version_7_message_id(stated: str, timed: bool):
    made = fields(send("/v1/page", PAGE | {"messageId": stated})[0])["id"]
    other = fields(send("/v1/page", PAGE | {"messageId": stated[:-1] + "x"})[0])["id"]

    assert (made[:14] == "019ab2c3-d4e5-") == timed
    assert made[14:] not in (stated[14:], other[14:])
    assert fields(send("/v1/page", PAGE | {"messageId": stated})[0])["id"] == made == str(UUID(made))


def test_a_page_left_points_at_the_event_of_its_page_view():
    left = {"event": "page_left", "anonymousId": "v1", "properties": {"visible_ms": 9e9, "scroll": 140, "view": "m1"}}

    kept = fields(send("/v1/track", left)[0])

    assert kept["duration"] == "1800000"
    assert kept["props"] == {"scroll": 100, "view": fields(send("/v1/page", PAGE)[0])["id"]}


@pytest.mark.parametrize(
    ("name", "key", "number", "custom"),
    [
        ("seminar_registered", PUBLIC, "17", None),
        ("became_hot", PUBLIC, None, "track:became_hot"),
        ("touchpoint_call", PUBLIC, None, "track:touchpoint_call"),
        ("touchpoint_call", SECRET, "21", None),
        ("became_hot", SECRET, None, "track:became_hot"),
        ("Plan Chosen", PUBLIC, None, "Plan Chosen"),
    ],
)
def test_only_the_product_states_its_own_judgements(name, key, number, custom):
    kept = fields(send("/v1/track", {"event": name, "anonymousId": "v"}, key=key)[0])

    assert (kept["name"], kept["custom"]) == (number, custom)


def test_identify_says_whether_its_key_is_secret():
    body = {"userId": "u1", "anonymousId": "v", "traits": {"email": "a@b.jp"}, "context": {"userHash": "abc"}}

    public, secret = fields(send("/v1/identify", body)[0]), fields(send("/v1/identify", body, key=SECRET)[0])

    assert public["props"] == {
        "user_id": "u1",
        "traits": {"email": "a@b.jp"},
        "trusted": False,
        "visitor": "v",
        "user_hash": "abc",
    }
    assert secret["props"]["trusted"] is True


@pytest.mark.parametrize(
    ("stated", "sent", "kept", "clamped"),
    [
        (None, None, NOW, False),
        ("2026-11-20T02:59:00Z", "2026-11-20T02:59:30Z", NOW - timedelta(seconds=30), False),
        ("2020-01-01T00:00:00+09:00", "2020-01-01T00:00:05+09:00", NOW - timedelta(seconds=5), False),
        ("2020-01-01T00:00:00Z", None, NOW - timedelta(hours=72), True),
        ("2031-01-01T00:00:00Z", None, NOW + timedelta(minutes=10), True),
        ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", NOW - timedelta(hours=72), True),
    ],
)
def test_times_are_corrected_by_sent_at_and_clamped(stated, sent, kept, clamped):
    body = {"event": "x", "anonymousId": "v", "timestamp": stated, "sentAt": sent}

    line = fields(send("/v1/track", body)[0])

    assert datetime.fromisoformat(line["occurred_at"]) == kept
    assert ("time_clamped" in line["reasons"]) is clamped


def test_a_secret_key_may_state_the_past():
    body = {"event": "touchpoint_visit", "userId": "u", "timestamp": "2021-04-01T00:00:00Z"}

    line = fields(send("/v1/track", body, key=SECRET)[0])

    assert datetime.fromisoformat(line["occurred_at"]) == datetime(2021, 4, 1, tzinfo=UTC)
    assert line["visitor"] == "user:u"


def test_an_unknown_key_is_answered_alike_and_dropped():
    assert send("/v1/page", PAGE, key="nobody") == []
    assert send("/v1/page", PAGE, key="") == []
    with pytest.raises(Refusal, match="event: is missing"):
        send("/v1/track", {"anonymousId": "v"}, key="nobody")


def test_a_write_key_in_the_body_is_as_good_as_in_the_header():
    assert len(send("/v1/page", PAGE | {"writeKey": PUBLIC}, key="")) == 1


def test_gzip_is_opened_and_a_batch_shares_its_context():
    batch = {
        "context": {"userAgent": "Googlebot/2.1"},
        "batch": [{"type": "page", **PAGE}, {"type": "track", "event": "x"}],
    }
    body = gzip.compress(orjson.dumps(batch))

    kept = [fields(entry) for entry in send("/v1/batch", body, headers={"content-encoding": "gzip"})]

    assert [line["agent"] for line in kept] == ["Googlebot/2.1"] * 2
    assert [line["verdict"] for line in kept] == ["1", "1"]


@pytest.mark.parametrize(
    ("agent", "verdict", "reasons"),
    [
        (BROWSER, "0", "{}"),
        ("", "1", '{"no_user_agent"}'),
        ("Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)", "1", '{"crawler:search-engine"}'),
        ("python-requests/2.32", "0", '{"tool:http-library"}'),
        ("analytics-python/2.4.0", "0", "{}"),
    ],
)
def test_crawlers_are_kept_and_marked(agent, verdict, reasons):
    line = fields(send("/v1/page", PAGE, headers={"user-agent": agent})[0])

    assert (line["verdict"], line["reasons"]) == (verdict, reasons)


BIG = b"x" * (64 * 1024)
REFUSED = [
    ("/v1/track", b"", 400, "not JSON"),
    ("/v1/track", b"[]", 400, "must be a JSON object"),
    ("/v1/track", b'{"event": NaN}', 400, "not JSON"),
    ("/v1/track", b'{"event": "\\ud800"}', 400, "not JSON"),
    ("/v1/track", b"\xff\xfe{}", 400, "not JSON"),
    ("/v1/track", {"event": {"a": 1}}, 400, "body.event: must be a text"),
    ("/v1/track", {"event": "x", "properties": []}, 400, "body.properties: must be an object"),
    ("/v1/track", {"event": "x", "timestamp": "yesterday"}, 400, "body.timestamp: must be a time"),
    ("/v1/track", {"event": "x", "timestamp": 1763600000}, 400, "body.timestamp: must be a time"),
    (
        "/v1/track",
        {"event": "x", "properties": {"a": {"b": {"c": {"d": {"e": {"f": 1}}}}}}},
        400,
        "nested deeper than 5",
    ),
    ("/v1/track", {"event": "x", "properties": {str(n): n for n in range(201)}}, 400, "more than 200 keys"),
    ("/v1/track", {"event": "x", "properties": {"a": "あ" * 8193}}, 400, "a text longer than 8 KB"),
    ("/v1/track", b'{"event": "' + BIG + b'"}', 413, "larger than 64 KB"),
    ("/v1/alias", {"userId": "u"}, 400, "previousId: is missing"),
    ("/v1/group", {"userId": "u"}, 400, "groupId: is missing"),
    ("/v1/batch", {"batch": []}, 400, "must be a list"),
    ("/v1/batch", {"batch": [1]}, 400, "batch[0]: must be an object"),
    ("/v1/batch", {"batch": [{"type": "nope"}]}, 400, "batch[0].type: must be one of"),
    ("/v1/batch", {"batch": [{"type": "page"}] * 501}, 413, "more than 500"),
    ("/v1/batch", b'{"batch": ["' + b"x" * 2**20 + b'"]}', 413, "larger than 1024 KB"),
    (
        "/v1/batch",
        {"batch": [{"type": "track", "event": "x", "a": [["y" * 8000] * 9]}]},
        413,
        "batch[0]: larger than 64 KB",
    ),
]


@pytest.mark.parametrize(("path", "body", "status", "reason"), REFUSED)
def test_a_malformed_request_is_told_why(path, body, status, reason):
    with pytest.raises(Refusal) as refusal:
        send(path, body)

    assert refusal.value.status == status
    assert reason in refusal.value.reason


@pytest.mark.parametrize(
    ("body", "encoding", "status"),
    [
        (gzip.compress(b"0" * 5_000_000, mtime=0), "gzip", 413),
        (gzip.compress(b"{}", mtime=0)[:-4], "gzip", 400),
        (b"{}", "gzip", 400),
        (b"{}", "br", 400),
    ],
)
def test_a_bomb_is_cut_off_and_other_packing_refused(body, encoding, status):
    with pytest.raises(Refusal) as refusal:
        send("/v1/batch", body, headers={"content-encoding": encoding})

    assert refusal.value.status == status


def test_a_bad_authorization_header_is_told():
    with pytest.raises(Refusal, match="not Basic"):
        send("/v1/page", PAGE, headers={"authorization": "Basic %%%"})


def test_a_tenant_over_its_speed_is_asked_to_wait():
    used = core(Buckets(rate=2, burst=2))
    send("/v1/page", PAGE, using=used)
    send("/v1/page", PAGE, using=used)

    with pytest.raises(Refusal) as refusal:
        send("/v1/page", PAGE, using=used)

    assert (refusal.value.status, refusal.value.retry_after) == (429, 1)
    assert len(send("/v1/page", PAGE, using=used, at=0.6)) == 1


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=20,
)


@settings(max_examples=300, deadline=None)
@given(
    kind=st.sampled_from(["track", "page", "identify", "group", "alias", "batch"]),
    body=st.dictionaries(
        st.sampled_from(
            ["event", "properties", "traits", "context", "timestamp", "userId", "anonymousId", "batch", "groupId"]
        ),
        JSON,
    )
    | JSON,
)
def test_whatever_is_posted_is_kept_as_one_clean_line_or_refused(kind, body):
    try:
        entries = send(f"/v1/{kind}", orjson.dumps(body, option=orjson.OPT_NON_STR_KEYS))
    except (Refusal, orjson.JSONEncodeError):
        return
    for entry in entries:
        assert b"\n" not in entry.line
        assert b"\x00" not in entry.line
        assert entry.line.count(b"\t") == len(COLUMNS) - 1
        fields(entry)
