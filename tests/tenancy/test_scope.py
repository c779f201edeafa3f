import pytest
from django.db import connection, transaction
from django.db.utils import DataError

from ma_platform.tenancy.models import Membership, WorkspaceSettings
from ma_platform.tenancy.orm import WrongTenant
from ma_platform.tenancy.scope import TenantNotSet, tenant_scope


def test_a_walled_query_without_a_tenant_raises(acme):
    with pytest.raises(TenantNotSet):
        Membership.objects.count()


def test_a_raw_select_without_a_tenant_errors(acme):
    with pytest.raises(DataError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM tenancy_membership")


def test_a_scope_sees_only_its_own_rows(acme, globex):
    with tenant_scope(acme.workspace):
        owners = [member.user.email for member in Membership.objects.select_related("user")]

    assert owners == ["owner@acme.example"]


def test_a_row_of_another_tenant_is_refused(acme, globex):
    with tenant_scope(globex.workspace):
        theirs = WorkspaceSettings.objects.get()

    with tenant_scope(acme.workspace), pytest.raises(WrongTenant):
        theirs.save()


def test_leaving_an_inner_scope_restores_the_outer_one(acme, globex):
    with tenant_scope(acme.workspace):
        with tenant_scope(globex.workspace):
            inner = Membership.objects.get().user.email
        outer = Membership.objects.get().user.email

    assert (inner, outer) == ("owner@globex.example", "owner@acme.example")
