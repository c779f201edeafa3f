"""Reads the keys straight from Postgres, without Django: the collector's own process has none."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from urllib.parse import unquote, urlsplit

import psycopg2
from psycopg2.extensions import connection

from tracking.collector.keys import Sender

CONNECT_SECONDS, STATEMENT_MS = 2, 2_000
STATES_IDENTITY = "tracking:edit"  # the scope a secret key needs to be believed


class Directory:
    """Loader and finder of a KeyTable. A database that is away is an OSError."""

    def __init__(self, url: str) -> None:
        self._url = url

    def load(self) -> Mapping[str, Sender]:
        """Every open workspace's public write key."""
        with _connected(self._url) as database, database.cursor() as cursor:
            cursor.execute("SELECT write_key, id FROM tenancy_workspace WHERE closed_at IS NULL")
            return {key: Sender(tenant_id) for key, tenant_id in cursor.fetchall()}

    def find(self, key: str) -> Sender | None:
        """One key: a write key, or a secret API key `ma_<code>_<secret>` that may state identities."""
        with _connected(self._url) as database, database, database.cursor() as cursor:
            cursor.execute("SELECT id FROM tenancy_workspace WHERE write_key = %s AND closed_at IS NULL", [key])
            row = cursor.fetchone()
            if row is not None:
                return Sender(row[0])
            parts = key.split("_", 2)
            if len(parts) != 3 or parts[0] != "ma":
                return None
            cursor.execute("SELECT id FROM tenancy_workspace WHERE code = %s AND closed_at IS NULL", [parts[1]])
            row = cursor.fetchone()
            if row is None:
                return None
            cursor.execute("SELECT set_config('app.tenant_id', %s, true)", [str(row[0])])
            digest = hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()
            cursor.execute(LIVE_KEY, {"tenant_id": row[0], "digest": digest, "scope": STATES_IDENTITY})
            return Sender(row[0], trusted=True) if cursor.fetchone() else None


LIVE_KEY = """
    SELECT id FROM tenancy_apikey
     WHERE tenant_id = %(tenant_id)s AND secret_hash = %(digest)s AND revoked_at IS NULL
       AND scopes ? %(scope)s
"""


@contextmanager
def _connected(url: str) -> Iterator[connection]:
    try:
        with closing(psycopg2.connect(**_address(url))) as database:
            yield database
    except psycopg2.Error as error:
        raise OSError(f"{type(error).__name__}: {str(error).strip()}") from error


def _address(url: str) -> dict[str, str | int]:
    parts = urlsplit(url)
    found: dict[str, str | int] = {
        "dbname": unquote(parts.path.lstrip("/")),
        "user": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "host": unquote(parts.netloc.rpartition("@")[2].partition(":")[0])
        if "%2" in parts.netloc
        else parts.hostname or "",
        "port": parts.port or "",
        "connect_timeout": CONNECT_SECONDS,
        "options": f"-c statement_timeout={STATEMENT_MS}",
    }
    return {name: value for name, value in found.items() if value != ""}
