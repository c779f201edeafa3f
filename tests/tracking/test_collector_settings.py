"""What the operator sets for the collector: shards (fewer lose nothing), and how fast a tenant may send."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import psycopg2
import pytest
from django.db import connection

from ma_platform import env
from tests.tracking.collecting import NOW, PUBLIC, core, send
from tests.tracking.test_drain import keep, rows
from tests.tracking.test_ingest import times
from tracking.actions import drain
from tracking.actions.ingest import KEEP_SECONDS, Ingest
from tracking.collector import wiring
from tracking.collector.buckets import OVERFLOW, Buckets
from tracking.collector.core import Entry
from tracking.collector.limits import BATCH_EVENTS
from tracking.collector.lines import Line
from tracking.collector.messages import message_uuid
from tracking.collector.refusal import Refusal
from tracking.collector.stream import known
from tracking.health_rows import ingest as ingest_probe
from tracking.queries import stream_lag


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TRACKING_SHARDS", "many"),
        ("TRACKING_SHARDS", "0"),
        ("TRACKING_SHARDS", "-1"),
        ("TRACKING_SHARDS", "33"),
        ("TRACKING_RATE", "0"),
        ("TRACKING_RATE", "1.5"),
        ("TRACKING_BURST", "499"),
        ("COLLECTOR_PROCESSES", "0"),
    ],
)
def test_a_wrong_value_stops_the_start_and_names_its_variable(name, value):
    with pytest.raises(env.WrongSetting, match=rf"{name}: expected a whole number from \d+ to \d+, got '{value}'"):
        env.read({name: value})


def test_the_processes_of_the_web_server_share_the_rate_unless_more_are_named():
    unset, web, named = (
        env.read(one) for one in ({}, {"WEB_PROCESSES": "4"}, {"WEB_PROCESSES": "4", "COLLECTOR_PROCESSES": "8"})
    )

    assert (unset.tracking_shards, unset.tracking_rate, unset.tracking_burst) == (1, 500, 5_000)
    assert [one.collector_processes for one in (unset, web, named)] == [1, 4, 8]


def stated(monkeypatch: pytest.MonkeyPatch, **changes: int) -> None:
    """What the operator says of the collector."""
    monkeypatch.setattr(wiring, "ENV", replace(wiring.ENV, **changes))


def accepted(buckets: Buckets, *, seconds: int, of: int) -> int:
    """Events of a tenant that sends `of` a second, one by one."""
    return sum(not buckets.take(1, 1, at=number / of)[0] for number in range(seconds * of))


def test_what_a_tenant_may_send_is_shared_by_the_processes(monkeypatch):
    stated(monkeypatch, tracking_rate=40, tracking_burst=2_400, collector_processes=4)

    processes = [wiring.buckets() for _process in range(4)]

    assert sum(accepted(one, seconds=10, of=200) for one in processes) == 2_400 + 10 * 40 - 4  # not yet earned


def test_a_whole_batch_passes_through_one_of_many_processes():
    buckets = Buckets.shared(500, 5_000, processes=64)

    assert [buckets.take(1, BATCH_EVENTS, at=0.0) for _batch in range(2)] == [(0, ""), (64, "")]


def test_a_tenant_is_told_to_wait_by_the_rate_that_was_set():
    used = core(Buckets.shared(2, 500, processes=2))
    batch = {"batch": [{"type": "track", "event": "x"}] * 500}
    send("/v1/batch", batch, key=PUBLIC, using=used)

    with pytest.raises(Refusal) as refusal:
        send("/v1/batch", {"batch": batch["batch"][:3]}, key=PUBLIC, using=used)

    assert (refusal.value.status, refusal.value.retry_after) == (429, 3)


@pytest.fixture
def shards(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int], None]]:
    """Sets their number, as a restart with another setting would."""
    keeper = wiring.keeper()  # the process's own, made before anything is changed

    def restarted(number: int) -> None:
        stated(monkeypatch, tracking_shards=number)
        monkeypatch.setattr(keeper, "_streams", wiring.place().streams)

    wiring.client(wiring.place()).flushdb()
    yield restarted
    wiring.client(wiring.place()).flushdb()


def spread(tenant_id: int, *, browsers: int = 40) -> None:
    """An event of each of so many browsers, every other one in the overflow lane."""
    for number in range(browsers):
        line = Line(id=message_uuid(f"m{number}"), name=1, occurred_at=NOW, received_at=NOW, visitor=f"v{number}")
        entry = Entry(f"{tenant_id} v{number}", line.encode(tenant_id), OVERFLOW if number % 2 else "")
        wiring.keeper().keep([entry])


@pytest.mark.django_db(transaction=True)
def test_events_of_shards_that_are_no_more_are_written_and_their_lag_is_shown(acme, shards):
    shards(4)
    spread(acme.workspace.pk)
    shards(1)
    before = [one.stream for one in stream_lag() if one.seconds > 0]

    total = Ingest(running=times(1), now=lambda: NOW).run()

    assert before == [*(f"ma:events:{n}" for n in range(4)), *(f"ma:events:overflow:{n}" for n in range(4))]
    assert (total.seen, total.written) == (40, 40)
    assert set(ingest_probe()["lanes"].values()) == {0.0}


@pytest.mark.django_db(transaction=True)
def test_a_former_shard_is_forgotten_when_everything_of_it_was_written_an_hour_ago(acme, shards, monkeypatch):
    shards(2)
    spread(acme.workspace.pk)
    shards(1)
    Ingest(running=times(1), now=lambda: NOW).run()
    client, streams = wiring.client(wiring.place()), wiring.place().streams
    within_the_hour = known(client, streams)

    monkeypatch.setattr("tracking.actions.ingest.KEEP_SECONDS", -1)
    Ingest(running=times(1), now=lambda: NOW).run()
    keep(acme.workspace.pk, "later")

    assert KEEP_SECONDS == 3_600
    assert within_the_hour == [f"ma:events:{lane}" for lane in ("0", "1", "overflow:0", "overflow:1")]
    assert known(client, streams) == ["ma:events:0", "ma:events:overflow:0"]
    assert drain(now=NOW).written == 1


@pytest.mark.django_db(transaction=True)
def test_a_former_shard_that_another_process_drains_is_left_to_it(acme, shards):
    shards(2)
    spread(acme.workspace.pk)
    shards(1)
    other = psycopg2.connect(**connection.get_connection_params() | {"cursor_factory": None})
    with other, other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtextextended('tracking_ingest ma:events:1', 0))")

    beside = Ingest(running=times(1), now=lambda: NOW).run()
    other.close()
    afterwards = Ingest(running=times(1), now=lambda: NOW).run()

    assert 0 < beside.written < 40
    assert beside.written + afterwards.written == 40
    assert rows("SELECT count(DISTINCT id) FROM tracking_event") == [(40,)]
