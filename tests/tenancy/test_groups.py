"""Groups of members on their page: kept, limited in number, and read at once however many there are."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ma_platform.tenancy.models import Group
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions.groups import MOST, GroupInput, GroupRefused, save_group
from tests.conftest import NOW

PAGE = "/settings/groups/"


def asked(client: Client) -> int:
    """Statements that the page takes."""
    with CaptureQueriesContext(connection) as queries:
        assert client.get(PAGE).status_code == 200
    return len(queries)


def test_the_page_asks_as_much_for_many_groups_as_for_one(acme, globex, sign_in):
    client = sign_in()
    with tenant_scope(acme.workspace):
        save_group(None, GroupInput("一課", [acme.owner.pk]), by=acme.owner, now=NOW)
    client.get(PAGE)
    one = asked(client)
    with tenant_scope(acme.workspace):
        save_group(None, GroupInput("二課", [acme.owner.pk]), by=acme.owner, now=NOW)
        save_group(None, GroupInput("三課", [acme.owner.pk]), by=acme.owner, now=NOW)

    assert asked(client) == one


def test_the_page_keeps_a_group_and_refuses_strangers(acme, globex, sign_in):
    client = sign_in()

    kept = client.post(PAGE, {"name": "一課", "members": [acme.owner.pk]})
    refused = client.post(PAGE, {"name": "二課", "members": [globex.owner.pk]})

    assert (kept.status_code, refused.status_code) == (302, 422)
    with tenant_scope(acme.workspace):
        group = Group.objects.get()
        assert list(group.seats.values_list("membership__user_id", flat=True)) == [acme.owner.pk]


def test_a_refused_change_is_shown_as_it_came_in(acme, globex, sign_in):
    with tenant_scope(acme.workspace):
        save_group(None, GroupInput("一課"), by=acme.owner, now=NOW)
        second = save_group(None, GroupInput("二課"), by=acme.owner, now=NOW)

    answer = sign_in().post(f"{PAGE}{second.public_id}/", {"name": "一課", "members": [acme.owner.pk]})

    assert answer.status_code == 422
    assert answer.content.decode().count("checked") == 1
    with tenant_scope(acme.workspace):
        assert Group.objects.get(pk=second.pk).name == "二課"


def test_there_are_so_many_groups_and_no_more(acme, globex, sign_in):
    with tenant_scope(acme.workspace):
        Group.objects.bulk_create([Group(name=f"{number}課", created_at=NOW) for number in range(MOST)])
        first = Group.objects.order_by("pk")[0]
        with pytest.raises(GroupRefused):
            save_group(None, GroupInput("もう一つ"), by=acme.owner, now=NOW)
        save_group(first, GroupInput("改名"), by=acme.owner, now=NOW)

    answer = sign_in().post(PAGE, {"name": "もう一つ"})

    assert (answer.status_code, f"{MOST}個まで" in answer.content.decode()) == (422, True)
    with tenant_scope(acme.workspace):
        assert Group.objects.count() == MOST
    with tenant_scope(globex.workspace):
        save_group(None, GroupInput("一課"), by=globex.owner, now=NOW)
