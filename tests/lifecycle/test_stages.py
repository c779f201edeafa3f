"""Moving along the stages: history is the truth, positions follow it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from conditions import compile, parse
from leads.models import Lead
from lifecycle import stages
from lifecycle.actions import ReasonMissing, UnknownStage, follow_rule, move_by_hand, move_stage
from lifecycle.models import Position, Transition
from lifecycle.queries import funnel, stage_keys
from ma_platform.db import sql
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from tests.conftest import NOW
from tracking.actions import record, run_consumers
from tracking.catalogue import Event
from tracking.models import Event as Row

Walk = list[tuple[str | None, str, bool, int]]


def walk(lead: int) -> Walk:
    rows = Transition.objects.filter(lead_id=lead).order_by("id")
    return list(rows.values_list("from_key", "to_key", "skipped", "pass_number"))


def told(lead: int) -> int:
    text = (
        "SELECT count(*) FROM tracking_event WHERE tenant_id = %(tenant_id)s AND lead_id = %(lead)s AND name = %(name)s"
    )
    return int(sql.run(text, lead=lead, name=int(Event.STAGE_CHANGED)).value())


def test_a_new_workspace_has_the_contract_stages(in_acme: NewWorkspace) -> None:
    assert [stage.key for stage in stages.DEFAULTS] == [
        *("inquiry", "nurturing", "mql", "sal", "sql", "opportunity", "customer"),
        *("recycled", "lost", "disqualified", "dormant"),
    ]
    assert [step.stage.key for step in funnel()] == [stage.key for stage in stages.DEFAULTS if not stage.side]


def test_skipping_forward_fills_zero_length_passes(person: Callable[..., int]) -> None:
    lead = person()
    follow_rule([lead], stages.ARRIVAL, now=NOW)

    follow_rule([lead], stages.HOT, now=NOW + timedelta(hours=1))

    assert walk(lead) == [
        (None, "inquiry", False, 1),
        ("inquiry", "nurturing", True, 1),
        ("nurturing", "mql", False, 1),
    ]
    assert told(lead) == 2


def test_a_rule_never_pulls_somebody_back(person: Callable[..., int]) -> None:
    lead = person()
    move_stage([lead], "opportunity", now=NOW)

    assert follow_rule([lead], stages.HOT, now=NOW) == []
    assert follow_rule([lead], stages.FIRST_CONTACT, now=NOW) == []
    assert stage_keys([lead]) == {lead: "opportunity"}


def test_the_same_rule_twice_moves_once(person: Callable[..., int]) -> None:
    lead = person()

    first = follow_rule([lead, lead], stages.ARRIVAL, now=NOW)
    second = follow_rule([lead], stages.ARRIVAL, now=NOW)

    assert (len(first), second, told(lead)) == (1, [], 1)


def test_coming_back_from_a_side_state_is_a_new_pass(person: Callable[..., int]) -> None:
    lead = person()
    move_stage([lead], "sql", now=NOW)
    move_stage([lead], "recycled", now=NOW, reason="時期尚早")

    move_stage([lead], "mql", now=NOW + timedelta(days=90))

    assert walk(lead)[-3:] == [
        ("sql", "recycled", False, 1),
        ("recycled", "nurturing", True, 2),
        ("nurturing", "mql", False, 2),
    ]
    assert Position.objects.get(lead_id=lead).pass_number == 2


@pytest.mark.parametrize("to", ["nurturing", "disqualified"])
def test_back_or_aside_by_hand_needs_a_reason(person: Callable[..., int], in_acme: NewWorkspace, to: str) -> None:
    lead = Lead.objects.get(pk=person())
    move_stage([lead.pk], "mql", now=NOW)

    with pytest.raises(ReasonMissing):
        move_by_hand(lead, to, by=in_acme.owner, reason=" ", now=NOW)

    assert stage_keys([lead.pk]) == {lead.pk: "mql"}
    move_by_hand(lead, to, by=in_acme.owner, reason="対象外でした", now=NOW)
    assert stage_keys([lead.pk]) == {lead.pk: to}


def test_an_unknown_stage_is_refused(person: Callable[..., int]) -> None:
    lead = person()

    with pytest.raises(UnknownStage):
        move_stage([lead], "moon", now=NOW)

    assert walk(lead) == []


def test_the_funnel_counts_who_came_this_far(person: Callable[..., int]) -> None:
    people = [person(email=f"p{number}@example.co.jp") for number in range(4)]
    move_stage(people, "inquiry", now=NOW)
    move_stage(people[:2], "nurturing", now=NOW)
    move_stage(people[:1], "mql", now=NOW)

    rows = [(step.stage.key, step.count, step.reached, step.rate) for step in funnel()[:4]]

    assert rows == [
        ("inquiry", 2, 4, None),
        ("nurturing", 1, 2, 0.5),
        ("mql", 1, 1, 0.5),
        ("sal", 0, 0, 0.0),
    ]


def test_days_in_a_stage_are_counted_up_to_the_moment_asked_about(person: Callable[..., int]) -> None:
    lead = person()
    move_stage([lead], "mql", now=NOW)
    asked = parse({"field": "lead.days_in_stage", "op": "gte", "value": 3})

    def found(days: float) -> list[int]:
        where = compile(asked, now=NOW + timedelta(days=days), tz=ZoneInfo("Asia/Tokyo"))
        text = f"SELECT lead.id FROM leads_lead AS lead WHERE lead.tenant_id = %(tenant_id)s AND {where.sql}"
        return sql.run(text, **where.params).values()

    assert (found(2.9), found(3)) == ([], [lead])


@pytest.mark.django_db(transaction=True)
def test_what_a_browser_did_before_it_was_somebodys_is_no_contact(acme: NewWorkspace) -> None:
    with tenant_scope(acme.workspace):
        record(Event.PAGE_VIEWED, visitor="browser", at=NOW - timedelta(minutes=5))
        told = {"trusted": True, "user_id": "C-1", "traits": {"email": "taro@example.co.jp"}}
        record(Event.IDENTIFIED, visitor="browser", at=NOW - timedelta(minutes=4), props=told)
    run_consumers(now=NOW)
    with tenant_scope(acme.workspace):
        lead = Lead.objects.get()
        arrived = stage_keys([lead.pk])
        record(Event.PAGE_VIEWED, lead=lead.pk, at=NOW + timedelta(minutes=1))
    run_consumers(now=NOW + timedelta(minutes=2))

    with tenant_scope(acme.workspace):
        assert Row.objects.filter(name=Event.PAGE_VIEWED, lead_id=lead.pk).count() == 2
        assert (arrived, stage_keys([lead.pk])) == ({lead.pk: "inquiry"}, {lead.pk: "nurturing"})
