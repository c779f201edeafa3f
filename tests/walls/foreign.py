"""Another tenant's ids, ids that do not exist, and everything a tenant owns, to compare before and after."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple
from urllib.parse import quote

from django.db import connection
from psycopg2 import sql

from ma_platform.tenancy.models import Workspace
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.tenancy.walls import PEOPLE
from ma_platform.workspaces.belongings import tables
from tests.walls.crawl import Answer, Crawler, Given, Ids
from tests.walls.routes import Row

PUBLIC_ID = re.compile(r"(?P<prefix>[a-z]+_)(?P<code>\w{10})?(?P<random>[0-9a-f]{32})\Z")
# What differs from one answer to the next whoever asks: random ids, moments, form tokens.
CHANGING = re.compile(
    r"\b[a-z]{2,5}_\w{0,10}[0-9a-f]{32}\b"
    r"|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[\d.]*(?:Z|\+\d\d:\d\d)?"
    r"|\b[0-9A-Za-z]{64}\b"
)


def missing(ids: Mapping[str, str]) -> dict[str, str]:
    """Values of the same form that nobody has."""
    return {name: _missing(value) for name, value in ids.items()}


def _missing(value: str) -> str:
    digest = hashlib.sha256(b"nobody's" + value.encode()).hexdigest()
    if found := PUBLIC_ID.match(value):
        return f"{found['prefix']}{found['code'] or ''}{digest[:32]}"
    if value.isdecimal():
        return str(10**12)
    if "@" in value:
        return f"{digest[:12]}@{digest[:8]}.example"
    return digest[: len(value)]


Likeness = tuple[int, str, str]


def likeness(answer: Answer, ids: Ids) -> Likeness:
    """Status, target and text without what was asked for and what changes by itself."""
    return (answer.status, _plain(answer.headers.get("Location", ""), ids), _plain(answer.text, ids))


def _plain(text: str, ids: Mapping[str, str]) -> str:
    for value in sorted((value for value in ids.values() if len(value) > 3), key=len, reverse=True):
        text = text.replace(value, "…").replace(quote(value), "…")
    return CHANGING.sub("…", text)


class Watch:
    """Whether what a workspace owns is still as it was in the beginning.

    Read again are only the tables written to since the transaction began. Postgres counts those, what a savepoint took
    back and what came shortly before among them: too many, never too few.
    """

    def __init__(self, workspace: Workspace, of: Iterable[str] | None = None) -> None:
        self.workspace = workspace
        self.before = belongings(workspace, {model._meta.db_table for model in tables()} if of is None else of)

    def changed(self) -> set[str]:
        """The tables whose rows are others."""
        now = belongings(self.workspace, written_to() & self.before.keys())
        return {table for table, rows in now.items() if rows != self.before[table]}


class Twice(NamedTuple):
    """Answers to another tenant's ids and to missing ids, and what the first of them changed over there."""

    foreign: Likeness
    missing: Likeness
    changed: set[str]


def asked_twice(crawler: Crawler, row: Row, method: str, place: str, theirs: Ids, watch: Watch) -> Twice:
    """`place` (address, query or body) holds the others' ids, everything else the asker's own."""
    key, nobodys = crawler.key_for(row), missing(theirs)
    foreign = crawler.ask(row, method, role="owner", key=key, given=Given(**{place: theirs}), look=watch.changed)
    absent = crawler.ask(row, method, role="owner", key=key, given=Given(**{place: nobodys}))
    return Twice(likeness(foreign, theirs), likeness(absent, nobodys), foreign.found)


def of_people() -> set[str]:
    """The tables of people, and of what is kept about them."""
    about = {model._meta.db_table for model in tables() for one in model._meta.local_fields if _is_a_person(one.column)}
    return about | {PEOPLE}


def _is_a_person(column: str | None) -> bool:
    return (column or "").endswith("lead_id")


def belongings(workspace: Workspace, of: Iterable[str]) -> dict[str, str]:
    """A fingerprint of the rows of each of these tables that are this tenant's, and of its line in the directory."""
    directory = Workspace.objects.filter(pk=workspace.pk).values_list("name", "timezone", "locale", "sending_frozen_at")
    prints = {"tenancy_workspace": str(list(directory))}
    if asked := sorted(set(of) - prints.keys()):
        with tenant_scope(workspace), connection.cursor() as cursor:
            statement = sql.SQL(" UNION ALL ").join(map(_fingerprint, asked)).as_string(cursor.cursor)
            cursor.execute(statement, {"tenant": workspace.pk})
            prints.update(cursor.fetchall())
    return prints


def _fingerprint(table: str) -> sql.Composed:
    return sql.SQL(
        "SELECT {name}, coalesce(md5(string_agg(line::text, '|' ORDER BY line::text)), '')"
        " FROM {table} AS line WHERE tenant_id = %(tenant)s"
    ).format(name=sql.Literal(table), table=sql.Identifier(table))


def written_to() -> set[str]:
    """Tables in which rows came, went or were changed, by the names of their parents."""
    with connection.cursor() as cursor:
        cursor.execute(WRITTEN_TO)
        return {table for (table,) in cursor.fetchall()}


WRITTEN_TO = """
    SELECT coalesce(parent.relname, counted.relname)
      FROM pg_stat_xact_user_tables AS counted
      LEFT JOIN pg_inherits AS inherits ON inherits.inhrelid = counted.relid
      LEFT JOIN pg_class AS parent ON parent.oid = inherits.inhparent
     WHERE counted.n_tup_ins + counted.n_tup_upd + counted.n_tup_del > 0
"""
