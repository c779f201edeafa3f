"""The second wall: Postgres row-level security, put on a table by the migration that creates it.

`ma_web` sees the tenant in `app.tenant_id` and errors when it is unset; `ma_worker` may also say `*`.
Sub-selects, because a bare `current_setting` would be asked again for every row.
The operation also gives every TenantForeignKey its composite key, so a row can never point into another tenant.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

WEB, WORKER = "ma_web", "ma_worker"

PRIVILEGES = """
    GRANT USAGE ON SCHEMA public TO ma_web, ma_worker;
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ma_web, ma_worker;
    GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO ma_web, ma_worker;
    ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO ma_web, ma_worker;
    ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO ma_web, ma_worker;
"""
POLICIES = """
    ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
    ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
    DROP POLICY IF EXISTS web ON {table};
    DROP POLICY IF EXISTS worker ON {table};
    CREATE POLICY web ON {table} TO {web}
        USING (tenant_id = (SELECT current_setting('app.tenant_id')::bigint) {also})
        WITH CHECK (tenant_id = (SELECT current_setting('app.tenant_id')::bigint));
    CREATE POLICY worker ON {table} TO {worker}
        USING ((SELECT current_setting('app.tenant_id') = '*')
               OR tenant_id = (SELECT nullif(current_setting('app.tenant_id'), '*')::bigint) {also})
        WITH CHECK ((SELECT current_setting('app.tenant_id') = '*')
               OR tenant_id = (SELECT nullif(current_setting('app.tenant_id'), '*')::bigint));
    GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {web}, {worker};
"""
ANCHOR = "CREATE UNIQUE INDEX IF NOT EXISTS {name} ON {table} (tenant_id, id)"
REFERENCE = """
    ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY (tenant_id, {column})
        REFERENCES {target} (tenant_id, id) ON DELETE {on_delete} DEFERRABLE INITIALLY DEFERRED
"""


class Wall(Operation):
    """Wall one model's table. `also` widens what the web role may READ (never write): an SQL condition."""

    reversible = True

    def __init__(self, name: str, also: str = "") -> None:
        self.name = name
        self.also = also

    def deconstruct(self) -> tuple[str, list[str], dict[str, str]]:
        return type(self).__name__, [self.name], {"also": self.also} if self.also else {}

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """The wall is the database's own; Django's state does not change."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        model = to_state.apps.get_model(app_label, self.name)
        quote = schema_editor.quote_name
        table = quote(model._meta.db_table)
        also = f"OR {self.also}" if self.also else ""
        schema_editor.execute(POLICIES.format(table=table, web=WEB, worker=WORKER, also=also))
        for field in model._meta.local_fields:
            if type(field).__name__ == "TenantForeignKey":
                schema_editor.execute(_anchor(quote, field.remote_field.model))
                schema_editor.execute(_reference(quote, table, model, field))

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Dropping the table takes its wall along."""

    def describe(self) -> str:
        return f"Wall {self.name}"


class Reference(Operation):
    """The composite key of a TenantForeignKey added to a table that has its wall already."""

    reversible = True

    def __init__(self, model_name: str, name: str) -> None:
        self.model_name = model_name
        self.name = name

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """As with a wall, Django's state does not change."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        field: Any = model._meta.get_field(self.name)
        quote = schema_editor.quote_name
        schema_editor.execute(_anchor(quote, field.remote_field.model))
        schema_editor.execute(_reference(quote, quote(model._meta.db_table), model, field))

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Dropping the column takes its key along."""

    def describe(self) -> str:
        return f"Reference {self.model_name}.{self.name}"


def _anchor(quote: Any, target: type[models.Model]) -> str:
    """What a composite key needs to point at, made once per table that is pointed at."""
    table = target._meta.db_table
    return ANCHOR.format(table=quote(table), name=quote(f"{table}_in_tenant"))


def _reference(quote: Any, table: str, model: type[models.Model], field: Any) -> str:
    return REFERENCE.format(
        table=table,
        name=quote(f"{model._meta.db_table}_{field.column}_in_tenant"[:63]),
        column=quote(field.column),
        target=quote(field.remote_field.model._meta.db_table),
        on_delete=f"SET NULL ({quote(field.column)})" if field.null else "CASCADE",
    )
