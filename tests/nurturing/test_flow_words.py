"""Where people stand in a flow, as conditions ask: in it, never, ended, or waiting at a step."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from conditions import ConditionRefused, compile, describe, offered, parse
from ma_platform.db import sql
from nurturing.actions import tick
from nurturing.language import FlowRefused
from nurturing.models import Flow, Run
from tests.leads.segments.making import inside, made
from tests.nurturing import world
from tests.nurturing.world import END, NOON

pytestmark = pytest.mark.usefixtures("in_acme")
STEPS = {"hold": {"type": "wait", "for": {"days": 3}, "next": "done"}, "done": END}


def those(flow: Flow, state: str, **step: str) -> list[int]:
    asked = compile(parse({"flow": flow.public_id, "state": state, **step}), now=NOON, tz=ZoneInfo("Asia/Tokyo"))
    statement = "SELECT lead.id FROM leads_lead AS lead WHERE lead.tenant_id = %(tenant_id)s AND {} ORDER BY lead.id"
    return [int(lead) for lead in sql.run(statement.format(asked.sql), **asked.params).values()]


def test_everybody_is_in_never_or_ended() -> None:
    flow, (inside, gone, stranger) = world.flow(STEPS), world.people(3)
    world.enter(flow, [inside, gone])
    Run.objects.filter(lead_id=gone).update(state="ended", ended_at=NOON, wake_at=None)

    assert [those(flow, state) for state in ("in", "ended", "never")] == [[inside], [gone], [stranger]]
    assert those(flow, "waiting_at", step="hold") == [inside]
    assert those(flow, "waiting_at", step="done") == []


def test_the_latest_run_tells_for_what_reason_it_ended() -> None:
    flow, (won, lost, back, fresh) = world.flow(STEPS, reentry={"mode": "after_end"}), world.people(4)
    world.enter(flow, [won, lost, back])
    for lead, reason in ((won, "商談化"), (lost, "completed"), (back, "商談化")):
        Run.objects.filter(lead_id=lead).update(state="ended", ended_at=NOON, wake_at=None, end_reason=reason)
    world.enter(flow, [back, fresh], now=NOON + timedelta(hours=1))

    assert (those(flow, "ended"), those(flow, "ended", reason="商談化")) == ([won, lost], [won])
    Run.objects.filter(lead_id=back, ended_at=None).update(
        state="ended", ended_at=NOON + timedelta(days=1), wake_at=None, end_reason="completed"
    )
    assert those(flow, "ended", reason="商談化") == [won]
    assert those(flow, "ended", reason="completed") == [lost, back]


def test_what_colleagues_do_cannot_be_waited_for() -> None:
    waiting = {"type": "wait_for", "any": [{"account": {"event": "page_viewed"}}], "next": "done"}

    with pytest.raises(FlowRefused) as refused:
        world.flow({"w": waiting, "done": END})

    assert refused.value.problems[0].path == "/steps/w/any/0"


def test_another_flow_is_another_matter() -> None:
    flow, other, leads = world.flow(STEPS), world.flow(STEPS), world.people(1)
    world.enter(other, leads)

    assert (those(flow, "in"), those(flow, "never")) == ([], leads)


def test_a_flow_that_is_not_there_is_refused() -> None:
    with pytest.raises(ConditionRefused) as refused:
        compile(parse({"flow": "flw_gone", "state": "in"}), now=NOON, tz=ZoneInfo("Asia/Tokyo"))

    assert refused.value.why == "unknown_member"


def test_the_builder_offers_flows_with_their_steps_and_sentences_name_them() -> None:
    flow = world.flow(STEPS)

    (told,) = offered(locale="ja")["flows"]

    assert (told["key"], told["label"]) == (flow.public_id, "資料請求フォロー")
    assert [step["key"] for step in told["parts"]] == ["hold", "done"]
    assert [one["key"] for one in told["reasons"]] == ["completed", "step_limit", "excluded", "merged"]
    ended = parse({"flow": flow.public_id, "state": "ended", "reason": "merged"})
    assert describe(ended, locale="ja") == "シナリオ「資料請求フォロー」が「別の人と統合」で終了済み"
    waiting = parse({"flow": flow.public_id, "state": "waiting_at", "step": "hold"})
    assert describe(waiting, locale="ja") == f"シナリオ「資料請求フォロー」の「{told['parts'][0]['label']}」で待機中"


def test_a_segment_of_those_who_wait_at_a_step_follows_them_at_once() -> None:
    flow, leads = world.flow({"first": {"type": "wait", "for": {"days": 1}, "next": "hold"}, **STEPS}), world.people(2)
    asked = {"flow": flow.public_id, "state": "waiting_at"}
    first, second = (made({**asked, "step": step}, now=NOON, name=step) for step in ("first", "hold"))

    world.enter(flow, leads)
    tick(now=NOON)
    before = (inside(first), inside(second))
    tick(now=NOON + timedelta(days=1))

    assert before == (set(leads), set())
    assert (inside(first), inside(second)) == (set(), set(leads))
