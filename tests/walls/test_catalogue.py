"""Every table of a tenant has both walls; the rest is named here and holds nothing private."""

from __future__ import annotations

import os
from contextlib import closing

import psycopg2
import pytest
from django.apps import apps
from django.db import connection, models

from leads.actions import upsert_leads
from leads.entry import LeadInput
from ma_platform import jobs
from ma_platform.tenancy.orm import TenantForeignKey, TenantModel
from ma_platform.tenancy.scope import tenant_scope

# Tables without a tenant: the directory, people who sign in, and machinery that works over all tenants.
WITHOUT_TENANT = {
    "account_emailaddress",
    "account_emailconfirmation",
    "auth_group",
    "auth_group_permissions",
    "auth_permission",
    "django_content_type",
    "django_migrations",
    "django_session",
    "mailing_mailboxentry",
    "tenancy_user",
    "tenancy_workspace",
    "tracking_consumer",
    "tracking_streamoffset",
    "workspaces_closing",
}
TENANT_TABLES = """
    SELECT relation.relname, relation.relrowsecurity, relation.relforcerowsecurity,
           count(policy.*) FILTER (WHERE policy.polroles = ARRAY['ma_web'::regrole::oid]),
           count(policy.*) FILTER (WHERE policy.polroles = ARRAY['ma_worker'::regrole::oid]),
           count(policy.*) FILTER (WHERE policy.polroles = ARRAY['ma_reach'::regrole::oid])
      FROM pg_class AS relation
      JOIN pg_attribute AS tenant ON tenant.attrelid = relation.oid AND tenant.attname = 'tenant_id'
      LEFT JOIN pg_policy AS policy ON policy.polrelid = relation.oid
     WHERE relation.relkind IN ('r', 'p') AND NOT relation.relispartition
       AND relation.relnamespace = 'public'::regnamespace
     GROUP BY 1, 2, 3
"""


