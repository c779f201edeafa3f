"""Lines about rights say what was granted, to members and machines, in both languages."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from ma_platform import audit
from ma_platform.audit.models import AuditEntry
from ma_platform.audit.queries import Asked
from ma_platform.tenancy.models import Membership, User
from ma_platform.tenancy.permissions import Capability, Role, Span
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions import invite, issue_key
from ma_platform.workspaces.actions.auditing import export_audit
from ma_platform.workspaces.actions.groups import GroupInput, remove_group, save_group
from ma_platform.workspaces.auditing import actors, read_lines
from tests.conftest import NOW


@pytest.fixture
def hanako(in_acme) -> User:
    """A member beside the owner."""
    user = User.objects.create_user("hanako@acme.example", "x" * 12, name="花子")
    Membership.objects.create(user=user, role=Role.SALES, created_at=NOW)
    return user


def facts_of(verb: str) -> dict[str, object]:
    return dict(AuditEntry.objects.filter(verb=verb).latest("id").facts)


def told(verb: str, language: str) -> dict[str, str]:
    """The details of the latest line, as the page has them."""
    with translation.override(language):
        return dict(read_lines([AuditEntry.objects.filter(verb=verb).latest("id")], actors())[0].details)


def test_a_group_says_who_was_put_in_and_taken_out(in_acme, hanako):
    owner = in_acme.owner
    group = save_group(None, GroupInput("一課", [owner.pk]), by=owner, now=NOW)
    save_group(group, GroupInput("一課", [hanako.pk]), by=owner, now=NOW)
    changed, words, japanese = facts_of("group.changed"), told("group.changed", "en"), told("group.changed", "ja")
    remove_group(group, by=owner, now=NOW)

    assert facts_of("group.created") == {"name": "一課", "members": 1, "put_in": [str(owner.pk)], "taken_out": []}
    assert changed == {"name": "一課", "members": 1, "put_in": [str(hanako.pk)], "taken_out": [str(owner.pk)]}
    assert (words["Members put in"], words["Members taken out"]) == ("花子", str(owner))
    assert (japanese["加えたメンバー"], japanese["外したメンバー"]) == ("花子", str(owner))
    assert facts_of("group.removed") == {"name": "一課", "taken_out": [str(hanako.pk)]}


def test_a_key_says_what_it_may_do_and_whom_it_sees(in_acme, hanako):
    scopes = [Capability.VIEW_LEADS, Capability.SEE_SENSITIVE]

    issue_key(name="CRM", scopes=scopes, by=in_acme.owner, now=NOW, reaches_as=hanako)

    stated = {"name": "CRM", "scopes": ["leads:view", "leads:sensitive"], "reaches_as": str(hanako.pk)}
    assert facts_of("api_key.issued") == stated
    assert told("api_key.issued", "en") == {
        "Name": "CRM",
        "May do": "See leads and companies, See sensitive fields",
        "Sees what this member sees": "花子",
    }
    assert told("api_key.issued", "ja")["次のメンバーと同じ範囲"] == "花子"


def test_a_key_that_may_do_everything_says_all_of_it(in_acme):
    issue_key(name="all", scopes=list(Capability), by=in_acme.owner, now=NOW)

    words = told("api_key.issued", "en")

    assert (words["May do"].endswith("Read the audit log"), words["Sees"]) == (True, "Everybody")


def test_an_invitation_says_whether_people_without_an_owner_are_seen(in_acme):
    invite("new@acme.example", Role.SALES, by=in_acme.owner, now=NOW, reach=Span.OWN, unowned=True)

    assert facts_of("member.invited") == {"role": "sales", "reach": "own", "unowned": True}
    assert told("member.invited", "ja")["担当者のいないリードも見る"] == "はい"


def test_a_file_of_many_pages_asks_once_who_acted(acme, monkeypatch):
    monkeypatch.setattr("ma_platform.audit.queries.PAGE", 2)
    with tenant_scope(acme.workspace):
        audit.record_each(acme.owner, "lead.erased", [f"lead_{number}" for number in range(5)], at=NOW)
        with CaptureQueriesContext(connection) as queries:
            file = b"".join(export_audit(Asked(verbs=["lead.erased"]), by=acme.owner, now=NOW + timedelta(seconds=1)))

    assert (file.count(b",lead_"), sum("tenancy_apikey" in query["sql"] for query in queries)) == (5, 1)
