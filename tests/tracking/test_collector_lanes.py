"""Speed: one tenant's burst goes to its own lane, what is above it is turned away unread; refusals are shown."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Iterator

import pytest
import redis

from ma_platform.tenancy.scope import tenant_scope
from tests.tracking.collecting import NOW, PUBLIC, core, send
from tests.tracking.facing import over_socket, rsgi_door, wsgi_door
from tracking.collector import wiring
from tracking.collector.address import Proxies, address_in
from tracking.collector.buckets import Buckets
from tracking.collector.core import Entry
from tracking.collector.keeper import Keeper
from tracking.collector.refusal import Refusal
from tracking.collector.spool import Spool, waiting
from tracking.collector.stream import Streams, commands, on_disk
from tracking.queries import refusals

EVENT = {"event": "x", "anonymousId": "v"}


def test_the_steady_rate_is_main_the_burst_is_overflow_and_the_rest_must_wait():
    buckets = Buckets(rate=10, burst=30)

    taken = [buckets.take(1, 5, at=0.0) for _step in range(7)]

    assert taken == [(0, "")] * 2 + [(0, "overflow")] * 4 + [(1, "")]
    assert buckets.take(2, 5, at=0.0) == (0, "")
    assert buckets.take(1, 5, at=1.0) == (0, "")


def test_a_tenant_twice_as_fast_as_allowed_keeps_its_steady_rate_in_the_main_lane():
    buckets = Buckets(rate=100, burst=10_000)

    lanes = [buckets.take(1, 1, at=second + step / 200)[1] for second in range(5) for step in range(200)]

    assert 500 <= lanes.count("") <= 610


def test_a_tenant_that_was_refused_is_turned_away_unread_and_others_are_not():
    used = core(Buckets(rate=10, burst=10))
    with pytest.raises(Refusal, match="too many"):
        send("/v1/batch", {"batch": [{"type": "track", **EVENT}] * 15}, using=used)

    with pytest.raises(Refusal) as unread:
        send("/v1/track", b"{this is not JSON", using=used, at=0.1)

    assert (unread.value.status, unread.value.retry_after) == (429, 1)
    with pytest.raises(Refusal, match="not JSON"):
        send("/v1/track", b"{this is not JSON", using=used, at=0.6)


def test_a_key_in_the_body_is_turned_away_unread_too():
    used = core(Buckets(rate=1, burst=1))
    send("/v1/track", EVENT | {"writeKey": PUBLIC}, key="", using=used)
    with pytest.raises(Refusal, match="too many"):
        send("/v1/track", EVENT | {"writeKey": PUBLIC}, key="", using=used)

    with pytest.raises(Refusal, match="too many"):
        send("/v1/track", f'{{"writeKey" : "{PUBLIC}", nonsense'.encode(), key="", using=used, at=0.2)


def test_how_fast_one_may_send_does_not_tell_which_keys_are_known():
    used = core(Buckets(rate=1, burst=2))
    for key in (PUBLIC, "guess"):
        for _step in range(2):
            send("/v1/track", EVENT, key=key, using=used)
        with pytest.raises(Refusal, match="too many"):
            send("/v1/track", EVENT, key=key, using=used)

    assert send("/v1/track", EVENT, key="another guess", using=used) == []


def test_a_tenant_that_had_to_wait_is_forgotten_when_it_may_send_again():
    buckets = Buckets(rate=10, burst=10)
    buckets.take(1, 10, at=0.0)
    buckets.take(1, 5, at=0.0)

    assert [buckets.strained(at=at) for at in (0.1, 0.6)] == [True, False]


def test_lanes_are_streams_of_their_own_and_long_additions_are_cut():
    streams = Streams("p", 2)
    entries = [Entry("a", b"1"), Entry("a", b"2", "overflow"), *[Entry("a", b"3")] * 1_000]

    found = [(name, count) for name, _lines, count in streams.additions(entries)]

    shard = found[0][0].rpartition(":")[2]
    assert found == [(f"p:{shard}", 1_000), (f"p:{shard}", 1), (f"p:overflow:{shard}", 1)]
    assert (streams.names(), streams.overflow_names()) == (["p:0", "p:1"], ["p:overflow:0", "p:overflow:1"])


@pytest.fixture
def small_disk() -> Iterator[Callable[[int], None]]:
    """Files of this process may not grow beyond so many bytes, as on a disk that is nearly full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    yield lambda most: resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_what_is_kept_after_a_write_that_was_torn_is_read_again(scratch, small_disk):
    spool, large = Spool(scratch), b"x" * 200_000
    spool.keep([Entry("7 v", b"1" + large)])
    small_disk(300_000)
    with pytest.raises(OSError, match="too large"):
        spool.keep([Entry("7 v", b"2" + large)])
    small_disk(resource.RLIM_INFINITY)
    for number in (b"3", b"4"):
        spool.keep([Entry("7 v", number + large)])
    spool.rest(at_once=True)

    assert [entry.line[:1] for _path, entries in waiting(scratch) for entry in entries] == [b"1", b"3", b"4"]


