"""A seeding that was killed half way leaves a mark; the next one empties the database and begins anew."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing

import psycopg2
from psycopg2.sql import SQL, Identifier

from ma_platform.env import ENV

MARK = ENV.data_dir / "demo-unfinished"


def mark() -> None:
    """From now on until `clear` there is a part of a demo workspace in the database."""
    ENV.data_dir.mkdir(parents=True, exist_ok=True)
    MARK.touch()


def clear() -> None:
    """The demo workspace is whole."""
    MARK.unlink(missing_ok=True)


def sweep(team: Sequence[str]) -> bool:
    """Empty every table, if nobody but the demo's team was ever in the database; whether it was done.

    `team`: their addresses. Needs the address of the tables' owner.
    """
    if not MARK.exists() or not ENV.database_owner_url:
        return False
    with closing(psycopg2.connect(ENV.database_owner_url)) as owner, owner, owner.cursor() as cursor:
        cursor.execute(ALONE, {"team": list(team)})
        (alone,) = cursor.fetchone() or (False,)
        if alone:
            cursor.execute(TABLES)
            names = SQL(", ").join(Identifier(name) for (name,) in cursor.fetchall())
            cursor.execute(SQL("TRUNCATE {} RESTART IDENTITY").format(names))
    return bool(alone)


ALONE = """
    SELECT (SELECT count(*) = 1 FROM tenancy_workspace)
           AND NOT EXISTS (SELECT FROM tenancy_user WHERE email <> ALL (%(team)s))
"""
# Partitions are emptied with their table; what Django itself keeps stays.
TABLES = """
    SELECT relname FROM pg_class
     WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
       AND relname NOT IN ('django_migrations', 'django_content_type', 'auth_permission')
"""
