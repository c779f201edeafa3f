"""Rows handed from one person to another, in sets: a picture before, a picture after, and the difference remembered.

Undoing puts back, column by column, what is still as the merge left it; what changed since stays and is listed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from psycopg2.sql import SQL, Composable, Identifier, Literal

from leads.actions.hung import HUNG, Hung
from leads.models import Merge, MergedRow
from ma_platform.db import sql

Row = dict[str, Any]  # Any: a row as JSON
Picture = Mapping[tuple[str, int], Row]


@dataclass(frozen=True, slots=True)
class Kept:
    """Something that changed since a merge and was therefore left as it is. `what`: a field, or a table."""

    what: str
    count: int = 1


def picture(lead_ids: Sequence[int]) -> dict[tuple[str, int], Row]:
    """Every watched row of these people, by table and number: one statement."""
    parts = [SQL(PICTURE).format(name=Literal(one.table), table=Identifier(one.table)) for one in _watched()]
    rows = sql.run(SQL(" UNION ALL ").join(parts), ids=list(lead_ids)).rows
    return {(table, number): _json(row) for table, number, row in rows}


def move(keep: int, drop: int) -> None:
    """Hand over what moves."""
    for one in HUNG.values():
        if one.moves:
            sql.run(SQL(MOVE).format(table=Identifier(one.table), free=_free(one)), keep=keep, drop=drop)


def remember(merge: Merge, before: Picture, after: Picture) -> int:
    """Keep what differs between the pictures; returns rows."""
    rows = [MergedRow(merge=merge, table=table, key=key) for table, key in _differences(before, after)]
    MergedRow.objects.bulk_create(rows, batch_size=1000)
    return len(rows)


def counts(lead_id: int) -> dict[str, int]:
    """How many rows of each table hang on a person, and would move: one statement."""
    parts = [SQL(COUNT).format(name=Literal(one.table), table=Identifier(one.table)) for one in HUNG.values()]
    found: dict[str, int] = dict(sql.run(SQL(" UNION ALL ").join(parts), lead_id=lead_id).rows)
    return found


def put_back(merge: Merge) -> list[Kept]:
    """Undo what was remembered; returns what stays because it changed since."""
    kept: list[Kept] = []
    by_table: dict[str, list[Row]] = defaultdict(list)
    for table, key in MergedRow.objects.filter(merge=merge).order_by("id").values_list("table", "key"):
        by_table[table].append(key)
    for table in sorted(set(by_table) & set(HUNG)):
        kept += _put_back(table, by_table[table])
    return kept


def _put_back(table: str, keys: Sequence[Row]) -> list[Kept]:
    made = [key["made"] for key in keys if "made" in key]
    gone = [key["gone"] for key in keys if "gone" in key]
    left = len(made) - sql.run(SQL(UNMAKE).format(table=Identifier(table)), rows=_text(made)).rowcount
    if gone:
        sql.run(SQL(RESTORE).format(table=Identifier(table)), rows=_text(gone))
    for columns, some in _by_columns(key for key in keys if "changed" in key).items():
        left += _revert(table, columns, some)
    return [Kept(table, left)] if left and not HUNG[table].judged else []


def _revert(table: str, columns: tuple[str, ...], keys: Sequence[Row]) -> int:
    """Column by column; returns rows of which something stays."""
    sets = SQL(", ").join(
        SQL(
            "{column} = CASE WHEN now.{column} IS NOT DISTINCT FROM after.{column} THEN before.{column}"
            " ELSE now.{column} END"
        ).format(column=Identifier(column))
        for column in columns
    )
    same = SQL(" AND ").join(
        SQL("now.{column} IS NOT DISTINCT FROM after.{column}").format(column=Identifier(column)) for column in columns
    )
    statement = SQL(REVERT).format(table=Identifier(table), sets=sets, same=same)
    before = [{"id": key["id"], **{name: pair[0] for name, pair in key["changed"].items()}} for key in keys]
    after = [{"id": key["id"], **{name: pair[1] for name, pair in key["changed"].items()}} for key in keys]
    exact: int = sql.run(statement, before=_text(before), after=_text(after)).value()
    return len(keys) - exact


def _by_columns(keys: Iterable[Row]) -> dict[tuple[str, ...], list[Row]]:
    found: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for key in keys:
        found[tuple(sorted(key["changed"]))].append(key)
    return found


def _differences(before: Picture, after: Picture) -> list[tuple[str, Row]]:
    found: list[tuple[str, Row]] = []
    for place in sorted({*before, *after}):
        old, new = before.get(place), after.get(place)
        if old != new:
            found.append((place[0], {"id": place[1], **_difference(old, new)}))
    return found


def _difference(old: Row | None, new: Row | None) -> Row:
    if old is None:
        return {"made": new}
    if new is None:
        return {"gone": old}
    return {"changed": {name: [old[name], new[name]] for name in old if old[name] != new[name]}}


def _watched() -> list[Hung]:
    return [one for one in HUNG.values() if one.watched]


def _free(one: Hung) -> Composable:
    if not one.beside:
        return SQL("")
    same = SQL(" AND ").join(
        SQL("own.{column} IS NOT DISTINCT FROM hung.{column}").format(column=Identifier(column))
        for column in one.beside
    )
    return SQL(FREE).format(table=Identifier(one.table), same=same)


def _json(row: Any) -> Row:  # Any: Django hands jsonb of a raw cursor out as text
    found: Row = orjson.loads(row) if isinstance(row, str) else row
    return found


def _text(rows: Sequence[Row]) -> str:
    return orjson.dumps(list(rows)).decode()


PICTURE = """
    SELECT {name} AS name, hung.id, to_jsonb(hung) FROM {table} AS hung
     WHERE hung.tenant_id = %(tenant_id)s AND hung.lead_id = ANY (%(ids)s::bigint[])"""
COUNT = """
    SELECT {name} AS name, count(*) FROM {table} AS hung
     WHERE hung.tenant_id = %(tenant_id)s AND hung.lead_id = %(lead_id)s"""
MOVE = """
    UPDATE {table} AS hung SET lead_id = %(keep)s
     WHERE hung.tenant_id = %(tenant_id)s AND hung.lead_id = %(drop)s {free}
