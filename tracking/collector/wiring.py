"""The collector of this process, put together from the environment; one per process, made at the first request."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import redis

from ma_platform.connections import database_urls, redis_url
from ma_platform.env import ENV, Environment, setting
from tracking.collector.buckets import Buckets
from tracking.collector.core import Core
from tracking.collector.directory import Directory
from tracking.collector.keeper import Keeper
from tracking.collector.keys import KeyTable
from tracking.collector.spool import Spool
from tracking.collector.stream import Streams

STREAM_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Place:
    """Where this installation keeps what it accepts."""

    redis_url: str
    streams: Streams
    spool: Path


def place(env: Environment = ENV) -> Place:
    """From the environment; shards and prefix are set by our own launcher only."""
    shards = int(setting("TRACKING_SHARDS") or 1)
    return Place(redis_url(env), Streams(setting("TRACKING_STREAM") or "ma:events", shards), env.data_dir / "spool")


def client(where: Place) -> redis.Redis:
    """A stream that does not answer within a second is away."""
    found: redis.Redis = redis.Redis.from_url(
        where.redis_url, socket_timeout=STREAM_SECONDS, socket_connect_timeout=STREAM_SECONDS, retry=None
    )
    return found


def web_database_url(env: Environment = ENV) -> str:
    """The address the web role uses: the directory of keys is readable with it."""
    return os.environ.get("DATABASE_URL") or database_urls(env)["web"]


@cache
def keeper() -> Keeper:
    where = place()
    return Keeper(client(where), where.streams, Spool(where.spool))


@cache
def core() -> Core:
    """Loads the keys once before the first answer, and goes on refreshing them in a thread."""
    directory = Directory(web_database_url())
    keys = KeyTable(directory.load, directory.find)
    keys.refresh()
    keys.keep_fresh(keeper().spool.rest)
    unlimited = setting("TRACKING_UNLIMITED") == "1"  # for measuring only
    return Core(keys, Buckets(math.inf) if unlimited else Buckets())
