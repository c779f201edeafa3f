"""The second wall: Postgres row-level security, put on a table by the migration that creates it.

`ma_web` sees the tenant in `app.tenant_id` and errors when it is unset; `ma_worker` may also say `*`.
Sub-selects, because a bare `current_setting` would be asked again for every row.
`ma_reach` is what web and worker become for somebody who sees a part of the people (`ma_platform/tenancy/reach.py`):
the same wall, narrower around every row of a person. Nobody else pays for it.
The operation also gives every TenantForeignKey its composite key, so a row can never point into another tenant.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

WEB, WORKER, REACH = "ma_web", "ma_worker", "ma_reach"
PEOPLE = "leads_lead"  # who of them is within reach is told by their owner

PRIVILEGES = """
    GRANT USAGE ON SCHEMA public TO ma_web, ma_worker, ma_reach;
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ma_web, ma_worker, ma_reach;
    GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO ma_web, ma_worker, ma_reach;
    ALTER DEFAULT PRIVILEGES IN SCHEMA public
        GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO ma_web, ma_worker, ma_reach;
    ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO ma_web, ma_worker, ma_reach;
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
    GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {web}, {worker}, {reach};
"""
# The policy of the web role, and around every row of a person: is that person within reach?
NARROWED = """
    DO $wall$ BEGIN
        DROP POLICY IF EXISTS reach ON {table};
        EXECUTE (SELECT format('CREATE POLICY reach ON {table} TO {reach} USING ((%s) {narrow}) WITH CHECK (%s)', qual,
                               with_check)
                   FROM pg_policies WHERE schemaname = 'public' AND tablename = '{name}' AND policyname = 'web');
    END $wall$
"""
# `app.owners` lists users; 0 among them stands for nobody: people without an owner. Unset is an empty list.
OWNED = """
    AND (owner_id = ANY ((SELECT string_to_array(current_setting(''app.owners'', true), '','')::bigint[])::bigint[])
         OR (owner_id IS NULL AND {unowned}))
"""
UNOWNED = "(SELECT 0 = ANY (string_to_array(current_setting(''app.owners'', true), '','')::bigint[]))"
WITHIN = """
    AND (({column} IS NULL AND {empty}) OR EXISTS (
         SELECT FROM leads_lead AS person WHERE person.tenant_id = {table}.tenant_id AND person.id = {table}.{column}))
"""
# No more and no less than the web role: what is append-only for one is for the other.
SAME_RIGHTS = """
    DO $rights$ DECLARE held record; BEGIN
        GRANT USAGE ON SCHEMA public TO ma_reach;
        ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO ma_reach;
        ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO ma_reach;
        REVOKE ALL ON ALL TABLES IN SCHEMA public FROM ma_reach;
        FOR held IN
            SELECT relation.oid::regclass::text AS relation, entry.privilege_type AS privilege,
                   CASE relation.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END AS kind
              FROM pg_class AS relation, aclexplode(relation.relacl) AS entry
             WHERE relation.relnamespace = 'public'::regnamespace AND entry.grantee = 'ma_web'::regrole
             UNION ALL
            SELECT called.oid::regprocedure::text, entry.privilege_type, 'FUNCTION'
              FROM pg_proc AS called, aclexplode(called.proacl) AS entry
             WHERE called.pronamespace = 'public'::regnamespace AND entry.grantee = 'ma_web'::regrole
        LOOP
            EXECUTE format('GRANT %s ON %s %s TO ma_reach', held.privilege, held.kind, held.relation);
        END LOOP;
    END $rights$
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
        schema_editor.execute(POLICIES.format(table=table, web=WEB, worker=WORKER, reach=REACH, also=also))
        schema_editor.execute(narrowed(model, people=("leads", "lead") in to_state.models), None)
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
        schema_editor.execute(narrowed(model, people=("leads", "lead") in to_state.models), None)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Dropping the column takes its key along."""

    def describe(self) -> str:
        return f"Reference {self.model_name}.{self.name}"


class Reach(Operation):
    """`ma_reach` gets the rights of the web role and its wall on every table there is; later tables bring their own."""

    reversible = True

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """As with a wall, Django's state does not change."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        schema_editor.execute(SAME_RIGHTS, None)
        for model in to_state.apps.get_models():
            if any(field.name == "tenant" for field in model._meta.local_fields):
                schema_editor.execute(narrowed(model, people=True), None)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """A role that nobody takes needs no taking down."""

    def describe(self) -> str:
        return "Reach"


def narrowed(model: type[models.Model], *, people: bool) -> str:
    """The statement that gives `ma_reach` its policy on a walled table; `people`: there is a table of them already."""
    table = model._meta.db_table
    narrow = OWNED.format(unowned=UNOWNED) if table == PEOPLE else "".join(_within(model)) if people else ""
    return NARROWED.format(name=table, table=table, reach=REACH, narrow=narrow)


def _within(model: type[models.Model]) -> list[str]:
    """A condition for every column that holds a person's key: references, and what lower rooms keep as a number.

    An empty number is a visit of nobody known. Where a reference that is cut leaves the row (a submission), it is of
    somebody all the same, and nobody's: it goes with the people without an owner.
    """
    table, found = model._meta.db_table, []
    fields: list[Any] = list(model._meta.local_fields)  # Any: as a migration knows them
    for field in fields:
        refers = type(field).__name__ == "TenantForeignKey" and field.remote_field.model._meta.db_table == PEOPLE
        if refers or (field.column or "").endswith("lead_id"):
            cut = refers and field.remote_field.on_delete is models.SET_NULL
            found.append(WITHIN.format(table=table, column=field.column, empty=UNOWNED if cut else "true"))
    return found


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
