"""The whole platform as an operator runs it: web, ingest, workers, beat and the customer site, as real processes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ma_platform.env import ROOT
from tests.ports import free_port
from tests.timing import eventually

PASSWORD = "correct horse battery"
DEMO_EMAIL = "demo@example.com"


@dataclass(frozen=True)
class Stack:
    """Addresses of a running platform with one workspace, and its keys."""

    url: str
    site: str
    email: str
    api_key: str
    environment: dict[str, str]

    def manage(self, *arguments: str) -> str:
        """Run a management command beside the running processes."""
        return _manage(self.environment, *arguments)

    def ask(self, path: str, body: dict[str, object] | None = None, method: str = "") -> dict[str, object]:
        """One call of the REST API."""
        request = urllib.request.Request(
            f"{self.url}/api/v1/{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self.api_key}", "Content-Type": "application/json"},
            method=method or ("GET" if body is None else "POST"),
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            return dict(json.load(answer))


@contextmanager
def running_stack(database: str, smtp_port: int, folder: Path) -> Iterator[Stack]:
    """Start everything on free ports; on the way out stop it and wait until it is gone."""
    port, site_port = free_port(), free_port()
    environment = _environment(database, smtp_port, folder, port)
    processes = [_start("ma_platform.run", environment, folder / "run.log")]
    try:
        _wait_for(f"http://127.0.0.1:{port}/readyz", processes[0], folder / "run.log")
        made = _workspace(environment)
        site_environment = {**environment, "DEMO_SITE_CONFIG": str(folder / "site.json")}
        processes.append(
            _start("ma_platform.demo_site", site_environment, folder / "site.log", "--port", str(site_port))
        )
        stack = Stack(
            url=f"http://127.0.0.1:{port}",
            site=f"http://localhost:{site_port}",
            email="owner@acme.example",
            api_key=made["api_key"],
            environment=environment,
        )
        _connect_site(stack, made["write_key"], folder / "site.json")
        _wait_for(stack.site, processes[1], folder / "site.log")
        yield stack
    finally:
        for process in processes:
            process.send_signal(signal.SIGTERM)
        for process in processes:
            process.wait(30)


@contextmanager
def running_demo(database: str, folder: Path, *, leads: int, companies: int) -> Iterator[str]:
    """The dashboard alone on a small demo workspace; yields its address. Nothing is sent or counted meanwhile."""
    environment = _environment_of_web(database, folder)
    size = ["--leads", str(leads), "--companies", str(companies)]
    _manage(environment, "seed_demo", "--email", DEMO_EMAIL, "--password", PASSWORD, *size)
    with _running_web(environment, folder / "web.log"):
        yield environment["BASE_URL"]


@contextmanager
def running_collector(database: str, folder: Path) -> Iterator[tuple[str, str]]:
    """The collector alone on a workspace in which nothing is yet; yields its address and the write key."""
    environment = _environment_of_web(database, folder)
    key = _workspace(environment)["write_key"]
    with _running_web(environment, folder / "web.log"):
        yield environment["BASE_URL"], key


@contextmanager
def _running_web(environment: dict[str, str], log: Path) -> Iterator[None]:
    web = ["--interface", "wsgi", "--port", environment["PORT"], "--blocking-threads", "4", "--no-ws"]
    web += ["--log-level", "warning", "ma_platform.wsgi:application"]
    process = _start("granian", environment | {"MA_PROCESS": "web"}, log, *web)
    try:
        _wait_for(f"{environment['BASE_URL']}/healthz", process, log)
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def _environment_of_web(database: str, folder: Path) -> dict[str, str]:
    environment = _environment(database, 0, folder, free_port()) | {"EMAIL_URL": "mailbox:"}
    return environment | {"REDIS_URL": environment["REDIS_URL"].rsplit("db=", 1)[0] + "db=14"}


def _environment(database: str, smtp_port: int, folder: Path, port: int) -> dict[str, str]:
    names = ("DATABASE_URL", "DATABASE_WORKER_URL", "DATABASE_OWNER_URL")
    databases = {name: os.environ[name].rsplit("/", 1)[0] + "/" + database for name in names}
    kept = {name: value for name, value in os.environ.items() if name != "MA_PROCESS"}
    return {
        **kept,
        **databases,
        "REDIS_URL": os.environ["REDIS_URL"].rsplit("db=", 1)[0] + "db=15",
        "PORT": str(port),
        "BASE_URL": f"http://127.0.0.1:{port}",
        "EMAIL_URL": f"smtp://127.0.0.1:{smtp_port}",
        "DATA_DIR": str(folder),
        "DEBUG": "1",
        "DEMO": "0",
        "WORKERS": "2",
    }


def _start(module: str, environment: dict[str, str], log: Path, *arguments: str) -> subprocess.Popen[bytes]:
    with log.open("wb") as out:
        command = [sys.executable, "-m", module, *arguments]
        return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=out, stdin=subprocess.DEVNULL)


def _wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    def said() -> str:
        return log.read_text()[-3000:]

    def answers() -> bool:
        assert process.poll() is None, said()
        with urllib.request.urlopen(url, timeout=5):
            return True

    eventually(answers, seconds=60, every=0.2, despite=(OSError,), why=said)


def _manage(environment: dict[str, str], *arguments: str) -> str:
    command = [sys.executable, "manage.py", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def _workspace(environment: dict[str, str]) -> dict[str, str]:
    who = ["--name", "みらい製作所", "--email", "owner@acme.example", "--password", PASSWORD]
    said = _manage(environment, "create_workspace", *who, "--json")
    return dict(json.loads(said.strip().splitlines()[-1]))


def _connect_site(stack: Stack, write_key: str, config: Path) -> None:
    """What an owner does first: say who sends, and put the tag and the forms on the site."""
    sender = {
        "name": "株式会社みらい製作所",
        "postal_address": "東京都千代田区丸の内1-0-0",
        "contact": "info@mirai.example",
    }
    stack.ask("workspace", {"alert_address": "sales@mirai.example", "sender": sender}, "PATCH")
    forms = {form["name"]: form["id"] for form in stack.ask("forms")["results"]}  # type: ignore[attr-defined]  # JSON
    keys = {
        "tag_host": stack.url,
        "write_key": write_key,
        "form": forms["資料請求"],
        "contact_form": forms["お問い合わせ"],
    }
    config.write_text(json.dumps(keys))