"""
FREE = """
       AND NOT EXISTS (SELECT FROM {table} AS own
                        WHERE own.tenant_id = %(tenant_id)s AND own.lead_id = %(keep)s AND {same})
"""
UNMAKE = """
    DELETE FROM {table} AS now USING jsonb_array_elements(%(rows)s::jsonb) AS made(row)
     WHERE now.tenant_id = %(tenant_id)s AND now.id = (made.row ->> 'id')::bigint AND to_jsonb(now) = made.row
"""
RESTORE = """
    INSERT INTO {table} SELECT was.* FROM jsonb_populate_recordset(NULL::{table}, %(rows)s::jsonb) AS was
     WHERE was.tenant_id = %(tenant_id)s
    ON CONFLICT DO NOTHING
"""
# The row as it was found is in `now`; only a row without a trace of anybody else counts as exactly put back.
REVERT = """
    WITH reverted AS (
        UPDATE {table} AS now SET {sets}
          FROM jsonb_populate_recordset(NULL::{table}, %(before)s::jsonb) AS before
          JOIN jsonb_populate_recordset(NULL::{table}, %(after)s::jsonb) AS after USING (id)
         WHERE now.tenant_id = %(tenant_id)s AND now.id = before.id
        RETURNING now.id
    ), untouched AS (
        SELECT now.id FROM {table} AS now
          JOIN jsonb_populate_recordset(NULL::{table}, %(after)s::jsonb) AS after USING (id)
         WHERE now.tenant_id = %(tenant_id)s AND {same}
    )
    SELECT count(*) FROM reverted JOIN untouched USING (id)
"""
