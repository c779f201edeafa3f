"""1a, 1c, 1e: accepting events, writing them, and both at once, against a no-op of the same server and a bare COPY."""

from __future__ import annotations

import io
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path

import psycopg2

from benchmarks import load
from benchmarks.table import Row, compared, interleaved
from ma_platform import clock, ids
from ma_platform.db import sql
from ma_platform.env import ROOT
from ma_platform.tenancy.scope import system_scope
from ma_platform.workspaces.actions import create_workspace
from tracking.actions import drain
from tracking.collector import wiring
from tracking.collector.core import Entry
from tracking.collector.lines import Line

REQUESTS, EVENTS, BATCH, PER_ENTRY = 50_000, 200_000, 5_000, 20
PAGES, VISITORS = 200, 5_000
NOOP = load.get("/healthz")
PATIENCE = 120.0
COPIED = (
    "tenant_id",
    "id",
    "visitor_id",
    "name",
    "subject_id",
    "session",
    "occurred_at",
    "received_at",
    "verdict",
    "rule_version",
    "props",
)


def measure(scale: float) -> list[Row]:
    """Rows 1a (requests/s and p99), 1c and 1e (one event a post, twenty a post)."""
    made = create_workspace(
        name="bench", email=f"{ids.code()}@bench.example", password="correct horse battery", now=clock.now()
    )
    key, tenant_id = made.workspace.write_key, made.workspace.pk
    requests = max(20_000, int(REQUESTS * scale))  # less is over before the machine has settled
    with server() as port:
        load.run(port, lambda number: NOOP, requests=500)
        rows = accept(port, key, requests)
    rows += [write(tenant_id, max(10_000, int(EVENTS * scale)))]
    with server() as port, ingest():
        rows += [both(port, key, requests, 1), both(port, key, requests // 4, 20)]
    return rows


def accept(port: int, key: str, requests: int) -> list[Row]:
    """1a: the same server, once doing nothing and once keeping an event."""
    slow: dict[str, list[float]] = {"noop": [], "ours": []}

    def once(name: str, make: Callable[[int], bytes]) -> float:
        done = load.run(port, make, requests=requests)
        assert set(done.statuses) == {200}, done.statuses
        slow[name].append(done.percentile(0.99) * 1000)
        return done.per_second

    measured = interleaved(
        partial(once, "noop", lambda number: NOOP), partial(once, "ours", lambda number: single(key))
    )
    p99 = (min(slow["noop"]), min(slow["ours"])) if measured else None
    return [
        compared("1a accept one event", measured, unit="requests/s", goal="≥ 0.50", growth="O(1) per event"),
        compared("1a p99 of that", p99, unit="ms", goal="≤ 5"),
    ]


def write(tenant_id: int, events: int) -> Row:
    """1c: draining the stream against a bare COPY of as many rows into a table with the same indexes."""
    with closing(psycopg2.connect(wiring_owner())) as owner:
        owner.autocommit = True
        with owner.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS bench_event")
            cursor.execute("CREATE TABLE bench_event (LIKE tracking_event INCLUDING ALL)")
        owner.autocommit = False
        measured = interleaved(partial(bare_copy, owner, tenant_id, events), partial(drained, tenant_id, events))
    return compared("1c drain to the log, once each", measured, unit="rows/s", goal="≥ 0.70", growth="O(1) per event")


def bare_copy(owner: psycopg2.extensions.connection, tenant_id: int, events: int) -> float:
    """Rows per second of COPY in chunks of 5,000, each committed."""
    chunks = [copy_text(tenant_id, BATCH) for _ in range(events // BATCH)]
    started = time.perf_counter()
    for chunk in chunks:
        with owner.cursor() as cursor:
            cursor.copy_expert(f"COPY bench_event ({', '.join(COPIED)}) FROM STDIN", io.BytesIO(chunk))
        owner.commit()
    return events / (time.perf_counter() - started)


def drained(tenant_id: int, events: int) -> float:
    """Rows per second from the stream to the log; asserts that every event is there exactly once."""
    drain(now=clock.now())  # what 1a left in the stream
    before = count(tenant_id)
    lines = list(page_lines(tenant_id, events))
    keeper = wiring.keeper()
    for start in range(0, events, PER_ENTRY):
        keeper.keep([Entry("", line) for line in lines[start : start + PER_ENTRY]])
    started = time.perf_counter()
    drain(now=clock.now())
    took = time.perf_counter() - started
    assert count(tenant_id) - before == events
    return events / took


def both(port: int, key: str, requests: int, per_post: int) -> Row:
    """1e: posts until durable rows, load generator included; the backlog when the posts end is waited for."""
    body = single if per_post == 1 else partial(several, events=per_post)
    tenant_id = tenant_of(key)

    def noop() -> float:
        return load.run(port, lambda number: NOOP, requests=requests).per_second

    def ours() -> float:
        before, wanted, started = count(tenant_id), requests * per_post, time.perf_counter()
        done = load.run(port, lambda number: body(key), requests=requests)
        assert set(done.statuses) == {200}, done.statuses
        until = time.perf_counter() + PATIENCE
        while count(tenant_id) - before < wanted and time.perf_counter() < until:
            time.sleep(0.02)
        assert count(tenant_id) - before == wanted, "lost or twice"
        return wanted / (time.perf_counter() - started)

    goal = "≥ 0.35" if per_post == 1 else "≥ 1.20"
    return compared(f"1e HTTP to durable row, {per_post} a post", interleaved(noop, ours), unit="rows/s", goal=goal)


def single(key: str) -> bytes:
    """A page view as the tag sends it."""
    return load.post("/v1/page", f'{{"writeKey": "{key}", {message()}}}'.encode())


def several(key: str, *, events: int) -> bytes:
    """A batch of page views."""
    batch = ", ".join(f'{{"type": "page", {message()}}}' for _ in range(events))
    return load.post("/v1/batch", f'{{"writeKey": "{key}", "batch": [{batch}]}}'.encode())


def message() -> str:
    """The inside of a page message; ids are new each time."""
    fresh = uuid.uuid4()
    return (
        f'"messageId": "{fresh}", "anonymousId": "v{fresh.int % VISITORS}", "context": {{"page": {{'
        f'"url": "https://acme.example/products/{fresh.int % PAGES}?utm_source=news",'
        f' "title": "Product {fresh.int % PAGES}",'
        ' "referrer": "https://www.google.com/"}}'
    )


def page_lines(tenant_id: int, events: int) -> Iterator[bytes]:
    """Kept lines like the collector's."""
    now = clock.now()
    for _ in range(events):
        fresh = uuid.uuid4()
        page = fresh.int % PAGES
        line = Line(id=fresh, name=1, occurred_at=now, received_at=now, visitor=f"v{fresh.int % VISITORS}")
        line.kind, line.key, line.subject_name = "page", f"https://acme.example/products/{page}", f"Product {page}"
        line.host, line.path, line.source = "acme.example", f"/products/{page}", {"channel": "direct"}
        line.props = {"referrer": "https://www.google.com/"}
        yield line.encode(tenant_id)


def copy_text(tenant_id: int, rows: int) -> bytes:
    """Rows for COPY with the same columns filled as a drained page view has."""
    now: datetime = clock.now()
    lines = []
    for _ in range(rows):
        fresh = uuid.uuid4()
        numbers = (tenant_id, fresh, fresh.int % VISITORS, 1, fresh.int % PAGES, uuid.UUID(int=fresh.int % VISITORS))
        lines.append("\t".join(map(str, (*numbers, now, now, 0, 1, '{"referrer": "https://www.google.com/"}'))))
    return ("\n".join(lines) + "\n").encode()


def count(tenant_id: int) -> int:
    """Rows of the bench's workspace in the log."""
    with system_scope():
        found: int = sql.run(
            "SELECT count(*) FROM tracking_event WHERE tenant_id = %(tenant)s", tenant=tenant_id
        ).value()
    return found


def tenant_of(key: str) -> int:
    found: int = sql.run("SELECT id FROM tenancy_workspace WHERE write_key = %(key)s", key=key).value()
    return found


def wiring_owner() -> str:
    """The owner's address in libpq's form."""
    return os.environ["DATABASE_OWNER_URL"].replace("%2f", "%2F")


@contextmanager
def server() -> Iterator[int]:
    """The collector's own process on a free port."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    granian = [
        str(Path(sys.executable).parent / "granian"),
        "--interface",
        "rsgi",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
    ]
    with child([*granian, "--workers", "1", "--no-ws", "--log-level", "warning", "tracking.collector.asgi:rsgi"]):
        wait(lambda: answers(port))
        yield port


@contextmanager
def ingest() -> Iterator[None]:
    """The ingest process."""
    with child([sys.executable, "manage.py", "ingest"]):
        yield


@contextmanager
def child(command: list[str]) -> Iterator[None]:
    calm = {"DEBUG": "0", "SECRET_KEY": "benchmark " * 4, "EMAIL_URL": "smtp://127.0.0.1:1", "TRACKING_UNLIMITED": "1"}
    environment = {**os.environ, **calm}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True)
    try:
        yield
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()


def wait(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < until, "the server does not answer"
        time.sleep(0.1)


def answers(port: int) -> bool:
    try:
        return load.run(port, lambda number: NOOP, requests=1, connections=1).statuses[200] == 1
    except OSError:
        return False
