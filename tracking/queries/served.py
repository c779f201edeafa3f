"""Whose names this installation answers to: the proxy asks before it gets a certificate for one.

No web process may read over workspaces, so a worker tells the names and this reads what was told.
"""

from __future__ import annotations

from urllib.parse import urlsplit

import redis

from ma_platform.env import ENV
from tracking.collector import wiring

SERVED = "ma:tracking_hosts"
"""The set in Valkey; `tracking.actions.tell_served_hosts` writes it every few seconds."""


def is_served(name: str) -> bool:
    """Whether the name is our own or some workspace's tracking host. While Valkey is away only our own is known."""
    host = name.lower().rstrip(".")
    if host in {urlsplit(address).hostname for address in (ENV.base_url, ENV.tracking_host)}:
        return True
    try:
        return bool(wiring.client(wiring.place()).sismember(SERVED, host))
    except (redis.RedisError, OSError):
        return False
