"""What the tracking rows share: the collector's own process and ingest as children, and the posts a browser makes."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from uuid_utils.compat import uuid7

from benchmarks import load
from benchmarks.waiting import wait
from ma_platform import clock, ids
from ma_platform.env import ROOT
from ma_platform.workspaces.actions import create_workspace

PAGES, VISITORS = 200, 5_000
NOOP = load.get("/healthz")


def workspace() -> tuple[str, int]:
    """(write key, tenant id) of a workspace of its own."""
    made = create_workspace(
        name="bench", email=f"{ids.code()}@bench.example", password="correct horse battery", now=clock.now()
    )
    return made.workspace.write_key, made.workspace.pk


def single(key: str) -> bytes:
    """A page view as the tag sends it."""
    return load.post("/v1/page", f'{{"writeKey": "{key}", {message()}}}'.encode())


def several(key: str, *, events: int) -> bytes:
    """A batch of page views."""
    batch = ", ".join(f'{{"type": "page", {message()}}}' for _ in range(events))
    return load.post("/v1/batch", f'{{"writeKey": "{key}", "batch": [{batch}]}}'.encode())


def message() -> str:
    """The inside of a page message; ids are new each time."""
    fresh = uuid7()
    return (
        f'"messageId": "{fresh}", "anonymousId": "v{fresh.int % VISITORS}", "context": {{"page": {{'
        f'"url": "https://acme.example/products/{fresh.int % PAGES}?utm_source=news",'
        f' "title": "Product {fresh.int % PAGES}",'
        ' "referrer": "https://www.google.com/"}}'
    )


@contextmanager
def server(
    more: Mapping[str, str] | None = None, *, application: str = "tracking.collector.asgi:rsgi"
) -> Iterator[int]:
    """The collector's own process on a free port; `more` is added to its environment."""
    port = free_port()
    with child(granian("rsgi", port, application), more):
        wait(lambda: answers(port), what="the collector answers")
        yield port


def granian(interface: str, port: int, application: str, *options: str) -> list[str]:
    """The command of a server of one process on 127.0.0.1."""
    place = ("--interface", interface, "--host", "127.0.0.1", "--port", str(port), "--workers", "1")
    calm = ("--no-ws", "--log-level", "warning")
    return [str(Path(sys.executable).parent / "granian"), *place, *calm, *options, application]


@contextmanager
def ingest() -> Iterator[None]:
    """The ingest process."""
    with child([sys.executable, "manage.py", "ingest"]):
        yield


@contextmanager
def child(command: list[str], more: Mapping[str, str] | None = None) -> Iterator[None]:
    """A process of ours for as long as the block lasts."""
    calm = {"DEBUG": "0", "SECRET_KEY": "benchmark " * 4, "EMAIL_URL": "smtp://127.0.0.1:1", "TRACKING_UNLIMITED": "1"}
    environment = {**os.environ, **calm, **(more or {})}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True)
    try:
        yield
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        found: int = probe.getsockname()[1]
    return found


def answers(port: int) -> bool:
    try:
        return load.run(port, lambda number: NOOP, requests=1, connections=1).statuses[200] == 1
    except OSError:
        return False
