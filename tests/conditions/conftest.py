"""A scratch schema for each of this folder's tests, in a transaction nobody commits and nobody waits for long."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import psycopg2
import pytest

from tests.conditions.scratch import prepare


@pytest.fixture(scope="session")
def scratch() -> Iterator[Any]:
    """The connection the tests share."""
    with closing(psycopg2.connect(os.environ["DATABASE_OWNER_URL"])) as connection:
        yield connection


@pytest.fixture
def cursor(scratch: Any) -> Iterator[Any]:
    """Over fresh tables. The log's consumers stop before any open transaction, so it ends with the test."""
    with scratch.cursor() as cursor:
        prepare(cursor)
        yield cursor
        scratch.rollback()
