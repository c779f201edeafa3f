"""What was refused lately, for the debugger page: noted in memory, put into Valkey by a thread, never waited for."""

from __future__ import annotations

import logging
import threading
from collections import deque
from datetime import datetime
from typing import Any

import orjson
import redis

from tracking.collector.refusal import Refusal
from tracking.collector.request import Request

KEPT, KEPT_SECONDS = 50, 3_600
MOST_TENANTS = 1_000  # between two flushes of one process
NOTED = frozenset({400, 413, 429})
log = logging.getLogger(__name__)
Note = dict[str, Any]  # Any: JSON


def name_of(tenant_id: int) -> str:
    """The list in Valkey, newest first."""
    return f"ma:refused:{tenant_id}"


class Refused:
    """`client` is a redis.Redis (its command calls are untyped)."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._held: dict[int, deque[Note]] = {}
        self._lock = threading.Lock()

    def note(self, tenant_id: int, request: Request, refusal: Refusal, *, now: datetime) -> None:
        """Remember it for the next flush; the same refusal again and again is remembered once."""
        if refusal.status not in NOTED:
            return
        told = {
            "at": now.isoformat(),
            "path": request.path,
            "status": refusal.status,
            "reason": refusal.reason[:300],
            "code": refusal.code,
            "place": refusal.path[:200],
            "facts": {name: str(fact)[:100] for name, fact in refusal.facts.items()},
            "origin": request.headers.get("origin", "")[:300],
            "ua": request.headers.get("user-agent", "")[:300],
        }
        with self._lock:
            if tenant_id not in self._held and len(self._held) >= MOST_TENANTS:
                return
            notes = self._held.setdefault(tenant_id, deque(maxlen=KEPT))
            if notes and {**notes[-1], "at": told["at"]} == told:
                notes.pop()
            notes.append(told)

    def flush(self) -> None:
        """Write what was noted; while Valkey is away it is forgotten."""
        with self._lock:
            held, self._held = self._held, {}
        if not held:
            return
        pipeline = self._client.pipeline(transaction=False)
        for tenant_id, notes in held.items():
            pipeline.lpush(name_of(tenant_id), *map(orjson.dumps, notes))
            pipeline.ltrim(name_of(tenant_id), 0, KEPT - 1)
            pipeline.expire(name_of(tenant_id), KEPT_SECONDS)
        try:
            pipeline.execute()
        except (redis.RedisError, OSError) as error:
            log.info("refusals are not shown: %s", error)
