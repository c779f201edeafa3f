"""The views the veil is made of: rooms say which columns are left out and when; `migrate` makes them anew each time.

They follow the tables as they are after the migrations, so a new column needs nothing here. While migrations run there
are none, and who depends on them is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg2.sql import SQL, Composable, Identifier


@dataclass(frozen=True, slots=True)
class Veil:
    """A table as it is read behind the veil: columns said otherwise, and a test of its lines."""

    columns: Mapping[str, str]
    lines: str


VEILS: dict[str, Veil] = {}
# Whether a text was written before a field was marked, and may hold it. What is written since knows better.
OLDER = """(veiled.any_off() AND {at} < (SELECT max(field.marked_at) FROM public.leads_sensitivefield AS field
                                          WHERE field.tenant_id = row.tenant_id))"""


def veil(table: str, columns: Mapping[str, str] | None = None, *, lines: str = "true") -> None:
    """Columns of a table as they are read behind the veil: SQL over `row`, which `off`, `any_off` and so on write.

    lines: a test of the lines that are there at all.
    """
    VEILS[table] = Veil(columns or {}, lines)


def off(word: str, column: str, instead: str = "''") -> str:
    """The column, or `instead` while the field of this word is withheld."""
    return f"CASE WHEN veiled.off('{word}') THEN {instead} ELSE row.{column} END"


def any_off(words: tuple[str, ...], column: str, instead: str = "''") -> str:
    """The column, or `instead` while one of these fields is withheld."""
    tests = " OR ".join(f"veiled.off('{word}')" for word in words)
    return f"CASE WHEN {tests} THEN {instead} ELSE row.{column} END"


def without(prefix: str, column: str) -> str:
    """A JSON object without the members that are withheld fields, `prefix` and the member's name being the word."""
    return f"CASE WHEN jsonb_typeof(row.{column}) = 'object' THEN row.{column} - veiled.members('{prefix}') END"


def blank(column: str, instead: str = "NULL") -> str:
    """Left out whenever anything is withheld: what cannot be read field by field."""
    return f"CASE WHEN veiled.any_off() THEN {instead} ELSE row.{column} END"


def remove(connection: BaseDatabaseWrapper) -> None:
    """Take the views away, so that migrations may change what they read."""
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA IF EXISTS veiled CASCADE")


def build(connection: BaseDatabaseWrapper) -> None:
    """Make the views over the tables there are, in one statement's transaction."""
    with connection.cursor() as cursor:
        made = [FUNCTIONS]
        for table, drawn in VEILS.items():
            cursor.execute(COLUMNS, [table])
            names = [name for (name,) in cursor.fetchall()]
            if names:
                made.append(_view(table, names, drawn).as_string(cursor.cursor))
        cursor.execute(";\n".join(made))


def _view(table: str, names: list[str], drawn: Veil) -> Composable:
    shown = [
        SQL("({}) AS {}").format(SQL(drawn.columns[name]), Identifier(name))
        if name in drawn.columns
        else SQL("row.{}").format(Identifier(name))
        for name in names
    ]
    lines = SQL(drawn.lines)
    return SQL(VIEW).format(table=Identifier(table), columns=SQL(", ").join(shown), lines=lines)


COLUMNS = """
    SELECT attname FROM pg_attribute
     WHERE attrelid = to_regclass('public.' || quote_ident(%s)) AND attnum > 0 AND NOT attisdropped
     ORDER BY attnum
"""
# security_invoker: the walls are those of who asks. Not a security_barrier: nobody but us writes statements.
VIEW = """
    CREATE VIEW veiled.{table} WITH (security_invoker = true) AS SELECT {columns} FROM public.{table} AS row
     WHERE {lines};
    GRANT SELECT ON veiled.{table} TO PUBLIC
"""
# Called immutable, which they are not: a statement is planned for itself, once what is withheld is set, and no plan is
# kept. The planner then knows the answer, drops the CASE of a field that is not withheld, and its index serves.
FUNCTIONS = """
    CREATE SCHEMA veiled;
    GRANT USAGE ON SCHEMA veiled TO PUBLIC;
    CREATE FUNCTION veiled.off(word text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
        SET search_path = pg_catalog
        AS $$ SELECT word = ANY (string_to_array(current_setting('app.withheld'), ' ')) $$;
    CREATE FUNCTION veiled.any_off() RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog
        AS $$ SELECT current_setting('app.withheld') <> '' $$;
    CREATE FUNCTION veiled.members(prefix text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE
        SET search_path = pg_catalog
        AS $$ SELECT coalesce(array_agg(substr(word, length(prefix) + 1)), '{}')
                FROM unnest(string_to_array(current_setting('app.withheld'), ' ')) AS word
               WHERE starts_with(word, prefix) $$;
    CREATE FUNCTION veiled.stands() RETURNS boolean LANGUAGE sql PARALLEL SAFE AS $$ SELECT true $$
"""
