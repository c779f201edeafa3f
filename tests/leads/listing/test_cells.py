"""Values changed in the list itself: kept, refused when stale, and only by who may."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from leads.actions import LeadInput, add_tag, upsert_lead
from leads.actions.cells import words
from leads.models import Attribute, Lead, LeadTag
from lifecycle.models import Position
from ma_platform.tenancy.permissions import Role
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions.workspaces import NewWorkspace

SignIn = Callable[..., Client]
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def lead(acme: NewWorkspace, now: datetime) -> str:
    said = LeadInput(email="taro@acme.example", last_name="山田", job_title="課長", tags=("展示会",))
    with tenant_scope(acme.workspace):
        return str(upsert_lead(said, by=None, now=now).public_id)


def change(client: Client, lead: str, key: str, value: str, was: str) -> Any:  # Any: a test response
    return client.post(f"/leads/{lead}/cell/{key}", {"value": value, "was": was}, **HTMX)


def test_a_text_is_changed_and_shown(lead: str, acme: NewWorkspace, sign_in: SignIn) -> None:
    answer = change(sign_in(), lead, "job_title", "部長", "課長")

    assert answer.content.decode().strip() == "部長"
    with tenant_scope(acme.workspace):
        assert Lead.objects.get().job_title == "部長"


def test_a_stale_value_is_refused_with_what_it_is_now(lead: str, acme: NewWorkspace, sign_in: SignIn) -> None:
    client = sign_in()
    change(client, lead, "job_title", "部長", "課長")

    answer = change(client, lead, "job_title", "次長", "課長")

    assert answer.status_code == 422
    assert "部長" in answer.context["problem"]
    with tenant_scope(acme.workspace):
        assert Lead.objects.get().job_title == "部長"


def test_the_same_value_again_is_no_conflict(lead: str, sign_in: SignIn) -> None:
    client = sign_in()
    change(client, lead, "job_title", "部長", "課長")

    assert change(client, lead, "job_title", "部長", "課長").status_code == 200


def test_owner_stage_and_tags_are_changed_in_place(lead: str, acme: NewWorkspace, sign_in: SignIn) -> None:
    client = sign_in()

    answers = [
        change(client, lead, "owner", acme.owner.email, "").status_code,
        change(client, lead, "stage", "mql", "").status_code,
        change(client, lead, "tags", "名刺、 展示会2", "展示会").status_code,
    ]

    assert answers == [200, 200, 200]
    with tenant_scope(acme.workspace):
        assert Lead.objects.get().owner_id == acme.owner.pk
        assert Position.objects.get().stage_key == "mql"
        assert sorted(LeadTag.objects.values_list("tag__name", flat=True)) == ["名刺", "展示会2"]


def test_a_tag_typed_in_another_way_stays(lead: str, acme: NewWorkspace, sign_in: SignIn) -> None:
    client = sign_in()
    change(client, lead, "tags", "データ", "展示会")

    answer = change(client, lead, "tags", "テ\u3099ータ", "データ")

    assert answer.status_code == 200
    with tenant_scope(acme.workspace):
        assert list(LeadTag.objects.values_list("tag__name", flat=True)) == ["データ"]


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("VIP、 展示会；名刺", ["VIP", " 展示会", "名刺"]),
        ('VIP, "東京, 大阪", 名刺', ["VIP", "東京, 大阪", " 名刺"]),
        ('"6"" 画面, 黒"', ['6" 画面, 黒']),
        ('6" 画面, 黒', ['6" 画面', " 黒"]),
        ('"東京, 大阪', ['"東京', " 大阪"]),
        ("", []),
    ],
)
def test_words_are_parted_by_commas_outside_of_quotation_marks(written: str, kept: list[str]) -> None:
    assert words(written) == kept


def test_a_tag_with_a_comma_stays_whole(lead: str, acme: NewWorkspace, sign_in: SignIn, now: datetime) -> None:
    client, tags = sign_in(), '展示会, "東京, 大阪"'
    with tenant_scope(acme.workspace):
        add_tag([Lead.objects.get().pk], "東京, 大阪", now=now)
    form = client.get(f"/leads/{lead}/cell/tags", **HTMX).context

    answer = change(client, lead, "tags", f"{form['value']}, VIP", form["was"])

    assert (form["value"], answer.status_code) == (tags, 200)
    with tenant_scope(acme.workspace):
        assert sorted(LeadTag.objects.values_list("tag__name", flat=True)) == ["VIP", "展示会", "東京, 大阪"]


def test_a_field_of_the_workspace_is_changed_in_place(
    lead: str, acme: NewWorkspace, sign_in: SignIn, now: datetime
) -> None:
    with tenant_scope(acme.workspace):
        Attribute.objects.create(key="seats", label="席数", kind="number", created_at=now)
    client = sign_in()

    kept = change(client, lead, "attributes.seats", "１２", "")
    refused = change(client, lead, "attributes.seats", "many", "12")

    assert (kept.status_code, kept.content.decode().strip(), refused.status_code) == (200, "12", 422)
    with tenant_scope(acme.workspace):
        assert Lead.objects.get().attributes == {"seats": 12}


@pytest.mark.parametrize(
    ("key", "value", "was"), [("email", "not one", "taro@acme.example"), ("owner", "x@y.example", "")]
)
def test_what_cannot_be_kept_says_why(lead: str, sign_in: SignIn, key: str, value: str, was: str) -> None:
    answer = change(sign_in(), lead, key, value, was)

    assert answer.status_code == 422
    assert answer.context["problem"]


def test_a_viewer_changes_nothing_and_no_other_column_is_a_door(lead: str, sign_in: SignIn) -> None:
    assert change(sign_in(Role.VIEWER), lead, "job_title", "x", "課長").status_code == 403
    assert change(sign_in(), lead, "public_id", "x", "").status_code == 404
