"""Nineteen quiet tenants, alone and beside one that sends a hundred times as much: how long each of their posts takes.

`python -m benchmarks.neighbours PORT KEY` is the noisy one, in a process of its own so that it slows no stop-watch.
"""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from collections.abc import Callable
from functools import partial

from benchmarks import load
from benchmarks.table import Row, compared, interleaved
from benchmarks.waiting import wait

QUIET, PER_SECOND, TIMES = 19, 10, 100
VISITORS = 1_000  # a tenant's, of whom each comes again
POLL_SECONDS = 0.005
Sent = dict[str, tuple[int, float]]  # event id → its tenant, when it was sent
Seen = dict[str, float]  # event id → when it was in the log


def measure(scale: float) -> list[Row]:
    """p95 of being accepted, and of being in the log, beside the noisy one against without."""
    from benchmarks.collector import child, ingest, server, workspace
    from tracking.queries import ingest_lag

    quiet, (loud, loudest) = [workspace() for _number in range(QUIET)], workspace()
    seconds = max(4.0, 20 * scale)

    with server({"TRACKING_UNLIMITED": ""}) as port, ingest():
        wait(lambda: ingest_lag() < 1, what="what another benchmark left in the stream is drained")
        times = Times(port, quiet, seconds)
        times.accepted()
        noisy = [sys.executable, "-m", "benchmarks.neighbours", str(port), loud]

        def beside(take: Callable[[], float]) -> float:
            before = newest(loudest)
            with child(noisy):
                wait(lambda: newest(loudest) != before, what="the noisy one is heard")
                return take()

        waits = {"accepted": times.accepted, "in the log": times.in_the_log}
        return [
            compared(
                f"19 quiet tenants' p95, {what}", interleaved(take, partial(beside, take)), unit="ms", goal="≤ 1.20"
            )
            for what, take in waits.items()
        ]


class Times:
    """Runs the quiet tenants for `seconds` and tells a p95 in milliseconds."""

    def __init__(self, port: int, quiet: list[tuple[str, int]], seconds: float) -> None:
        self._port, self._quiet, self._seconds = port, quiet, seconds

    def accepted(self) -> float:
        """From sending to the answer; nobody watches the log meanwhile."""
        return p95(asyncio.run(self._all({}))) * 1000

    def in_the_log(self) -> float:
        """From sending until everybody can read it."""
        sent: Sent = {}
        seen: Seen = {}
        stop = threading.Event()
        watch = threading.Thread(target=watched, args=(sent, seen, stop))
        watch.start()
        asyncio.run(self._all(sent))
        try:
            wait(lambda: sent.keys() <= seen.keys(), what="every event of the quiet ones is in the log", seconds=30)
        finally:
            stop.set()
            watch.join()
        return p95([seen[one] - at for one, (_tenant, at) in sent.items()]) * 1000

    async def _all(self, sent: Sent) -> list[float]:
        found = await asyncio.gather(
            *(self._one(each, number / QUIET / PER_SECOND, sent) for number, each in enumerate(self._quiet))
        )
        return [latency for latencies in found for latency in latencies]

    async def _one(self, who: tuple[str, int], after: float, sent: Sent) -> list[float]:
        """One tenant's posts at its own pace over one connection; their latencies in seconds."""
        key, tenant = who
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        begun, latencies = time.perf_counter() + after, []
        for number in range(int(self._seconds * PER_SECOND)):
            await asyncio.sleep(max(0.0, begun + number / PER_SECOND - time.perf_counter()))
            name, started = f"{key}-{begun}-{number}", time.perf_counter()
            sent[event_id(name)] = (tenant, started)
            writer.write(post(key, name, number))
            assert b" 200 " in await reader.readline()
            await reader.readuntil(b'{"success": true}')
            latencies.append(time.perf_counter() - started)
        writer.close()
        return latencies


def watched(sent: Sent, seen: Seen, stop: threading.Event) -> None:
    """Note when each event that was sent is there for everybody to read.

    Asked for by its key, so that the watch costs as little beside the noisy one as alone.
    """
    from django.db import connection

    from ma_platform.db import sql
    from ma_platform.tenancy.scope import system_scope

    while not stop.wait(POLL_SECONDS):
        missing = [one for one in list(sent) if one not in seen]
        with system_scope():
            found = sql.run(NEW, ids=missing, tenants=[sent[one][0] for one in missing]).values()
        now = time.perf_counter()
        seen.update(dict.fromkeys(found, now))
    connection.close()


def newest(tenant: int) -> object:
    """When a browser of this tenant was last heard of; None before the first time."""
    from ma_platform.db import sql
    from ma_platform.tenancy.scope import system_scope

    with system_scope():
        return sql.run(LAST, tenant=tenant).value()


def event_id(name: str) -> str:
    from tracking.collector.messages import message_id

    return message_id(name)


def post(key: str, name: str, number: int) -> bytes:
    """An event of one of the tenant's visitors."""
    visitor = f"v{number % VISITORS}"
    return load.post(
        "/v1/track",
        f'{{"writeKey": "{key}", "messageId": "{name}", "anonymousId": "{visitor}", "event": "tick"}}'.encode(),
    )


def p95(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.95)]


async def shout(port: int, key: str) -> None:
    """The noisy one: a hundred times a quiet one's pace, evenly over four connections, whatever is answered."""
    lanes = 4

    async def lane(number: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        begun, count = time.perf_counter() + number / PER_SECOND / TIMES, 0
        while True:
            await asyncio.sleep(max(0.0, begun + count * lanes / PER_SECOND / TIMES - time.perf_counter()))
            writer.write(post(key, f"{begun}-{number}-{count}", count * lanes + number))
            await reader.readuntil(b"}")
            count += 1

    await asyncio.gather(*(lane(number) for number in range(lanes)))


NEW = """
    SELECT asked.id FROM unnest(%(tenants)s::bigint[], %(ids)s::text[]) AS asked(tenant_id, id)
     WHERE EXISTS (SELECT FROM tracking_event AS told
                    WHERE told.tenant_id = asked.tenant_id AND told.id = asked.id::uuid
                      AND told.occurred_at > now() - interval '1 minute' OFFSET 0)
"""
LAST = "SELECT max(last_seen_at) FROM tracking_visitor WHERE tenant_id = %(tenant)s"
if __name__ == "__main__":
    asyncio.run(shout(int(sys.argv[1]), sys.argv[2]))
