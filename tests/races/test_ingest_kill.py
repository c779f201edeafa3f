"""kill −9 of the collector and of ingest while people post, and a Postgres that restarts: nothing lost, nothing twice.

Takes a minute: it brings its own servers, so that killing them disturbs no other test.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import BinaryIO

import psycopg2
import pytest

from ma_platform.embedded.account import choose
from ma_platform.embedded.postgres import Postgres
from ma_platform.embedded.valkey import Valkey
from ma_platform.env import ROOT
from tests.timing import eventually

PYTHON = sys.executable
POSTERS = 4
AWAY = (OSError, HTTPException, psycopg2.Error)  # what is being restarted does not answer
PATIENCE = 90.0  # a busy machine starts a process in half a minute; an idle one in two seconds


@dataclass
class Installation:
    """Servers, addresses and child processes of one run."""

    environment: dict[str, str]
    postgres: Postgres
    port: int
    log: BinaryIO
    children: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def launch(self, name: str) -> None:
        granian = [
            str(Path(PYTHON).parent / "granian"),
            "--interface",
            "rsgi",
            "--host",
            "127.0.0.1",
            "--port",
            str(self.port),
        ]
        command = {
            "web": [*granian, "--no-ws", "--log-level", "error", "tracking.collector.asgi:rsgi"],
            "ingest": [PYTHON, "manage.py", "ingest"],
        }[name]
        self.children[name] = subprocess.Popen(
            command, cwd=ROOT, env=self.environment, start_new_session=True, stdout=self.log, stderr=self.log
        )

    def kill(self, name: str) -> None:
        """As the kernel's out-of-memory killer would: the whole process group, no farewell."""
        child = self.children.pop(name)
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()

    def manage(self, *arguments: str) -> str:
        done = subprocess.run(
            [PYTHON, "manage.py", *arguments], cwd=ROOT, env=self.environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def query(self, statement: str) -> list[tuple]:
        """Asked again while the server recovers."""
        for _attempt in range(int(PATIENCE)):
            try:
                return self._query(statement)
            except psycopg2.OperationalError:
                time.sleep(1)
        return self._query(statement)

    def _query(self, statement: str) -> list[tuple]:
        address = f"host={self.postgres.place.sockets} user=ma dbname=ma"
        with closing(psycopg2.connect(address)) as database, database.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall()


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    postgres, valkey = Postgres(choose(tmp_path / "pg"), for_tests=True), Valkey(tmp_path / "vk")
    (tmp_path / "vk").mkdir()
    postgres.start()
    valkey.start()
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    urls = {"DATABASE_URL": "ma_web", "DATABASE_WORKER_URL": "ma_worker", "DATABASE_OWNER_URL": "ma_owner"}
    environment = {name: value for name, value in os.environ.items() if name != "MA_PROCESS"}
    environment |= {name: postgres.url(role) for name, role in urls.items()}
    environment |= {"REDIS_URL": valkey.url, "DATA_DIR": str(tmp_path / "data"), "TRACKING_UNLIMITED": "1"}
    there = Installation(environment, postgres, port, (tmp_path / "children.log").open("ab"))
    try:
        yield there
    finally:
        for name in list(there.children):
            there.kill(name)
        valkey.stop()
        postgres.stop()
        there.log.close()
        shutil.rmtree(postgres.place.state, ignore_errors=True)


@dataclass
class Poster(threading.Thread):
    """A sender that repeats a message until it is accepted, as every SDK does; it remembers what it was promised."""

    port: int
    key: str
    number: int
    stop: threading.Event
    accepted: set[str] = field(default_factory=set)
    tries: int = 0

    def __post_init__(self) -> None:
        super().__init__(daemon=True)

    def __hash__(self) -> int:
        return self.number

    def run(self) -> None:
        count = 0
        while not self.stop.is_set():
            batch = [self._message(count + step) for step in range(5)]
            while not self._post(batch) and not self.stop.is_set():
                time.sleep(0.05)
            count += 5

    def _message(self, count: int) -> dict[str, object]:
        name = f"{self.number}-{count}"
        return {
            "type": "track",
            "event": "tick",
            "messageId": name,
            "anonymousId": f"v{self.number}",
            "properties": {"id": name},
        }

    def _post(self, batch: list[dict[str, object]]) -> bool:
        self.tries += 1
        line = HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            line.request(
                "POST", "/v1/batch", json.dumps({"writeKey": self.key, "batch": batch}), {"User-Agent": "Mozilla/5.0"}
            )
            if line.getresponse().status != 200:
                return False
        except (OSError, HTTPException):
            return False
        finally:
            line.close()
        self.accepted |= {str(message["messageId"]) for message in batch}
        return True


def answers(port: int) -> bool:
    line = HTTPConnection("127.0.0.1", port, timeout=1)
    try:
        line.request("GET", "/healthz")
        return line.getresponse().status == 200
    finally:
        line.close()


def crash_postgres(there: Installation) -> None:
    """A backend dies of SIGKILL: the server drops everybody and goes through crash recovery."""
    victim = there.query("SELECT pid FROM pg_stat_activity WHERE usename = 'ma_worker' LIMIT 1")
    assert victim, "ingest is not connected"
    os.kill(victim[0][0], signal.SIGKILL)


@pytest.mark.slow  # brings its own Postgres and Valkey and restarts processes six times
@pytest.mark.timeout(600)
def test_nothing_accepted_is_lost_and_nothing_is_stored_twice(installation):
    there, stop = installation, threading.Event()
    key = open_shop(there)
    posters = [Poster(there.port, key, number, stop) for number in range(POSTERS)]
    for poster in posters:
        poster.start()

    for step in ("ingest", "web", "postgres", "ingest", "web"):
        disturb(there, step)
    await_growth(there, "nothing works any more")
    stop.set()
    for poster in posters:
        poster.join()

    accepted = set().union(*(poster.accepted for poster in posters))
    eventually(lambda: accepted <= set(stored(there)), seconds=PATIENCE, despite=AWAY, why=lambda: "accepted and lost")
    kept = stored(there)
    assert len(kept) == len(set(kept)), "stored twice"
    assert there.query("SELECT sum(count) FROM tracking_daily WHERE name >= 1000") == [(len(kept),)]


def open_shop(there: Installation) -> str:
    """Migrated, a workspace made, both processes up; the write key."""
    there.manage("migrate", "-v0")
    made = there.manage(
        "create_workspace", "--name", "A", "--email", "a@a.jp", "--password", "correct horse battery", "--json"
    )
    there.launch("web")
    there.launch("ingest")
    eventually(lambda: answers(there.port), seconds=PATIENCE, despite=AWAY)
    return str(json.loads(made)["write_key"])


def stored(there: Installation) -> list[str]:
    return [name for (name,) in there.query("SELECT props ->> 'id' FROM tracking_event WHERE name >= 1000")]


def await_growth(there: Installation, else_say: str) -> None:
    """Events get all the way through now: so that the next blow meets a working system."""
    before = len(stored(there))
    eventually(lambda: len(stored(there)) > before + 50, seconds=PATIENCE, despite=AWAY, why=lambda: else_say)


def disturb(there: Installation, step: str) -> None:
    await_growth(there, f"nothing arrives before {step} is hit")
    if step == "postgres":
        crash_postgres(there)
        return
    there.kill(step)
    there.launch(step)
