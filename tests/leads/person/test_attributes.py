"""Fields of a workspace's own: made, held, merged, remembered, asked about."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from conditions import compile, parse
from leads.actions import LeadInput, LeadRefused, Rules, create_lead, edit_lead, upsert_leads
from leads.actions.attributes import (
    AttributeInput,
    AttributeRefused,
    archive_attribute,
    create_attribute,
    edit_attribute,
    edit_company_attributes,
    move_attribute,
)
from leads.attributes import Definition, ValueRefused, read_value
from leads.models import Attribute, Company, Lead
from leads.queries import LeadFilter, lead_json, list_leads
from leads.queries.attributes import definitions
from leads.queries.history import past_values
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from tracking.catalogue import Event
from tracking.models import Event as Fact

CHOICES = (("new", "新規"), ("old", "既存"))


def define(kind: str, now: datetime, key: str = "field_a", subject: str = "lead") -> Attribute:
    choices = CHOICES if "choice" in kind else ()
    said = AttributeInput(label="契約月", kind=kind, key=key, subject=subject, choices=choices)
    return create_attribute(said, by=None, now=now)


def state(now: datetime, value: object, email: str = "taro@example.co.jp", **rules: Any) -> Any:
    said = LeadInput(email=email, attributes={"field_a": value})
    (done,) = upsert_leads([said], by=None, now=now, policy=Rules(**rules))
    return done


@pytest.mark.parametrize(
    ("kind", "stated", "value"),
    [
        ("text", " 契約\r\n二年 ", "契約\n二年"),
        ("number", "１，２３４．５", 1234.5),
        ("number", 3.0, 3),
        ("date", "2026年4月1日", "2026-04-01"),
        ("date", "2026/4/1", "2026-04-01"),
        ("choice", "既存", "old"),
        ("choice", "NEW", "new"),
        ("multi_choice", "既存；新規", ["new", "old"]),
        ("multi_choice", ["old"], ["old"]),
        ("boolean", "はい", True),
        ("boolean", "no", False),
        ("url", "https://example.co.jp/a?b=1", "https://example.co.jp/a?b=1"),
        ("text", "  ", None),
        ("multi_choice", [], None),
    ],
)
def test_a_stated_value_takes_the_shape_of_its_kind(kind: str, stated: object, value: object) -> None:
    assert read_value(Definition("a", "A", kind, CHOICES), stated) == value


@pytest.mark.parametrize(
    ("kind", "stated", "code"),
    [
        ("text", 3, "not_a_text"),
        ("text", "あ" * 2001, "too_long"),
        ("number", "三", "not_a_number"),
        ("number", True, "not_a_number"),
        ("number", float("inf"), "not_a_number"),
        ("number", float("nan"), "not_a_number"),
        ("date", "2026-02-30", "not_a_day"),
        ("date", "4月1日", "not_a_day"),
        ("choice", "知らない", "not_a_choice"),
        ("multi_choice", ["new", "x"], "not_a_choice"),
        ("multi_choice", {"new": 1}, "not_a_choice"),
        ("boolean", "たぶん", "not_a_truth"),
        ("url", "javascript:alert(1)", "not_a_url"),
        ("url", "https://a b", "not_a_url"),
    ],
)
def test_what_is_not_of_the_kind_is_refused(kind: str, stated: object, code: str) -> None:
    with pytest.raises(ValueRefused) as refused:
        read_value(Definition("a", "A", kind, CHOICES), stated)

    assert refused.value.code == code


def test_a_value_is_kept_with_its_history_and_told_as_a_fact(in_acme: NewWorkspace, now: datetime) -> None:
    define("choice", now)

    done = state(now, "既存")

    (line,) = past_values(Lead.objects.get())["attributes.field_a"]
    assert done.changed == ("email", "attributes.field_a")
    assert Lead.objects.get().attributes == {"field_a": "old"}
    assert (line.value, line.source) == ("old", "api")
    assert Fact.objects.get(name=Event.LEAD_CREATED).props["fields"] == ["email", "attributes.field_a"]
    assert lead_json([done.lead_id])[done.lead_id]["attributes"] == {"field_a": "old"}


def test_an_unknown_key_is_refused_and_nothing_is_written(in_acme: NewWorkspace, now: datetime) -> None:
    done = state(now, "x")

    assert done.errors == {"attributes.field_a": "unknown_attribute"}
    assert not Lead.objects.exists()


@pytest.mark.parametrize(
    ("policy", "kind", "first", "second", "value"),
    [
        ("overwrite", "text", "a", "b", "b"),
        ("fill", "text", "a", "b", "a"),
        ("never", "text", "a", "b", "a"),
        ("append", "text", "a", "b", "a"),
        ("append", "multi_choice", ["old"], ["new"], ["old", "new"]),
        ("overwrite", "multi_choice", ["old"], ["new"], ["new"]),
        ("overwrite", "text", "a", "", "a"),
    ],
)
def test_a_second_value_joins_by_the_policy(
    in_acme: NewWorkspace, now: datetime, policy: Any, kind: str, first: object, second: object, value: object
) -> None:
    define(kind, now)
    state(now, first)

    state(now, second, fields={"attributes.field_a": policy})

    assert Lead.objects.get().attributes == {"field_a": value}


def test_the_same_choices_in_another_order_are_no_change(in_acme: NewWorkspace, now: datetime) -> None:
    define("multi_choice", now)
    state(now, ["old"])
    state(now, ["new"], default="append")

    assert state(now, ["new", "old"]).changed == ()


def test_an_edit_by_hand_can_empty_a_value_and_leaves_others_alone(in_acme: NewWorkspace, now: datetime) -> None:
    define("number", now)
    define("text", now, key="field_b")
    said = LeadInput(email="a@x.example", attributes={"field_a": 5, "field_b": "x"})
    lead = create_lead(said, by=None, now=now)

    changed = edit_lead(lead, LeadInput(attributes={"field_a": ""}), by=None, now=now)

    assert changed == ("attributes.field_a",)
    assert Lead.objects.get().attributes == {"field_b": "x"}
    assert Fact.objects.get(name=Event.LEAD_UPDATED).props["fields"] == ["attributes.field_a"]


def test_a_bad_value_by_hand_names_its_field(in_acme: NewWorkspace, now: datetime) -> None:
    define("number", now)

    with pytest.raises(LeadRefused) as refused:
        create_lead(LeadInput(email="a@x.example", attributes={"field_a": "x"}), by=None, now=now)

    assert refused.value.errors == {"attributes.field_a": "not_a_number"}


@pytest.mark.parametrize(
    ("kind", "value", "test"),
    [
        ("text", "ＡＢＣ商事", {"op": "contains", "value": "abc"}),
        ("url", "https://example.co.jp/a", {"op": "starts_with", "value": "https://example.co.jp"}),
        ("number", 12, {"op": "between", "value": [10, 20]}),
        ("date", "2026-04-01", {"op": "on", "value": "2026-04-01"}),
        ("date", "2026-04-01", {"op": "before", "value": "2026-04-02"}),
        ("choice", "old", {"op": "in", "value": ["old"]}),
        ("multi_choice", ["old", "new"], {"op": "contains", "value": "new"}),
        ("multi_choice", ["old"], {"op": "is_set"}),
        ("boolean", True, {"op": "eq", "value": True}),
    ],
)
def test_conditions_ask_about_leads_and_companies(
    in_acme: NewWorkspace, now: datetime, kind: str, value: object, test: dict[str, object]
) -> None:
    define(kind, now)
    define(kind, now, subject="company")
    upsert_leads(
        [
            LeadInput(email="has@x.example", company="甲", attributes={"field_a": value}),
            LeadInput(email="hasnot@x.example", company="乙"),
        ],
        by=None,
        now=now,
    )
    edit_company_attributes(Company.objects.get(name="甲"), {"field_a": value}, by=None, now=now)

    assert found({"field": "lead.attributes.field_a", **test}, now) == ["has@x.example"]
    assert found({"field": "company.attributes.field_a", **test}, now) == ["has@x.example"]


def found(tree: dict[str, object], now: datetime) -> list[str]:
    condition = compile(parse(tree), now=now, tz=ZoneInfo("Asia/Tokyo"))
    return [row.email for row in list_leads(LeadFilter(condition=condition))]


def test_company_values_are_said_of_its_people(in_acme: NewWorkspace, now: datetime) -> None:
    define("number", now, subject="company")
    upsert_leads([LeadInput(email="a@x.example", company="甲")], by=None, now=now)

    changed = edit_company_attributes(Company.objects.get(), {"field_a": "12"}, by=None, now=now)

    assert changed == ("company.attributes.field_a",)
    assert Company.objects.get().attributes == {"field_a": 12}
    assert Fact.objects.get(name=Event.LEAD_UPDATED).props["fields"] == ["company.attributes.field_a"]


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"key": "Field"}, "key"),
        ({"key": "1st"}, "key"),
        ({"kind": "json"}, "kind"),
        ({"kind": "choice"}, "choices"),
        ({"choices": (("a", "A"),)}, "choices"),
        ({"label": " "}, "label"),
        ({"subject": "deal"}, "subject"),
    ],
)
def test_a_field_that_cannot_be_is_refused(
    in_acme: NewWorkspace, now: datetime, changes: dict[str, Any], part: str
) -> None:
    said = AttributeInput(**{"label": "契約月", "kind": "text", "key": "field_a", **changes})

    with pytest.raises(AttributeRefused) as refused:
        create_attribute(said, by=None, now=now)

    assert list(refused.value.errors) == [part]
    assert not Attribute.objects.exists()


def test_a_field_keeps_its_key_while_name_choices_and_order_change(in_acme: NewWorkspace, now: datetime) -> None:
    first, second = define("choice", now), define("text", now, key="field_b")

    edit_attribute(first, by=None, now=now, label="更新月", choices=[("old", "既存"), ("", "休眠"), ("new", "新規")])
    move_attribute(second, up=True)

    kept = definitions()
    assert list(kept) == ["field_b", "field_a"]
    assert kept["field_a"].label == "更新月"
    assert kept["field_a"].choices == (("old", "既存"), ("c1", "休眠"), ("new", "新規"))


def test_a_key_is_made_from_the_name(in_acme: NewWorkspace, now: datetime) -> None:
    made = [
        create_attribute(AttributeInput(label=label, kind="text"), by=None, now=now).key
        for label in ("Renewal month", "Renewal month", "契約月", "更新月")
    ]

    assert made == ["renewal_month", "renewal_month_1", "field_1", "field_2"]


def test_an_archived_field_keeps_values_and_conditions(in_acme: NewWorkspace, now: datetime) -> None:
    made = define("text", now)
    state(now, "a")

    archive_attribute(made, archived=True, by=None, now=now)

    assert definitions(archived=False) == {}
    assert found({"field": "lead.attributes.field_a", "op": "eq", "value": "a"}, now) == ["taro@example.co.jp"]


def test_a_key_of_another_workspace_means_nothing(acme: NewWorkspace, globex: NewWorkspace, now: datetime) -> None:
    with tenant_scope(globex.workspace):
        define("text", now)

    with tenant_scope(acme.workspace):
        done = state(now, "x")

    assert done.errors == {"attributes.field_a": "unknown_attribute"}
