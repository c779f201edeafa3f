"""The whole platform for the journeys: a database, a mail server and every process of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from tests.browser.stack import Stack, running_stack
from tests.mailing.sink import Sink, running_sink


@pytest.fixture
def sink() -> Iterator[Sink]:
    with running_sink() as sink:
        yield sink


@pytest.fixture
def stack(another_database: str, sink: Sink, tmp_path: Path) -> Iterator[Stack]:
    redis.Redis.from_url(os.environ["REDIS_URL"].rsplit("db=", 1)[0] + "db=15").flushdb()
    with running_stack(another_database, sink.port, tmp_path) as running:
        yield running
