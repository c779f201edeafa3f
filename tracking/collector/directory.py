"""The keys straight from Postgres, without Django: the collector's own process has none."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from typing import Any
from urllib.parse import unquote, urlsplit

import psycopg2
from psycopg2.extensions import connection

from ma_platform import clock
from tracking.collector.keys import Sender, Table

CONNECT_SECONDS, STATEMENT_MS = 2, 2_000
STATES_IDENTITY = "tracking:edit"  # the scope a secret key needs to be believed
USED_AT_STEP = timedelta(minutes=1)

log = logging.getLogger(__name__)


class Directory:
    """Loader and finder of a KeyTable. A database that is away is an OSError."""

    def __init__(self, url: str) -> None:
        self._url = url

    def load(self) -> Table:
        """Every open workspace."""
        with _connected(self._url) as database, database.cursor() as cursor:
            cursor.execute("SELECT write_key, id, code FROM tenancy_workspace WHERE closed_at IS NULL")
            rows = cursor.fetchall()
        return Table({key: Sender(tenant_id) for key, tenant_id, _code in rows}, frozenset(code for *_, code in rows))

    def find(self, key: str) -> Sender | None:
        """One key: a write key, or a live secret API key `ma_<code>_<secret>`, whose use is noted.

        A secret key is trusted when it may edit tracking and sees everybody; else it is taken like the public one.
        """
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
            return None if row is None else _secret(cursor, row[0], key)


def _secret(cursor: Any, tenant_id: int, key: str) -> Sender | None:  # Any: psycopg2's cursor
    cursor.execute("SELECT set_config('app.tenant_id', %s, true)", [str(tenant_id)])
    digest = hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()
    cursor.execute(LIVE_KEY, {"tenant_id": tenant_id, "digest": digest, "scope": STATES_IDENTITY})
    row = cursor.fetchone()
    if row is None:
        return None
    now = clock.now()
    try:
        cursor.execute(NOTE_USE, {"tenant_id": tenant_id, "id": row[0], "now": now, "before": now - USED_AT_STEP})
    except psycopg2.Error as error:  # a database that only reads: no event is refused for that
        log.info("the use of a key cannot be noted: %s", error)
    return Sender(tenant_id, trusted=row[1])


# Who it sees: as `reach_of_key` has it. Of a member who has left it is nobody's any more.
LIVE_KEY = """
    SELECT key.id, key.scopes ? %(scope)s AND coalesce(member.reach = 'all' OR member.role = 'owner', true)
      FROM tenancy_apikey AS key
      LEFT JOIN tenancy_membership AS member
        ON member.tenant_id = key.tenant_id AND member.user_id = key.reaches_as_id
     WHERE key.tenant_id = %(tenant_id)s AND key.secret_hash = %(digest)s AND key.revoked_at IS NULL
       AND (key.reaches_as_id IS NULL OR member.id IS NOT NULL)
"""
NOTE_USE = """
    UPDATE tenancy_apikey AS key SET last_used_at = %(now)s
      FROM (SELECT id FROM tenancy_apikey
             WHERE tenant_id = %(tenant_id)s AND id = %(id)s AND (last_used_at IS NULL OR last_used_at < %(before)s)
               FOR UPDATE SKIP LOCKED) AS used
     WHERE key.tenant_id = %(tenant_id)s AND key.id = used.id
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
