"""Where Postgres and Valkey are: given by the operator, or embedded under DATA_DIR.

One socket has three dialects (cache, Celery, limits); this is the only place that knows them.
"""

from __future__ import annotations

import os

from ma_platform.env import Environment, WrongSetting


def database_urls(env: Environment) -> dict[str, str]:
    """The address per process kind: web, worker, owner."""
    return {kind: database_url(env, kind) for kind in ("web", "worker", "owner")}


def database_url(env: Environment, kind: str) -> str:
    """The address for one kind of process; production tells each process no more than its own."""
    name, url = {
        "web": ("DATABASE_URL", env.database_url),
        "worker": ("DATABASE_WORKER_URL", env.database_worker_url),
        "owner": ("DATABASE_OWNER_URL", env.database_owner_url),
    }[kind]
    if not url:
        raise WrongSetting(name, "is not set; `make run` starts an embedded Postgres and sets it")
    return url


def redis_url(env: Environment) -> str:
    """The address as the operator wrote it (redis://… or unix:///path)."""
    if not env.redis_url:
        raise WrongSetting("REDIS_URL", "is not set; `make run` starts an embedded Valkey and sets it")
    return env.redis_url


def cache_url(env: Environment) -> str:
    """What Django's cache and redis-py take."""
    return redis_url(env)


def broker_url(env: Environment) -> str:
    """What Celery takes: a socket is `redis+socket:///path`."""
    return redis_url(env).replace("unix://", "redis+socket://", 1)


def limits_url(env: Environment) -> str:
    """What the `limits` library takes: a socket is `redis+unix:///path`."""
    return redis_url(env).replace("unix://", "redis+unix://", 1)


def process_kind() -> str:
    """Which of web, worker, owner this process is."""
    return os.environ.get("MA_PROCESS", "web")
