"""One scratch schema for this folder's tests, in a transaction nobody commits."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import psycopg2
import pytest

from tests.conditions.scratch import prepare


@pytest.fixture(scope="package")
def cursor() -> Iterator[Any]:
    with closing(psycopg2.connect(os.environ["DATABASE_OWNER_URL"])) as connection, connection.cursor() as cursor:
        prepare(cursor)
        yield cursor
        connection.rollback()