def rows(statement: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


@pytest.mark.django_db
def test_every_tenant_table_is_walled_in_postgres():
    unwalled = [row[0] for row in rows(TENANT_TABLES) if row[1:] != (True, True, 1, 1, 1)]

    assert unwalled == []


@pytest.mark.django_db
def test_every_table_without_a_tenant_is_known():
    walled = {row[0] for row in rows(TENANT_TABLES)}
    everything = {
        row[0]
        for row in rows(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition"
            " AND relnamespace = 'public'::regnamespace"
        )
    }

    assert everything - walled == WITHOUT_TENANT & everything


def test_every_model_of_a_tenant_has_the_walled_manager():
    loose = [
        model._meta.label
        for model in apps.get_models()
        if any(field.name == "tenant" for field in model._meta.fields) and not issubclass(model, TenantModel)
    ]

    assert loose == []


def test_references_between_tenant_tables_are_composite():
    plain = [
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        if issubclass(model, TenantModel)
        for field in model._meta.local_fields
        if isinstance(field, models.ForeignKey)
        and issubclass(field.related_model, TenantModel)
        and not isinstance(field, TenantForeignKey)
    ]

    assert plain == []


def test_unique_keys_of_tenant_tables_start_with_the_tenant():
    wrong = [
        f"{model._meta.label}: {constraint.name}"
        for model in apps.get_models()
        if issubclass(model, TenantModel)
        for constraint in model._meta.constraints
        if isinstance(constraint, models.UniqueConstraint)
        and constraint.fields
        and constraint.fields[0] not in ("tenant", "tenant_id")
    ]

    assert wrong == []


@pytest.mark.django_db
def test_the_roles_of_web_and_worker_own_nothing_and_cannot_bypass():
    roles = rows(
        "SELECT rolname, rolbypassrls OR rolsuper,"
        " EXISTS (SELECT FROM pg_class WHERE relowner = pg_roles.oid AND relpersistence = 'p')"
        " FROM pg_roles WHERE rolname IN ('ma_web', 'ma_worker') ORDER BY 1"
    )

    assert roles == [("ma_web", False, False), ("ma_worker", False, False)]


CURSORS = """
    SELECT held.role, relation.relname
      FROM pg_class AS relation, unnest(ARRAY['ma_web', 'ma_reach']) AS held(role)
     WHERE relation.relname IN ('tracking_consumer', 'tracking_streamoffset')
       AND has_table_privilege(held.role, relation.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')
"""


@pytest.mark.django_db
def test_only_workers_move_the_cursors_of_the_log_and_the_stream():
    assert rows(CURSORS) == []


@pytest.mark.django_db(transaction=True)
def test_the_web_role_cannot_open_the_wall_with_a_star(acme):
    with closing(psycopg2.connect(os.environ["DATABASE_URL"])) as web, web.cursor() as cursor:
        cursor.execute("SELECT set_config('app.tenant_id', '*', false)")
        with pytest.raises(psycopg2.errors.InvalidTextRepresentation):
            cursor.execute("SELECT count(*) FROM tenancy_membership")


@pytest.mark.django_db(transaction=True)
def test_the_web_role_without_a_tenant_errors(acme):
    with (
        closing(psycopg2.connect(os.environ["DATABASE_URL"])) as web,
        web.cursor() as cursor,
        pytest.raises(psycopg2.errors.UndefinedObject),
    ):
        cursor.execute("SELECT count(*) FROM tenancy_membership")


@pytest.mark.django_db(transaction=True)
def test_the_web_role_sees_one_tenant(acme, globex):
    with closing(psycopg2.connect(os.environ["DATABASE_URL"])) as web, web.cursor() as cursor:
        cursor.execute("SELECT set_config('app.tenant_id', %s, false)", [str(acme.workspace.pk)])
        cursor.execute("SELECT DISTINCT tenant_id FROM tenancy_membership")

        assert cursor.fetchall() == [(acme.workspace.pk,)]


NARROWER = """
    SELECT held.role, relation.relname, string_agg(right_, ',' ORDER BY right_)
      FROM pg_class AS relation, unnest(ARRAY['ma_web', 'ma_reach']) AS held(role),
           unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) AS right_
     WHERE relation.relnamespace = 'public'::regnamespace AND relation.relkind IN ('r', 'p')
       AND has_table_privilege(held.role, relation.oid, right_)
     GROUP BY 1, 2
"""
OPEN_ROWS = """
    SELECT relation.relname FROM pg_attribute AS person
      JOIN pg_class AS relation ON relation.oid = person.attrelid
      JOIN pg_policies AS policy ON policy.tablename = relation.relname AND policy.policyname = 'reach'
     WHERE person.attname LIKE '%lead\\_id' AND relation.relkind IN ('r', 'p') AND NOT relation.relispartition
       AND relation.relnamespace = 'public'::regnamespace AND policy.qual NOT LIKE '%leads_lead%'
"""


@pytest.mark.django_db
def test_whoever_sees_a_part_of_the_people_has_the_rights_of_the_web_and_narrower_walls():
    rights = {
        role: {(table, held) for who, table, held in rows(NARROWER) if who == role} for role in ("ma_web", "ma_reach")
    }

    assert rights["ma_web"] ^ rights["ma_reach"] == set()
    assert rows(OPEN_ROWS) == []


@pytest.mark.django_db(transaction=True)
def test_the_narrower_role_sees_nobody_until_it_is_told_whom(acme):
    with tenant_scope(acme.workspace):
        people = [LeadInput(email="a@a.example", owner=acme.owner.email), LeadInput(email="b@b.example")]
        upsert_leads(people, by=None, now=acme.workspace.created_at)
    seen = []
    with closing(psycopg2.connect(os.environ["DATABASE_URL"])) as web, web.cursor() as cursor:
        cursor.execute("SELECT set_config('app.tenant_id', %s, false)", [str(acme.workspace.pk)])
        cursor.execute("SET ROLE ma_reach")
        for owners in (None, "", "0", f"{acme.owner.pk}", f"0,{acme.owner.pk}"):
            if owners is not None:
                cursor.execute("SELECT set_config('app.owners', %s, false)", [owners])
            cursor.execute("SELECT array_agg(email ORDER BY email) FROM leads_lead")
            seen.append(cursor.fetchone()[0])

    assert seen == [None, None, ["b@b.example"], ["a@a.example"], ["a@a.example", "b@b.example"]]


@pytest.mark.django_db(transaction=True)
def test_a_row_cannot_point_into_another_tenant(acme, globex):
    with tenant_scope(globex.workspace):
        person = LeadInput(email="x@globex.example")
        (theirs,) = upsert_leads([person], by=None, now=acme.workspace.created_at)
    raw = psycopg2.connect(os.environ["DATABASE_WORKER_URL"])
    with raw.cursor() as cursor:
        cursor.execute("SELECT set_config('app.tenant_id', %s, false)", [str(acme.workspace.pk)])
        cursor.execute("INSERT INTO leads_tag (tenant_id, name) VALUES (%s, 'x') RETURNING id", [acme.workspace.pk])
        values = [acme.workspace.pk, theirs.lead_id, cursor.fetchone()[0]]
        cursor.execute(
            "INSERT INTO leads_leadtag (tenant_id, lead_id, tag_id, added_at) VALUES (%s, %s, %s, now())", values
        )

    with closing(raw), pytest.raises(psycopg2.errors.ForeignKeyViolation):
        raw.commit()


def test_a_task_without_a_tenant_refuses_to_run():
    @jobs.tenant_task(queue="bulk")
    def tidy(tenant_id: int) -> dict[str, int]:
        return {"tidied": tenant_id}

    with pytest.raises(jobs.TenantMissing):
        tidy()
