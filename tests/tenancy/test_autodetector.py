"""A new tenant table is walled by the migration that makes it, however Django splits its fields."""

from django.db import models
from django.db.migrations.operations import AddField, CreateModel

from ma_platform.tenancy.autodetector import new_references, tenant_tables
from ma_platform.tenancy.orm import TenantForeignKey

NUMBER = ("id", models.BigAutoField(primary_key=True))
TENANT = models.ForeignKey("tenancy.Workspace", on_delete=models.CASCADE)


def test_a_table_made_with_its_tenant_is_walled():
    assert tenant_tables([CreateModel("Card", [NUMBER, ("tenant", TENANT)])]) == ["Card"]


def test_a_table_that_gets_its_tenant_afterwards_is_walled():
    assert tenant_tables([CreateModel("Card", [NUMBER]), AddField("card", "tenant", TENANT)]) == ["Card"]


def test_a_table_of_the_installation_is_not_walled():
    assert tenant_tables([CreateModel("Beat", [NUMBER]), AddField("card", "colour", models.TextField())]) == []


def test_a_reference_is_keyed_where_the_table_is_older_than_it():
    """A table made here gets its keys together with its wall."""
    towards = TenantForeignKey("leads.Lead", models.CASCADE)
    added = [CreateModel("Card", [NUMBER]), AddField("card", "lead", towards), AddField("old", "lead", towards)]

    assert [(one.model_name, one.name) for one in new_references(added)] == [("old", "lead")]
