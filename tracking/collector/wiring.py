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
from tracking.collector.address import Proxies
from tracking.collector.buckets import Buckets
from tracking.collector.core import Core
from tracking.collector.directory import Directory
from tracking.collector.journal import Journal, Watch
from tracking.collector.keeper import Keeper
from tracking.collector.keys import KeyTable
from tracking.collector.refused import Refused
from tracking.collector.shelf import Shelf
from tracking.collector.spool import Spool
from tracking.collector.stream import FSYNC_MS, Streams
from tracking.collector.telling import Teller
from tracking.collector.visitor import Hands

STREAM_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Place:
    """Where this installation keeps what it accepts."""

    redis_url: str
    streams: Streams
    spool: Path
    fsync: bool = False  # an event is kept only once it is on the stream's disk


def place() -> Place:
    """From the environment; the prefix is set by our own launcher only."""
    streams = Streams(setting("TRACKING_STREAM") or "ma:events", ENV.tracking_shards)
    return Place(redis_url(ENV), streams, ENV.data_dir / "spool", ENV.ack_fsync)


def client(where: Place) -> redis.Redis:
    """A stream that does not answer within a second (and the disk's time, when that is waited for) is away."""
    seconds = STREAM_SECONDS + (FSYNC_MS / 1000 if where.fsync else 0)
    found: redis.Redis = redis.Redis.from_url(
        where.redis_url, socket_timeout=seconds, socket_connect_timeout=STREAM_SECONDS, retry=None
    )
    return found


def web_database_url(env: Environment = ENV) -> str:
    """The address the web role uses: the directory of keys is readable with it."""
    return os.environ.get("DATABASE_URL") or database_urls(env)["web"]


@cache
def keeper() -> Keeper:
    where, journal = place(), Journal()
    spool = Spool(where.spool)
    if setting("TRACKING_GUARD") != "0":  # tests empty their stream themselves
        own = client(where)
        Watch(own, where.streams, journal).start(Teller(own, where.streams, spool).tell)
    return Keeper(client(where), where.streams, spool, fsync=where.fsync, journal=journal)


@cache
def refused() -> Refused:
    """What was refused lately."""
    return Refused(client(place()))


@cache
def hands() -> Hands:
    return Hands(ENV.secret_key)


@cache
def proxies() -> Proxies:
    return Proxies(ENV.trusted_proxies)


@cache
def core() -> Core:
    """Loads the keys once before the first answer, and goes on refreshing them in a thread."""
    directory = Directory(web_database_url())
    keys = KeyTable(directory.load, directory.find, Shelf(ENV.data_dir / "keys.json"))
    keys.refresh()
    kept, told = keeper(), refused()

    def meanwhile() -> None:
        kept.spool.rest()
        told.flush()

    keys.keep_fresh(meanwhile)
    return Core(keys, buckets())


def buckets() -> Buckets:
    """What a tenant may send to this process."""
    if setting("TRACKING_UNLIMITED") == "1":  # for measuring only
        return Buckets(math.inf, math.inf)
    return Buckets.shared(ENV.tracking_rate, ENV.tracking_burst, processes=ENV.collector_processes)
