"""P3: from the moment a browser sends the page view that makes its person hot to the alert's row, through the real
collector, ingest and worker, while 50 events a second come in.

Each second one known person reads three product pages in one post, which reaches the mark; everything else is page
views of strangers. Alerts are looked for every 10 ms.
"""

from __future__ import annotations

import statistics
import sys
import threading
import time
from contextlib import ExitStack
from http.client import HTTPConnection

from django.db import connection

from benchmarks.collector import child, ingest, server
from benchmarks.table import Row
from benchmarks.waiting import pace, wait
from leads.actions import LeadInput, upsert_leads
from ma_platform import clock, ids
from ma_platform.db import sql
from ma_platform.tenancy.scope import system_scope, tenant_scope
from ma_platform.workspaces.actions import create_workspace
from tracking.actions import bind_visitor, run_consumers

RATE, SECONDS = 50, 60
POLL_SECONDS = 0.010
WORKER = [sys.executable, "-m", "celery", "-A", "ma_platform.celery", "worker", "-Q", "consume", "-c", "1"]


def measure(scale: float) -> list[Row]:
    """p50 and p95 in milliseconds; every alert must come."""
    seconds = max(20, int(SECONDS * scale))
    key, tenant_id, leads = prepared(people=seconds + 5)
    with ExitStack() as stack:
        port = stack.enter_context(server())
        stack.enter_context(ingest())
        stack.enter_context(child([*WORKER, "-l", "critical", "--without-gossip", "--without-mingle"]))
        warm(port, key, tenant_id, leads[:5])
        waits = [1000 * one for one in told(port, key, tenant_id, leads[5:])]
    waits.sort()
    p95 = waits[int(len(waits) * 0.95)]
    return [
        Row("P3 fact sent to alert's row, p50, 50 ev/s", statistics.median(waits), "ms", None, None, ""),
        Row("P3 fact sent to alert's row, p95, 50 ev/s", p95, "ms", 1000.0, p95 / 1000, "≤ 1"),
    ]


def prepared(*, people: int) -> tuple[str, int, list[int]]:
    """(write key, tenant, leads); the browser of the lead at place n is `hot-n`."""
    now = clock.now()
    made = create_workspace(name="bench", email=f"{ids.code()}@bench.example", password="x" * 12, now=now)
    with tenant_scope(made.workspace):
        stated = [LeadInput(email=f"h{number}@bench.example") for number in range(people)]
        leads = [done.lead_id or 0 for done in upsert_leads(stated, by=None, now=now)]
        for lead in leads:
            bind_visitor(f"hot-{lead}", lead, "identify", now)
    run_consumers(now=now)
    return made.workspace.write_key, made.workspace.pk, leads


def warm(port: int, key: str, tenant_id: int, leads: list[int]) -> None:
    """Until processes are up and have their caches."""
    seen: dict[int, float] = {}
    for lead in leads:
        post(port, key, hot(lead))
    wait(lambda: look(tenant_id, seen) == len(leads), what="the first alerts")


def told(port: int, key: str, tenant_id: int, leads: list[int]) -> list[float]:
    """Seconds from sending to the alert, by lead."""
    sent: dict[int, float] = {}
    seen: dict[int, float] = {}
    stop = threading.Event()
    watch = threading.Thread(target=watched, args=(tenant_id, seen, stop))
    watch.start()
    started = time.perf_counter()
    for second, lead in enumerate(leads):
        for tenth in range(10):
            pace(started + second + tenth / 10)
            strangers = [view(f"s{ids.code()}", "/blog/1") for _ in range(RATE // 10)]
            if tenth == second % 10:
                sent[lead] = time.perf_counter()
                post(port, key, [*hot(lead), *strangers[3:]])
            else:
                post(port, key, strangers)
    try:
        wait(lambda: sent.keys() <= seen.keys(), what="an alert for everybody", seconds=30)
    finally:
        stop.set()
        watch.join()
    return [seen[lead] - at for lead, at in sent.items()]


def watched(tenant_id: int, seen: dict[int, float], stop: threading.Event) -> None:
    """Note when each lead's alert is first there."""
    while not stop.wait(POLL_SECONDS):
        look(tenant_id, seen)
    connection.close()


def look(tenant_id: int, seen: dict[int, float]) -> int:
    """Note the moment of alerts that were not there before; how many are there now."""
    with system_scope():
        found = sql.run(ALERTS, tenant=tenant_id).values()
    at = time.perf_counter()
    for lead in found:
        seen.setdefault(lead, at)
    return len(seen)


def hot(lead: int) -> list[str]:
    """Three product pages in one post: fifteen points."""
    return [view(f"hot-{lead}", f"/products/{page}") for page in "abc"]


def view(visitor: str, path: str) -> str:
    return (
        f'{{"type": "page", "messageId": "{ids.code()}{ids.code()}", "anonymousId": "{visitor}",'
        f' "context": {{"page": {{"url": "https://bench.example{path}", "title": "P"}}}}}}'
    )


def post(port: int, key: str, messages: list[str]) -> None:
    line = HTTPConnection("127.0.0.1", port, timeout=10)
    body = f'{{"writeKey": "{key}", "batch": [{", ".join(messages)}]}}'
    line.request("POST", "/v1/batch", body, {"User-Agent": "Mozilla/5.0 (Macintosh) Safari/605.1.15"})
    assert line.getresponse().status == 200
    line.close()


ALERTS = "SELECT lead_id FROM lifecycle_alert WHERE tenant_id = %(tenant)s"
