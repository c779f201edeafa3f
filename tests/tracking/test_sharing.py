"""A member's word on a shared device, and taking it back: everything is as if it had never been marked."""

from __future__ import annotations

import pytest

from ma_platform.audit.models import AuditEntry
from ma_platform.db import sql
from ma_platform.tenancy.permissions import Role
from ma_platform.tenancy.scope import tenant_scope
from tests.tracking.test_identity_undo import A, B, bind, dump, minute, owners, view
from tests.tracking.test_watching import person
from tracking.actions import (
    BindingGone,
    Unshared,
    bind_visitor,
    mark_shared,
    settle_conflict,
    undo_binding,
    unmark_shared,
)
from tracking.models import Binding, Visitor
from tracking.queries import conflict_count


def test_the_mark_undoes_what_mail_clicks_bound_and_gives_it_back_exactly(in_acme):
    view(0)
    bind(A, 1, "mail_click")
    view(2)
    before = dump()

    assert mark_shared("v1", by=in_acme.owner, now=minute(3), undo_weak=True) is True
    assert owners() == [None, None]
    assert bind_visitor("v1", A, "mail_click", minute(4)).bound is False

    assert unmark_shared("v1", by=in_acme.owner, now=minute(5)) == Unshared(True, bindings=1, conflicts=0, events=2)
    assert dump() == before
    assert sql.run("SELECT lead_id FROM tracking_event WHERE name = 41").values() == [A]
    assert unmark_shared("v1", by=in_acme.owner, now=minute(6)) == Unshared()
    assert list(
        AuditEntry.objects.filter(verb__startswith="browser.").order_by("id").values_list("verb", flat=True)
    ) == [
        "browser.marked_shared",
        "browser.unmarked_shared",
    ]


def test_a_login_stays_when_the_mark_undoes_mail_clicks(in_acme):
    bind(A, 1, "mail_click")
    view(2)
    bind(B, 3, "identify")
    view(4)

    mark_shared("v1", by=in_acme.owner, now=minute(5), undo_weak=True)
    assert owners() == [B, B]
    unmark_shared("v1", by=in_acme.owner, now=minute(6))

    assert owners() == [A, B]


def test_what_a_member_undid_alone_is_not_given_back(in_acme):
    first = bind(A, 1, "mail_click")
    undo_binding(first, by=in_acme.owner, now=minute(2))
    mark_shared("v1", by=in_acme.owner, now=minute(3), undo_weak=True)

    unmark_shared("v1", by=in_acme.owner, now=minute(4))

    assert Binding.objects.get().undone_at == minute(2)


def test_conflicts_the_mark_settled_are_open_again_and_others_not(in_acme):
    bind(A, 1)
    looked_at = bind(B, 2, "mail_click")
    settle_conflict(looked_at, by=in_acme.owner, now=minute(3))
    bind(7, 4, "mail_click")
    mark_shared("v1", by=in_acme.owner, now=minute(5))
    assert conflict_count() == 0

    assert unmark_shared("v1", by=in_acme.owner, now=minute(6)).conflicts == 1

    assert Binding.objects.get(public_id=looked_at).settled_at == minute(3)
    assert conflict_count() == 1


def test_who_gave_their_name_while_it_was_shared_has_the_past_afterwards(in_acme):
    view(0)
    mark_shared("v1", by=in_acme.owner, now=minute(1))
    bind(A, 2)
    view(3)
    assert owners() == [None, A]

    assert unmark_shared("v1", by=in_acme.owner, now=minute(4)).events == 1

    assert owners() == [A, A]


def test_a_device_shared_by_its_logins_can_be_said_not_to_be(in_acme):
    bind(A, 0, "identify")
    bind(B, 60, "identify")
    assert Visitor.objects.get().shared is True

    assert unmark_shared("v1", by=in_acme.owner, now=minute(61)).was is True
    bind(7, 3 * 1440, "form")

    assert Visitor.objects.get().shared is False


def test_the_browsers_page_marks_and_unmarks_after_asking(sign_in, acme):
    with tenant_scope(acme.workspace):
        known = person("山田")
        view(0)
        bind(known, 1, "mail_click")
    client = sign_in()
    assert 'name="undo_weak"' in client.get("/tracking/visitors/v1").content.decode()

    client.post("/tracking/identity/shared/v1?next=/tracking/visitors/v1", {"undo_weak": "1"})
    marked = client.get("/tracking/visitors/v1").content.decode()
    back = client.post("/tracking/identity/unshared/v1?next=/tracking/visitors/v1")

    assert ('id="sharing"' in marked, "/tracking/identity/unshared/v1" in marked) == (True, True)
    assert back["location"] == "/tracking/visitors/v1"
    with tenant_scope(acme.workspace):
        assert owners() == [known]
    assert "sharing" not in sign_in(role=Role.VIEWER).get("/tracking/visitors/v1").content.decode()


def test_an_account_on_a_server_is_no_device(in_acme):
    bind_visitor("user:42", A, "identify", minute(0))

    assert mark_shared("user:42", by=in_acme.owner, now=minute(1)) is False
    assert Visitor.objects.get().shared is False


def test_a_neighbours_browser_is_not_there(acme, globex):
    with tenant_scope(globex.workspace):
        bind(A, 1)
    with tenant_scope(acme.workspace), pytest.raises(BindingGone):
        unmark_shared("v1", by=acme.owner, now=minute(2))
