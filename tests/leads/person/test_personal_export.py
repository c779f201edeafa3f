"""Everything kept about one person as a file: no table forgotten, nobody else's data, for those alone who may."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.apps import apps
from django.db.models import CASCADE

from leads.actions import person_export
from leads.actions.diary import add_note
from leads.actions.merge import merge_leads
from leads.actions.personal import WITHHELD
from leads.models import Lead
from ma_platform.audit.models import AuditEntry
from ma_platform.tenancy.permissions import Role
from ma_platform.tenancy.scope import tenant_scope
from tests.leads.person.archive import lists
from tests.people import make_person

# What erasing a person reaches without a key of theirs: by the browser, by the address, by the public id.
BESIDE = {"leads_identityhint", "mailing_suppression", "leads_importedrow"}
OWN = ("lead_id", "visitor_id")


def somebody(email: str) -> Any:
    return Lead.objects.get(pk=make_person(email))


def reach() -> set[str]:
    """Tables that lose rows when a person is erased: by the database's own keys, by a number of theirs, or by hand."""
    found = {Lead}
    while more := {model for model in apps.get_models() if model not in found and hangs(model, found)}:
        found |= more
    numbered = {m for m in apps.get_models() if {field.column for field in m._meta.fields} & set(OWN)}
    return {model._meta.db_table for model in found | numbered} | BESIDE


def hangs(model: type, on: set[type]) -> bool:
    keys = [field for field in model._meta.fields if field.related_model in on]  # type: ignore[attr-defined]
    return any(field.remote_field.on_delete is CASCADE for field in keys)


def test_no_table_that_erasing_reaches_is_forgotten() -> None:
    told = {table for part in person_export.parts() for table in part.tables}

    assert reach() - told - set(WITHHELD) == set()
    assert told & set(WITHHELD) == set()


def test_the_story_of_who_was_joined_is_told_and_formulas_are_not_run(acme, sign_in, now) -> None:
    with tenant_scope(acme.workspace):
        keep, drop = somebody("keep@acme.example"), somebody("drop@acme.example")
        add_note(drop, "=HYPERLINK(1)", by=acme.owner, now=now)
        merge_leads(keep, drop, by=acme.owner, now=now + timedelta(hours=1))

    answer = sign_in().get(f"/leads/{drop.public_id}/export")
    document, tables = lists(b"".join(answer.streaming_content))

    assert [one["id"] for one in document["person"]] == [keep.public_id, drop.public_id]
    assert [one["text"] for one in document["notes"]] == ["=HYPERLINK(1)"]
    assert tables["notes"][1][1] == "'=HYPERLINK(1)"
    assert [one["kept"] for one in document["merges"]] == [keep.public_id]
    with tenant_scope(acme.workspace):
        assert AuditEntry.objects.get(verb="lead.exported").subject == keep.public_id


def test_who_may_not_export_gets_nothing(acme, sign_in, now) -> None:
    with tenant_scope(acme.workspace):
        lead = somebody("keep@acme.example")

    answer = sign_in(Role.VIEWER).get(f"/leads/{lead.public_id}/export")

    assert answer.status_code == 403
    with tenant_scope(acme.workspace):
        assert not AuditEntry.objects.filter(verb="lead.exported").exists()
