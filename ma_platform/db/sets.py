"""Rows as sets: arrays for `unnest`, and COPY for more than a thousand."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import Any

from django.db import connections
from psycopg2 import sql as names

from ma_platform.db import sql


def columns(rows: Sequence[object], *only: str) -> dict[str, list[Any]]:
    """One list per field of the dataclass: columns([P(1, "a"), P(2, "b")]) == {"id": [1, 2], "key": ["a", "b"]}.

    `rows` must not be empty unless the names are given in `only`.
    """
    wanted = only or tuple(field.name for field in fields(rows[0]))  # type: ignore[arg-type]  # dataclasses only
    return {name: [getattr(row, name) for row in rows] for name in wanted}


def copy_into(
    table: str, column_names: Sequence[str], rows: Iterable[Sequence[object]], *, using: str = "default"
) -> int:
    """COPY rows into `table` (a staging table: COPY into a walled table is refused). Returns how many."""
    buffer, count = io.StringIO(), 0
    for row in rows:
        buffer.write("\t".join(map(encode, row)) + "\n")
        count += 1
    buffer.seek(0)
    copy_lines(table, column_names, buffer, using=using)
    return count


def copy_lines(
    table: str, column_names: Sequence[str], lines: io.TextIOBase | io.BytesIO, *, using: str = "default"
) -> None:
    """COPY ready-made text-format lines into `table`."""
    statement = names.SQL("COPY {} ({}) FROM STDIN").format(
        names.Identifier(table), names.SQL(", ").join(map(names.Identifier, column_names))
    )
    connection = connections[using]
    # The raw cursor raises the driver's errors; callers know Django's, and must survive a server that goes away.
    with connection.cursor() as cursor, connection.wrap_database_errors:
        cursor.cursor.copy_expert(statement.as_string(cursor.cursor), lines)


_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\x00": None})


def encode(value: object) -> str:
    """One value in COPY's text format; None is null, lists become array literals."""
    if value is None:
        return r"\N"
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, list | tuple):
        return "{" + ",".join(_quoted(str(item)) for item in value).translate(_ESCAPES) + "}"
    return str(value).translate(_ESCAPES)


def _quoted(item: str) -> str:
    return '"' + item.replace("\\", "\\\\").replace('"', '\\"') + '"'


def staging(name: str, like: str, *, using: str = "default") -> None:
    """A temporary table shaped `like` this column list (`"id uuid, at timestamptz"`), gone at commit."""
    statement = names.SQL("CREATE TEMPORARY TABLE {} ({}) ON COMMIT DROP").format(
        names.Identifier(name), names.SQL(like)
    )
    sql.run(f"DROP TABLE IF EXISTS pg_temp.{names.Identifier(name).strings[0]}", using=using)
    sql.run(statement, using=using)
