"""1c, 1e: writing events, and all of it at once, against a bare COPY and a no-op of the same server; and growth."""

from __future__ import annotations

import io
import os
import statistics
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime
from functools import partial

import psycopg2
import redis
from django.db import connection
from uuid_utils.compat import uuid7

from benchmarks import load, naive
from benchmarks.collector import NOOP, PAGES, VISITORS, ingest, server, several, single, workspace
from benchmarks.table import Row, compared, interleaved
from benchmarks.waiting import wait
from ma_platform import clock
from ma_platform.db import sql
from ma_platform.tenancy.scope import system_scope
from tracking.actions import drain
from tracking.actions.drain import drain_once, place_of
from tracking.actions.ingest import last_of
from tracking.collector import wiring
from tracking.collector.core import Entry
from tracking.collector.keeper import Keeper
from tracking.collector.lines import Line
from tracking.collector.stream import Streams

REQUESTS, EVENTS, BATCH, PER_ENTRY = 50_000, 200_000, 5_000, 20
GROWTH_EVENTS, FILL_AT_ONCE = 40_000, 250_000
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
    """Rows 1c and 1e (one event a post, twenty a post)."""
    key, tenant_id = workspace()
    requests = max(20_000, int(REQUESTS * scale))  # less is over before the machine has settled
    rows = write(tenant_id, max(40_000, int(EVENTS * scale)))
    with server() as port, ingest():
        rows += [both(port, key, requests, 1), both(port, key, requests // 4, 20)]
        rows.append(beside_a_view(port, key, requests))
    return rows + growth(tenant_id, scale)


def write(tenant_id: int, events: int) -> list[Row]:
    """1c: draining the stream against a bare COPY of as many rows into a table with the same indexes."""
    as_owner("DROP TABLE IF EXISTS bench_event")
    as_owner("CREATE TABLE bench_event (LIKE tracking_event INCLUDING ALL)")
    with closing(psycopg2.connect(wiring_owner())) as owner:
        yardstick = partial(bare_copy, owner, tenant_id, events)
        one = interleaved(yardstick, partial(drained, tenant_id, events))
        two = interleaved(yardstick, partial(drained_by_two, tenant_id, events))
    return [
        compared("1c drain to the log, once each", one, unit="rows/s", goal="≥ 0.70", growth="O(1) per event"),
        compared("1c the same, two shards at once", two, unit="rows/s", goal=""),
        *beside_the_usual_way(tenant_id, min(events, GROWTH_EVENTS)),
    ]


def beside_the_usual_way(tenant_id: int, events: int) -> list[Row]:
    """1c against a row a transaction, and against a thousand a statement: rows of one table and nothing else."""
    ours = partial(drained, tenant_id, events)
    one = interleaved(partial(naive.created, tenant_id, events // 20), ours)
    bulk = interleaved(partial(naive.created_in_bulk, tenant_id, events), ours)
    return [
        compared("1c of Django's create", one, unit="rows/s", goal="≥ 30"),
        compared("1c of Django's bulk_create", bulk, unit="rows/s", goal="≥ 5"),
    ]


def growth(tenant_id: int, scale: float) -> list[Row]:
    """What an event costs beside a month's partition of 0, 1 and 10 million rows (times `scale`), against the first.

    The log is emptied first: what 1c and 1e have written would stand beside the "none". Half of the rows beside it have
    ids that begin with their time, as our tag gives them; the last reading is of events with ids of any kind (ADR 22).
    """
    rows: list[Row] = []
    first = 0.0
    as_owner("TRUNCATE tracking_event")
    for wanted in (0, int(1_000_000 * scale), int(10_000_000 * scale)):
        fill(tenant_id, wanted - count(tenant_id))
        drained(tenant_id, GROWTH_EVENTS)  # the first reading after a fill warms the caches
        beside = count(tenant_id)
        rate = statistics.median(drained(tenant_id, GROWTH_EVENTS) for _round in range(3))
        first = first or rate
        rows.append(Row(f"growth: drain beside {beside:,} rows", rate, "rows/s", first, rate / first, "≥ 0.70"))
    rate = statistics.median(drained(tenant_id, GROWTH_EVENTS, fresh=uuid.uuid4) for _round in range(3))
    return [*rows, Row("growth: the same, random ids", rate, "rows/s", first, rate / first, "")]


def fill(tenant_id: int, rows: int) -> None:
    """Rows of this month without the drain."""
    for start in range(0, rows, FILL_AT_ONCE):
        with system_scope():
            sql.run(FILL, tenant=tenant_id, rows=min(FILL_AT_ONCE, rows - start), visitors=VISITORS * 20, pages=PAGES)
    if rows > 0:
        as_owner("VACUUM (ANALYZE) tracking_event")


def as_owner(statement: str) -> None:
    with closing(psycopg2.connect(wiring_owner())) as owner:
        owner.autocommit = True
        with owner.cursor() as cursor:
            cursor.execute(statement)


FILL = """
    INSERT INTO tracking_event (tenant_id, id, visitor_id, name, subject_id, session, occurred_at, received_at, props)
    SELECT %(tenant)s, CASE WHEN one %% 2 = 0 THEN uuidv7(at - now()) ELSE gen_random_uuid() END,
           -(random() * %(visitors)s)::bigint, 1, -(random() * %(pages)s)::bigint, gen_random_uuid(), at, at,
           '{"referrer": "https://www.google.com/"}'
      FROM (SELECT one, now() - random() * (now() - date_trunc('month', now())) AS at
              FROM generate_series(1, %(rows)s) AS one) AS moment
"""


def bare_copy(owner: psycopg2.extensions.connection, tenant_id: int, events: int) -> float:
    """Rows per second of COPY in chunks of 5,000, each committed."""
    chunks = [copy_text(tenant_id, BATCH) for _ in range(events // BATCH)]
    started = time.perf_counter()
    for chunk in chunks:
        with owner.cursor() as cursor:
            cursor.copy_expert(f"COPY bench_event ({', '.join(COPIED)}) FROM STDIN", io.BytesIO(chunk))
        owner.commit()
    return events / (time.perf_counter() - started)


def drained(tenant_id: int, events: int, *, fresh: Callable[[], uuid.UUID] = uuid7) -> float:
    """Rows per second from the stream to the log; asserts that every event is there exactly once."""
    drain(now=clock.now())  # what 1a left in the stream
    before = count(tenant_id)
    lines = list(page_lines(tenant_id, events, fresh))
    keeper = wiring.keeper()
    for start in range(0, events, PER_ENTRY):
        keeper.keep([Entry("", line) for line in lines[start : start + PER_ENTRY]])
    started = time.perf_counter()
    drain(now=clock.now())
    took = time.perf_counter() - started
    assert count(tenant_id) - before == events
    return events / took


def drained_by_two(tenant_id: int, events: int) -> float:
    """As `drained`, with the stream in two shards and a drainer for each."""
    streams = Streams("ma:bench", shards=2)
    client = wiring.client(wiring.place())
    keeper = Keeper(client, streams, wiring.keeper().spool)
    before, lines = count(tenant_id), list(page_lines(tenant_id, events))
    for start in range(0, events, 2 * PER_ENTRY):
        part = lines[start : start + 2 * PER_ENTRY]
        keeper.keep([Entry(line.split(b"\t", 3)[2].decode(), line) for line in part])  # by visitor, as the collector
    started = time.perf_counter()
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(partial(emptied, client), streams.names()))
    took = time.perf_counter() - started
    assert count(tenant_id) - before == events
    return events / took


def emptied(client: redis.Redis, stream: str) -> None:
    try:
        while drain_once(client, stream, now=clock.now()).seen:
            pass
    finally:
        connection.close()


def both(port: int, key: str, requests: int, per_post: int) -> Row:
    """1e: posts until durable rows, load generator included; the backlog when the posts end is waited for.

    Ingest's own place tells when: counting the rows again and again would take one of the cores that are measured.
    """

    def noop() -> float:
        return load.run(port, lambda number: NOOP, requests=requests).per_second

    goal = "≥ 0.35" if per_post == 1 else "≥ 1.20"
    measured = interleaved(noop, partial(durable, port, key, requests, per_post))
    return compared(f"1e HTTP to durable row, {per_post} a post", measured, unit="rows/s", goal=goal)


def durable(port: int, key: str, requests: int, per_post: int) -> float:
    """Rows a second from the first post to the last row."""
    body = single if per_post == 1 else partial(several, events=per_post)
    tenant_id, client, stream = tenant_of(key), wiring.client(wiring.place()), wiring.place().streams.name(0)
    posts, before, wanted = [body(key) for _ in range(requests)], count(tenant_id), requests * per_post
    started = time.perf_counter()
    done = load.run(port, posts.__getitem__, requests=requests)
    assert set(done.statuses) == {200}, done.statuses
    wait(lambda: place_of(stream) == last_of(client, stream), what="ingest has written everything")
    took = time.perf_counter() - started
    assert count(tenant_id) - before == wanted, "not each once"
    return wanted / took


def beside_a_view(port: int, key: str, requests: int) -> Row:
    """1e against a Django view that inserts a row a hit."""
    with naive.server() as usual:
        measured = interleaved(
            partial(naive.hits, usual, "/naive/insert", key, requests // 10), partial(durable, port, key, requests, 1)
        )
    return compared("1e of a view that inserts", measured, unit="rows/s", goal="≥ 8")


def page_lines(tenant_id: int, events: int, fresh: Callable[[], uuid.UUID] = uuid7) -> Iterator[bytes]:
    """Kept lines like the collector's."""
    now = clock.now()
    for _ in range(events):
        one = fresh()
        page = one.int % PAGES
        line = Line(id=one, name=1, occurred_at=now, received_at=now, visitor=f"v{one.int % VISITORS}")
        line.kind, line.key, line.subject_name = "page", f"https://acme.example/products/{page}", f"Product {page}"
        line.host, line.path, line.source = "acme.example", f"/products/{page}", {"channel": "direct"}
        line.props = {"referrer": "https://www.google.com/"}
        yield line.encode(tenant_id)


def copy_text(tenant_id: int, rows: int) -> bytes:
    """Rows for COPY with the same columns filled as a drained page view has."""
    now: datetime = clock.now()
    lines = []
    for _ in range(rows):
        one = uuid7()
        numbers = (tenant_id, one, one.int % VISITORS, 1, one.int % PAGES, uuid.UUID(int=one.int % VISITORS))
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
