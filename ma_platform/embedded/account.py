"""As whom Postgres runs and where its files lie: it refuses root, so root lends it an account."""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SOCKET_PATH_LIMIT = 90  # sun_path holds 107 bytes and Postgres adds its own file name


@dataclass(frozen=True)
class Place:
    """A state directory and the account that owns it (`user` is None: ourselves)."""

    state: Path
    user: str | None

    @property
    def sockets(self) -> Path:
        short = Path("/tmp") / f"ma-{hashlib.sha256(str(self.state).encode()).hexdigest()[:10]}"  # noqa: S108
        return self.state / "run" if len(str(self.state)) < SOCKET_PATH_LIMIT - 20 else short

    def own(self, path: Path) -> Path:
        """Make a private directory that the account can use."""
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        if self.user:
            shutil.chown(path, self.user, self.user)
        path.chmod(0o700)
        return path

    def popen(self) -> dict[str, Any]:
        """Arguments for subprocess that drop to the account."""
        return {"user": self.user, "group": self.user, "extra_groups": []} if self.user else {}


def choose(wanted: Path) -> Place:
    """`wanted` where the account can reach it, else a folder of its own under /var/lib/ma-platform."""
    if os.geteuid() != 0:
        return Place(wanted, None)
    account = _account()
    if _reachable(wanted, account):
        return Place(wanted, account)
    digest = hashlib.sha256(str(wanted).encode()).hexdigest()[:10]
    away = Path("/var/lib/ma-platform") / digest
    away.mkdir(parents=True, exist_ok=True)
    away.parent.chmod(0o755)
    print(f"{wanted} cannot be reached by the account {account!r}; database files: {away}", flush=True)  # noqa: T201
    return Place(away, account)


def _account() -> str:
    for name in ("ma-postgres", "postgres"):
        if _exists(name):
            return name
    add = ["useradd", "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", "ma-postgres"]
    if shutil.which("useradd") and subprocess.run(add, check=False, capture_output=True).returncode == 0:
        return "ma-postgres"
    return "nobody"


def _exists(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def _reachable(path: Path, account: str) -> bool:
    existing = next(parent for parent in (path, *path.parents) if parent.exists())
    test = subprocess.run(["test", "-x", str(existing)], check=False, user=account, group=account, extra_groups=[])
    return test.returncode == 0
