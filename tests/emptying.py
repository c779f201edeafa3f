"""A committed test's rows taken away again: deleted where there are any; a TRUNCATE of a hundred tables takes a second.

Tables are emptied before those they point at. Where a test left much, truncating everything is quicker, and Django's
own flush does it. Content types and permissions are the installation's, as are migrations: they stay.
"""

from __future__ import annotations

from functools import cache
from graphlib import TopologicalSorter
from typing import Any

from django.apps import apps
from django.core.management import call_command
from django.db import connection, transaction
from psycopg2.sql import SQL, Identifier

MUCH = 512 * 1024  # bytes of one table; deleting costs a look at every table that may point at a row
APPENDED_TO = {"audit_auditentry"}  # of which no line can be deleted; truncating is a right that tests alone have
KEPT = {"django_migrations", "django_content_type", "auth_permission"}
WRITTEN = """
    SELECT coalesce(parent.relname, relation.relname), max(pg_relation_size(relation.oid))
      FROM pg_class AS relation
      LEFT JOIN pg_inherits AS inherits ON inherits.inhrelid = relation.oid
      LEFT JOIN pg_class AS parent ON parent.oid = inherits.inhparent
     WHERE relation.relnamespace = 'public'::regnamespace AND relation.relkind = 'r'
     GROUP BY 1 HAVING max(pg_relation_size(relation.oid)) > 0
"""


def empty_database(*_: Any) -> None:  # Any: also stands in for the end of a TransactionTestCase
    """Nothing is left of what was committed."""
    with connection.cursor() as cursor:
        cursor.execute(WRITTEN)
        written = dict(cursor.fetchall())
    if max((size for table, size in written.items() if table not in KEPT), default=0) > MUCH:
        call_command("flush", verbosity=0, interactive=False, reset_sequences=False)
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.tenant_id', '*', true)")
        for table in _tables():
            if table in written:
                emptying = "TRUNCATE {}" if table in APPENDED_TO else "DELETE FROM {}"
                cursor.execute(SQL(emptying).format(Identifier(table)).as_string(cursor.cursor))


@cache
def _tables() -> list[str]:
    """Those that point before those pointed at."""
    pointing: dict[str, set[str]] = {}
    for model in apps.get_models(include_auto_created=True):
        pointing.setdefault(model._meta.db_table, set())
        for field in model._meta.local_fields:
            if field.related_model is not None and field.related_model is not model:
                pointing.setdefault(field.related_model._meta.db_table, set()).add(model._meta.db_table)
    return [table for table in TopologicalSorter(pointing).static_order() if table not in KEPT]
