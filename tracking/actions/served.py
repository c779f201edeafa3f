"""Tell the web processes which tracking hosts there are: they may not read over workspaces themselves."""

from __future__ import annotations

import logging

import redis

from ma_platform.db import sql
from ma_platform.tenancy.scope import system_scope
from tracking.collector import wiring
from tracking.queries.served import SERVED

log = logging.getLogger(__name__)


def tell_served_hosts() -> int:
    """Put every workspace's tracking hosts, looked at or not, in place of those told before; returns how many."""
    with system_scope():
        hosts = sql.run("SELECT DISTINCT host FROM tracking_domain WHERE kind = 'tracking'").values()
    pipeline = wiring.client(wiring.place()).pipeline(transaction=True)
    pipeline.delete(SERVED)
    if hosts:
        pipeline.sadd(SERVED, *hosts)
    try:
        pipeline.execute()
    except (redis.RedisError, OSError) as error:
        log.info("tracking hosts are not told: %s", error)
    return len(hosts)
