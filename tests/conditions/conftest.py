"""A scratch schema beside the real one, made once; each test has a transaction of its own, which nobody commits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import psycopg2
import pytest

from tests.conditions.scratch import prepare
from tests.conftest import owner_dsn


@pytest.fixture(scope="session")
def scratch(test_database: str) -> Iterator[Any]:
    """The connection the tests share. The tables stay in the database, which is this process's to throw away."""
    with closing(psycopg2.connect(owner_dsn(test_database))) as connection:
        with connection, connection.cursor() as cursor:
            prepare(cursor)
        yield connection


@pytest.fixture
def cursor(scratch: Any) -> Iterator[Any]:
    """Over empty tables. The log's consumers stop before any open transaction, so it ends with the test."""
    with scratch.cursor() as cursor:
        yield cursor
    scratch.rollback()
