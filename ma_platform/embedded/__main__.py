"""Command line of the embedded servers: `exec -- COMMAND` with addresses in its environment."""

from __future__ import annotations

import argparse
import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from ma_platform.embedded.account import choose
from ma_platform.embedded.postgres import Postgres
from ma_platform.embedded.valkey import Valkey
from ma_platform.env import ENV, setting


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m ma_platform.embedded", description=__doc__)
    parser.add_argument("--state", type=Path, default=ENV.data_dir, help="where the servers keep their files")
    parser.add_argument("--for-tests", action="store_true", help="fast and not crash-safe")
    parser.add_argument("--fresh", action="store_true", help="begin with no files and leave none")
    parser.add_argument(
        "--check-port", action="append", type=int, default=[], help="refuse to start when this port is taken"
    )
    parser.add_argument("verb", choices=["exec"])
    parser.add_argument("command", nargs=argparse.REMAINDER)
    options = parser.parse_args(arguments)
    command = [part for part in options.command if part != "--"]
    for port in options.check_port:
        refuse_taken_port(ENV.host, port)
    return run(command, state=options.state.resolve(), for_tests=options.for_tests, fresh=options.fresh)


def refuse_taken_port(host: str, port: int) -> None:
    """Say who is wrong before anything is started."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise SystemExit(f"Port {port} on {host} is taken ({error.strerror}); choose another with PORT=…") from None


def run(command: Sequence[str], *, state: Path, for_tests: bool, fresh: bool) -> int:
    """Start what the environment does not name, run `command`, stop what was started. Returns its exit code."""
    child: list[subprocess.Popen[bytes]] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, partial(_pass_on, child))
    state.mkdir(parents=True, exist_ok=True)
    with _only_one(state):
        started: list[Postgres | Valkey] = []
        try:
            environment = {**os.environ, **_servers(state, started, for_tests=for_tests)}
            child.append(subprocess.Popen(list(command), env=environment, start_new_session=True))
            return _code(child[0].wait())
        finally:
            for server in reversed(started):
                server.stop()
            if fresh:
                for server in started:
                    shutil.rmtree(
                        server.place.state if isinstance(server, Postgres) else server.state, ignore_errors=True
                    )


def _pass_on(child: list[subprocess.Popen[bytes]], number: int, _frame: object) -> None:
    for one in child:
        one.send_signal(number)


def _servers(state: Path, started: list[Postgres | Valkey], *, for_tests: bool) -> dict[str, str]:
    addresses: dict[str, str] = {}
    if setting("DATABASE_URL") is None:
        postgres = Postgres(choose(state), for_tests)
        started.append(postgres)
        postgres.start()
        for name, role in (
            ("DATABASE_URL", "ma_web"),
            ("DATABASE_WORKER_URL", "ma_worker"),
            ("DATABASE_OWNER_URL", "ma_owner"),
        ):
            addresses[name] = postgres.url(role)
        addresses["MA_POSTGRES_PID_FILE"] = str(postgres.data / "postmaster.pid")
    if setting("REDIS_URL") is None:
        valkey = Valkey(state if len(str(state)) < 80 else choose(state).sockets, for_tests)
        started.append(valkey)
        valkey.start()
        addresses["REDIS_URL"] = valkey.url
    return addresses


class _only_one:
    """One launcher per state directory; a second is told so."""

    def __init__(self, state: Path) -> None:
        self.file = (state / "lock").open("w")

    def __enter__(self) -> None:
        try:
            fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise SystemExit(f"Already running on {Path(self.file.name).parent}; stop it or set DATA_DIR=…") from None

    def __exit__(self, *_: object) -> None:
        self.file.close()


def _code(returned: int) -> int:
    """The shell's convention: a child ended by SIGINT or SIGTERM because we were asked to stop is a clean stop."""
    return 0 if -returned in (signal.SIGINT, signal.SIGTERM) else abs(returned)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
