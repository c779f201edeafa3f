"""The whole platform for the journeys, every process of its own; for the tag alone, a site and what collects."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import redis

from tests.browser.customer_site import Collector, collector_handler, served, site_handler
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


@pytest.fixture
def collector() -> Collector:
    return Collector()


@pytest.fixture
def site(request: pytest.FixtureRequest, collector: Collector) -> Iterator[str]:
    """The address of a site whose tag tells `collector`; what the module has in `PASTED` stands on those pages."""
    with ExitStack() as stack:
        collector.address = stack.enter_context(served(collector_handler(collector), "127.0.0.1"))
        yield stack.enter_context(served(site_handler(collector, request.module.PASTED), "localhost"))
