"""The public keys on this machine's disk, for a process that starts while Postgres is away. No secret lies here."""

from __future__ import annotations

import logging
import os
import time
import uuid
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import orjson

AGAIN_SECONDS = 600.0  # what has not changed is written again, for its age is asked
OLDEST_SECONDS = 24 * 3600.0

log = logging.getLogger(__name__)


class Shelf:
    """One file, readable by its owner alone; of the processes that share it the last one to write is right."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._held: Mapping[str, int] = {}
        self._wrote = 0.0

    def put(self, tenants: Mapping[str, int]) -> None:
        """Remember the tenant of each key, whole or not at all; a disk that refuses is only logged."""
        now = time.time()
        if tenants == self._held and now - self._wrote < AGAIN_SECONDS:
            return
        try:
            _write(self._path, orjson.dumps({"at": now, "tenants": tenants}))
        except OSError as error:
            log.warning("the keys are not kept for a restart: %s", error)
            return
        self._held, self._wrote = dict(tenants), now

    def find(self) -> dict[str, int] | None:
        """The tenant of each key as it last was; None when there is no such file, or it is a day old."""
        try:
            kept = orjson.loads(self._path.read_bytes())
            if time.time() - kept["at"] > OLDEST_SECONDS:
                return None
            return {str(key): int(tenant_id) for key, tenant_id in kept["tenants"].items()}
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.{uuid.uuid4().hex}")
    try:
        with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError:
        with suppress(OSError):
            beside.unlink()
        raise
