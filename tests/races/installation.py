"""An installation of its own for a test that kills: servers, a collector, an ingest process, one workspace."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any, BinaryIO

import psycopg2
import pytest
import redis

from ma_platform.embedded.account import choose
from ma_platform.embedded.postgres import Postgres
from ma_platform.embedded.valkey import Valkey
from ma_platform.env import ROOT
from tests.ports import free_port
from tests.schema import copy_schema
from tests.timing import eventually

PYTHON = sys.executable
AWAY = (OSError, HTTPException, psycopg2.Error, redis.RedisError)  # what is being restarted does not answer
PATIENCE = 120.0  # a busy machine starts a process in half a minute; an idle one in two seconds
FACES = {
    "rsgi": ["--interface", "rsgi", "tracking.collector.asgi:rsgi"],
    "wsgi": ["--interface", "wsgi", "--blocking-threads", "8", "ma_platform.wsgi:application"],
}


@dataclass(kw_only=True)
class Processes:
    """Child processes in an environment. `face`: which of the collector's servers `web` is."""

    environment: dict[str, str]
    port: int
    log: BinaryIO
    face: str = "rsgi"
    children: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def launch(self, name: str) -> None:
        """Start `web` or `ingest` (`ingest2` …) without waiting for it."""
        granian = [str(Path(PYTHON).parent / "granian"), "--host", "127.0.0.1", "--port", str(self.port)]
        web = [*granian, "--no-ws", "--log-level", "error", *FACES[self.face]]
        command = web if name == "web" else [PYTHON, "manage.py", "ingest"]
        # The web process has the web's rights only, as in production.
        environment = self.environment | {"MA_PROCESS": "web" if name == "web" else "worker"}
        self.children[name] = subprocess.Popen(
            command, cwd=ROOT, env=environment, start_new_session=True, stdout=self.log, stderr=self.log
        )

    def kill(self, name: str) -> None:
        """As the kernel's out-of-memory killer would: the whole process group, no farewell."""
        child = self.children.pop(name)
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()

    def answers(self) -> bool:
        return answers(self.port)


@dataclass(kw_only=True)
class Installation(Processes):
    """With servers of its own."""

    postgres: Postgres
    valkey: Valkey
    write_key: str = ""

    def manage(self, *arguments: str) -> str:
        done = subprocess.run(
            [PYTHON, "manage.py", *arguments], cwd=ROOT, env=self.environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        """Straight to the database, as its superuser; raises psycopg2.Error while it is away."""
        address = f"host={self.postgres.place.sockets} user=ma dbname=ma"
        with closing(psycopg2.connect(address)) as database, database.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall()

    def stream(self) -> redis.Redis:
        client: redis.Redis = redis.Redis.from_url(self.valkey.url)
        return client

    def stop_postgres(self) -> None:
        """Immediate mode: every process drops dead, the next start goes through crash recovery."""
        pid = self.postgres.pid()
        assert pid is not None
        os.kill(pid, signal.SIGQUIT)
        eventually(lambda: not Path(f"/proc/{pid}").exists(), seconds=30)

    def open(self, migrated: str) -> None:
        """The tables of the database at `migrated`, and a workspace."""
        copy_schema(migrated, self.environment["DATABASE_OWNER_URL"])
        login = ["--email", "a@a.jp", "--password", "correct horse battery"]
        self.write_key = json.loads(self.manage("create_workspace", "--name", "A", *login, "--json"))["write_key"]

    def up(self) -> None:
        """Both processes run, and the collector answers."""
        for name in {"web", "ingest"} - self.children.keys():
            self.launch(name)
        eventually(self.answers, seconds=PATIENCE, despite=AWAY)


@contextmanager
def installed(folder: Path) -> Iterator[Installation]:
    """Servers with an empty database; nothing launched yet. Everything is gone afterwards."""
    postgres, valkey = Postgres(choose(folder / "pg")), Valkey(folder / "vk")
    (folder / "vk").mkdir()
    postgres.start()
    valkey.start()
    log = (folder / "children.log").open("ab")
    environment = _environment(folder, postgres, valkey)
    there = Installation(environment=environment, port=free_port(), log=log, postgres=postgres, valkey=valkey)
    try:
        yield there
    finally:
        for name in list(there.children):
            there.kill(name)
        valkey.stop()
        postgres.stop()
        there.log.close()
        shutil.rmtree(postgres.place.state, ignore_errors=True)


@contextmanager
def beside(folder: Path, face: str, *names: str, **environment: str) -> Iterator[Processes]:
    """These processes on the test's own database and stream."""
    kept = {name: value for name, value in os.environ.items() if name not in ("MA_PROCESS", "TRACKING_GUARD")}
    with (folder / "children.log").open("ab") as log:
        there = Processes(environment=kept | environment, port=free_port(), log=log, face=face)
        try:
            for name in names:
                there.launch(name)
            eventually(there.answers, seconds=PATIENCE, despite=AWAY)
            yield there
        finally:
            for name in list(there.children):
                there.kill(name)


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    """One of its own for a single test."""
    with installed(tmp_path) as there:
        yield there


def answers(port: int) -> bool:
    """Whether a server of ours is at this port; raises OSError while none is."""
    line = HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        line.request("GET", "/healthz")
        return line.getresponse().status == 200
    finally:
        line.close()


def _environment(folder: Path, postgres: Postgres, valkey: Valkey) -> dict[str, str]:
    urls = {"DATABASE_URL": "ma_web", "DATABASE_WORKER_URL": "ma_worker", "DATABASE_OWNER_URL": "ma_owner"}
    kept = {name: value for name, value in os.environ.items() if name not in ("MA_PROCESS", "TRACKING_GUARD")}
    kept |= {name: postgres.url(role) for name, role in urls.items()}
    return kept | {"REDIS_URL": valkey.url, "DATA_DIR": str(folder / "data"), "TRACKING_UNLIMITED": "1"}


def pause(seconds: float) -> None:
    """Let load run for a while: time itself is what is tested."""
    time.sleep(seconds)