def test_the_spool_keeps_the_lane(scratch):
    spool = Spool(scratch)
    spool.keep([Entry("7 v", b"one"), Entry("7 v", b"two", "overflow")])
    spool.rest(at_once=True)

    kept = [entry for _path, entries in waiting(scratch) for entry in entries]

    assert kept == [Entry("7 v", b"one", ""), Entry("7 v", b"two", "overflow")]


def test_a_stream_that_does_not_reach_its_disk_is_not_believed(scratch):
    """The test's Valkey has no append-only file: waiting for it is an error, and the event goes to our own disk."""
    keeper = Keeper(wiring.client(wiring.place()), Streams("nofile"), Spool(scratch), fsync=True)

    keeper.keep([Entry("7 v", b"one")])
    keeper.spool.rest(at_once=True)

    assert [entries for _path, entries in waiting(scratch)] == [[Entry("7 v", b"one")]]
    assert commands([("s", b"l", 1)], fsync=True)[-1][:3] == ("WAITAOF", 1, 0)
    assert [on_disk(reply) for reply in ([1, 0], [0, 0], None, [])] == [True, False, False, False]


@pytest.mark.parametrize(
    ("stated", "address"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("192.0.2.1:4711", "192.0.2.1"),
        (" [2001:db8::1]:443 ", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("unknown", ""),
        ("192.0.2.1, 10.0.0.1", ""),
        ("1" * 99, ""),
        (None, ""),
    ],
)
def test_an_address_is_one_or_none(stated, address):
    assert address_in(stated) == address


@pytest.mark.parametrize(
    ("trusted", "peer", "forwarded", "address"),
    [
        ((), "10.0.0.1:80", "192.0.2.1", "10.0.0.1"),
        (("10.0.0.0/8",), "10.0.0.1:80", "192.0.2.1", "192.0.2.1"),
        (("10.0.0.0/8",), "10.0.0.1:80", "203.0.113.9, 192.0.2.1, 10.0.0.2", "192.0.2.1"),
        (("10.0.0.0/8",), "198.51.100.1:80", "192.0.2.1", "198.51.100.1"),
        (("10.0.0.0/8",), "10.0.0.1:80", "192.0.2.1, rubbish", ""),
        (("10.0.0.0/8",), "10.0.0.1:80", "", "10.0.0.1"),
        (("::1",), "[::1]:80", "2001:db8::7", "2001:db8::7"),
    ],
)
def test_only_our_proxies_are_believed_about_others(trusted, peer, forwarded, address):
    assert Proxies(trusted).client(peer, forwarded) == address


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("door", ["wsgi", "rsgi"])
def test_a_refused_post_of_a_known_key_is_shown_to_its_own_workspace(acme, globex, door):
    wiring.client(wiring.place()).flushdb()
    key = acme.workspace.write_key
    with wsgi_door() as port, rsgi_door() as rsgi:
        ask = over_socket(port) if door == "wsgi" else rsgi
        for body in (f'{{"writeKey": "{key}", "event": 5e5}}', f'{{"writeKey": "{key}"', '{"writeKey": "nobody"'):
            ask("POST", "/v1/track", body.encode(), origin="https://acme.jp")
    wiring.refused().flush()

    with tenant_scope(acme.workspace):
        shown = refusals()
    with tenant_scope(globex.workspace):
        assert refusals() == []
    assert [(one.path, one.status, one.origin) for one in shown] == [("/v1/track", 400, "https://acme.jp")] * 2
    assert shown[1].reason == "body.event: must be a text"
    assert shown[0].reason.startswith("not JSON")


def test_noting_refusals_never_waits_for_a_stream_that_is_away(monkeypatch):
    from tracking.collector.refused import Refused
    from tracking.collector.request import Request

    gone = Refused(redis.Redis.from_url("unix:///nowhere/valkey.sock"))
    gone.note(7, Request("/v1/track", {}), Refusal(400, "no"), now=NOW)

    started = time.monotonic()
    gone.flush()

    assert time.monotonic() - started < 0.5
