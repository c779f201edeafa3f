"""`/c/<token>` with Postgres stopped, against a no-op of the same server: mails already sent must go on working."""

from __future__ import annotations

import os
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks import load
from benchmarks.collector import NOOP, answers, child, free_port, granian
from benchmarks.table import Row, compared, interleaved
from benchmarks.waiting import wait
from mailing.tokens import Signer, Ticket

REQUESTS = 4_000
SECRET = "benchmark " * 4


def measure(scale: float) -> list[Row]:
    """Requests per second and p99 of redirects; the database's address leads nowhere from the first request on."""
    requests = max(1_500, int(REQUESTS * scale))
    click = clicked()
    slow: list[float] = []
    with web_without_database() as port:
        load.run(port, lambda number: click, requests=300, connections=8)

        def noop() -> float:
            return load.run(port, lambda number: NOOP, requests=requests, connections=8).per_second

        def ours() -> float:
            done = load.run(port, lambda number: click, requests=requests, connections=8)
            assert set(done.statuses) == {302}, done.statuses
            slow.append(done.percentile(0.99) * 1000)
            return done.per_second

        measured = interleaved(noop, ours)
    p99 = statistics.median(slow) if measured else None
    return [
        compared("redirect with Postgres stopped", measured, unit="requests/s", goal="≥ 0.30"),
        Row("p99 of that", p99, "ms", 300.0, p99 / 300 if p99 else None, "≤ 1"),
    ]


def clicked() -> bytes:
    """A click on a link of a mail sent before."""
    signer = Signer([SECRET])
    ticket = Ticket(tenant_id=1, lead_id=1, message="msg_" + "1" * 32, email="eml_" + "2" * 32, sent_at=1_790_000_000)
    url = "https://acme.example/products/7?utm_source=mail"
    token = f"{signer.tickets(ticket).track}.{signer.link_part(1, ticket.email, url)}"
    agent = "User-Agent: Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36"
    return f"GET /c/{token} HTTP/1.1\r\nHost: 127.0.0.1\r\n{agent}\r\n\r\n".encode()


@contextmanager
def web_without_database() -> Iterator[int]:
    """The web server as `make run` starts it, with a Postgres that is not there."""
    port = free_port()
    crowd = ("--blocking-threads", "8", "--backpressure", "256")
    command = granian("wsgi", port, "ma_platform.wsgi:application", *crowd)
    with tempfile.TemporaryDirectory() as nowhere:
        gone = f"postgres://ma_web@{nowhere.replace('/', '%2F')}/ma"
        more = {"DATABASE_URL": gone, "MA_PROCESS": "web", "DATA_DIR": os.environ.get("DATA_DIR", nowhere)}
        with child(command, more):
            wait(lambda: answers(port), what="the web server answers")
            yield port
