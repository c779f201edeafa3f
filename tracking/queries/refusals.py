"""What the collector refused of a workspace lately: for the developer who wonders where the events are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
import redis

from ma_platform.tenancy.scope import current_tenant_id
from tracking.collector import wiring
from tracking.collector.refused import name_of


@dataclass(frozen=True, slots=True)
class Refused:
    """A post that was not taken: 400 malformed, 413 too large, 429 too fast.

    `reason` is what the sender was told; `code` ("" when it has none), `place` and `facts` are the same in parts.
    """

    at: datetime
    path: str
    status: int
    reason: str
    origin: str
    ua: str
    code: str = ""
    place: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)


def refusals() -> list[Refused]:
    """The newest 50 of the last hour, newest first; none while Valkey is away."""
    try:
        found: Any = wiring.client(wiring.place()).lrange(name_of(current_tenant_id()), 0, -1)
    except (redis.RedisError, OSError):
        return []
    return [_refused(orjson.loads(one)) for one in found]


def _refused(told: dict[str, Any]) -> Refused:
    return Refused(
        at=datetime.fromisoformat(told["at"]),
        path=told["path"],
        status=told["status"],
        reason=told["reason"],
        origin=told["origin"],
        ua=told["ua"],
        code=told.get("code", ""),
        place=told.get("place", ""),
        facts=told.get("facts", {}),
    )
