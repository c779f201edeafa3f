"""Lines of the audit log stay as they were written, whatever the product's own roles try."""

from __future__ import annotations

import os
from contextlib import closing

import psycopg2
import pytest

from leads.actions import LeadInput, bulk, erase_lead, exports, upsert_lead
from leads.models import Lead
from ma_platform import audit
from ma_platform.audit.models import AuditEntry
from ma_platform.tenancy.scope import tenant_scope
from tests.conftest import NOW

CHANGES = ("UPDATE audit_auditentry SET actor = 'nobody'", "DELETE FROM audit_auditentry")
RIGHTS = """
    SELECT role, string_agg(privilege, ',' ORDER BY privilege)
      FROM unnest(ARRAY['ma_web', 'ma_worker']) AS role,
           unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'REFERENCES', 'TRIGGER']) AS privilege
     WHERE has_table_privilege(role, 'audit_auditentry', privilege)
     GROUP BY role ORDER BY role
"""


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("address", ["DATABASE_URL", "DATABASE_WORKER_URL"])
@pytest.mark.parametrize("change", CHANGES)
def test_no_role_of_the_product_changes_or_removes_a_line(acme, address: str, change: str):
    with tenant_scope(acme.workspace):
        audit.record(acme.owner, "lead.exported", "lead_x", at=NOW)

    with closing(psycopg2.connect(os.environ[address])) as role, role.cursor() as cursor:
        cursor.execute("SELECT set_config('app.tenant_id', %s, false)", [str(acme.workspace.pk)])
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cursor.execute(change)

    with tenant_scope(acme.workspace):
        assert AuditEntry.objects.get(verb="lead.exported").actor == "owner@acme.example"


@pytest.mark.django_db(transaction=True)
def test_reading_and_adding_is_all_that_is_granted(acme):
    with closing(psycopg2.connect(os.environ["DATABASE_URL"])) as web, web.cursor() as cursor:
        cursor.execute(RIGHTS)
        rights = cursor.fetchall()
        cursor.execute("SELECT has_table_privilege('ma_web', 'audit_auditentry', 'TRUNCATE')")
        truncates = cursor.fetchone()

    assert (rights, truncates) == ([("ma_web", "INSERT,SELECT"), ("ma_worker", "INSERT,SELECT")], (False,))


def test_an_erased_person_is_named_by_no_line(in_acme):
    made = upsert_lead(LeadInput(email="hanako@yamada.example", last_name="山田"), by=None, now=NOW)
    asked = {"q": "hanako@yamada.example", "condition": None}
    kind = bulk.kind_of("add_tag")

    exports.start_export(asked, columns=["email"], form="csv", by=in_acme.owner, now=NOW)
    bulk.start_job(kind, kind.read({"tag": "x"}), asked, by=in_acme.owner, now=NOW)
    erase_lead(Lead.objects.get(pk=made.lead_id), by=in_acme.owner, now=NOW)

    lines = list(AuditEntry.objects.order_by("id").values_list("verb", "subject", "facts"))
    assert [verb for verb, _subject, _facts in lines][-3:] == ["export.asked", "bulk.started", "lead.erased"]
    assert "hanako" not in str(lines)
    assert "山田" not in str(lines)
