"""Run a statement with named parameters and read its answer as tuples, dicts or typed rows."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import connections
from psycopg2.sql import Composable

from ma_platform.db.tenant import current_tenant_id

Row = TypeVar("Row")


@dataclass(frozen=True)
class Answer:
    """What a statement changed and returned, read at once so that the cursor is free again."""

    rowcount: int
    names: tuple[str, ...]
    rows: list[tuple[Any, ...]]  # Any: column types are the statement's business

    def dicts(self) -> list[dict[str, Any]]:
        return [dict(zip(self.names, row, strict=True)) for row in self.rows]

    def one(self) -> tuple[Any, ...]:
        """The only row; raises ValueError when there is none or more than one."""
        (row,) = self.rows
        return row

    def value(self) -> Any:
        """The first column of the only row."""
        return self.one()[0]

    def values(self) -> list[Any]:
        """The first column of every row."""
        return [row[0] for row in self.rows]


def run(statement: str | Composable, *, using: str = "default", **params: object) -> Answer:
    """Execute one statement; `tenant_id` is filled in from the scope when the text names it."""
    with connections[using].cursor() as cursor:
        text = statement.as_string(cursor.cursor) if isinstance(statement, Composable) else statement
        cursor.execute(text, _with_tenant(text, params))
        if cursor.description is None:
            return Answer(cursor.rowcount, (), [])
        names = tuple(column[0] for column in cursor.description)
        return Answer(cursor.rowcount, names, cursor.fetchall())


def stream(
    statement: str | Composable, *, size: int = 2_000, using: str = "default", **params: object
) -> Iterator[tuple[Any, ...]]:  # Any: column types are the statement's business
    """The rows of one statement as tuples, fetched `size` at a time: memory stays that of one stretch.

    Only inside a transaction; what is not read to the end is closed with it.
    """
    with connections[using].chunked_cursor() as cursor:
        text = statement.as_string(cursor.cursor) if isinstance(statement, Composable) else statement
        cursor.execute(text, _with_tenant(text, params))
        while rows := cursor.fetchmany(size):
            yield from rows


def copied(statement: str | Composable, *, using: str = "default", **params: object) -> io.BytesIO:
    """The rows of one statement as COPY writes them: a line each, tabs between columns, ``\\N`` for NULL.

    A million of them take megabytes, not hundreds; and, unlike `stream`, the database reads with all its cores.
    """
    lines, connection = io.BytesIO(), connections[using]
    # The raw cursor raises the driver's errors; callers know Django's.
    with connection.cursor() as cursor, connection.wrap_database_errors:
        text = statement.as_string(cursor.cursor) if isinstance(statement, Composable) else statement
        asked = cursor.cursor.mogrify(text, _with_tenant(text, params)).decode()
        cursor.cursor.copy_expert(f"COPY ({asked}) TO STDOUT", lines)  # the values are adapted above
    lines.seek(0)
    return lines


def typed(statement: str | Composable, row: type[Row], *, using: str = "default", **params: object) -> list[Row]:
    """One `row` (a dataclass) per line, matched by column name."""
    return [row(**line) for line in run(statement, using=using, **params).dicts()]


def _with_tenant(text: str, params: dict[str, Any]) -> dict[str, Any] | None:
    if "%(tenant_id)s" in text and "tenant_id" not in params:
        return {**params, "tenant_id": current_tenant_id()}
    return params or None


@contextmanager
def bounded(milliseconds: int, *, using: str = "default") -> Iterator[None]:
    """Give the statements of this block their own time limit, inside the current transaction."""
    with _set("statement_timeout", f"{milliseconds}ms", using):
        yield


@contextmanager
def thorough(megabytes: int, *, using: str = "default") -> Iterator[None]:
    """For statements of this block that read a whole workspace, inside the current transaction: each sort and hash gets
    so much memory, and all cores read, whatever the planner takes the handing over of rows for.
    """
    with ExitStack() as settings:
        for name, value in {"work_mem": f"{megabytes}MB", **CHEAP_WORKERS}.items():
            settings.enter_context(_set(name, value, using))
        yield


# As it stands, handing rows over is taken for dearer than it is, and now and then one core reads alone: of a million
# people those who viewed any of 1,000 pages three times were found in 6.3 s instead of 1.7 s.
CHEAP_WORKERS = {"parallel_setup_cost": "0", "parallel_tuple_cost": "0.01"}


@contextmanager
def _set(name: str, value: str, using: str) -> Iterator[None]:
    """A setting of the transaction for this block; after an error the transaction is over, and the setting with it."""
    before = run("SELECT current_setting(%(name)s)", using=using, name=name).value()
    run(SET, using=using, name=name, value=value)
    yield
    run(SET, using=using, name=name, value=before)


SET = "SELECT set_config(%(name)s, %(value)s, true)"
