"""Advancing runs: set-wise, exactly once, at the right time."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from leads.models import LeadTag
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from mailing.models import Message
from nurturing import actions, queries
from nurturing.actions import TickReport
from nurturing.models import Flow, Run, RunStep, StepCount
from nurturing.queries import graph_of
from tracking.catalogue import Event, Verdict

from . import world
from .world import END, NOON, later

pytestmark = pytest.mark.usefixtures("in_acme")


def follow_up(first: str, second: str, third: str) -> dict[str, Any]:
    """Thanks, three days, clicked? → second, else third."""
    clicked = {"event": "email_clicked"}
    return {
        "thanks": {"type": "send_email", "email": first, "next": "mark"},
        "mark": {"type": "add_tag", "tag": "資料請求", "next": "pause"},
        "pause": {"type": "wait", "for": {"days": 3}, "at": "09:00", "days": "business", "next": "click"},
        "click": {
            "type": "wait_for",
            "any": [clicked],
            "since": "run",
            "timeout": {"days": 3},
            "next": "second",
            "on_timeout": "third",
        },
        "second": {"type": "send_email", "email": second, "next": "done"},
        "third": {"type": "send_email", "email": third, "next": "done"},
        "done": END,
    }


def test_the_first_tick_thanks_and_tags_everybody_and_waits_for_a_business_morning() -> None:
    one, two, three = world.mail("お礼"), world.mail("相談"), world.mail("質問")
    flow = world.flow(follow_up(one.public_id, two.public_id, three.public_id))
    leads = world.people(3)
    world.enter(flow, leads)

    report = actions.tick(now=NOON)

    assert report == TickReport(claimed=3, passed=6, over=0)
    assert world.queued(one) == leads
    assert LeadTag.objects.filter(tag__name="資料請求").count() == 3
    assert world.where(flow) == [("pause", "waiting")] * 3
    # Friday + 3 days is Monday 23 November, 勤労感謝の日: the next business morning is Tuesday.
    assert {run.wake_at for run in Run.objects.all()} == {datetime.fromisoformat("2026-11-24T00:00:00+00:00")}


def test_a_second_tick_at_the_same_time_changes_nothing() -> None:
    one = world.mail("お礼")
    flow = world.flow(follow_up(one.public_id, one.public_id, one.public_id))
    world.enter(flow, world.people(2))
    actions.tick(now=NOON)
    before = list(Run.objects.order_by("id").values())

    assert actions.tick(now=NOON) == TickReport(0, 0, 0)
    assert list(Run.objects.order_by("id").values()) == before
    assert Message.objects.count() == 2


def test_a_click_leads_one_way_and_time_the_other() -> None:
    one, two, three = world.mail("お礼"), world.mail("相談"), world.mail("質問")
    flow = world.flow(follow_up(one.public_id, two.public_id, three.public_id))
    early, late, never = world.people(3)
    world.enter(flow, [early, late, never])
    actions.tick(now=NOON)
    world.happen(Event.EMAIL_CLICKED, early, at=later(days=1))

    actions.tick(now=later(days=5))

    assert world.queued(two) == [early]
    assert world.where(flow) == [("done", "finished"), ("click", "waiting"), ("click", "waiting")]

    world.happen(Event.EMAIL_CLICKED, late, at=later(days=6))
    actions.tick(now=later(days=6))

    assert world.queued(two) == [early, late]
    assert world.queued(three) == []

    actions.tick(now=later(days=8))

    assert world.queued(three) == [never]
    assert world.where(flow) == [("done", "finished")] * 3


def test_a_machine_s_click_and_somebody_else_s_click_wake_nobody() -> None:
    one = world.mail("お礼")
    flow = world.flow(
        {
            "w": {"type": "wait_for", "any": [{"event": "email_clicked"}], "next": "m"},
            "m": follow(one.public_id),
            "done": END,
        }
    )
    lead, other = world.people(2)
    world.enter(flow, [lead])
    actions.tick(now=NOON)

    world.happen(Event.EMAIL_CLICKED, other, at=later(hours=1))
    world.happen(Event.EMAIL_CLICKED, lead, at=later(hours=1), verdict=Verdict.MACHINE)

    assert actions.tick(now=later(hours=2)) == TickReport(0, 0, 0)
    assert Run.objects.get().wake_at is None


def follow(email: str) -> dict[str, Any]:
    """A mail, then the end."""
    return {"type": "send_email", "email": email, "next": "done"}


def test_an_event_before_the_step_does_not_count_unless_the_run_does() -> None:
    step = {
        "type": "wait_for",
        "any": [{"event": "page_viewed"}],
        "timeout": {"days": 1},
        "next": "done",
        "on_timeout": "no",
    }
    pause = {"type": "wait", "for": {"hours": 2}, "next": "w"}
    since_step = world.flow({"p": pause, "w": step, "done": END, "no": END})
    since_run = world.flow({"p": pause, "w": {**step, "since": "run"}, "done": END, "no": END})
    (lead,) = world.people(1)
    world.enter(since_step, [lead])
    world.enter(since_run, [lead])
    actions.tick(now=NOON)
    world.happen(Event.PAGE_VIEWED, lead, at=later(hours=1))

    actions.tick(now=later(hours=2))

    assert world.where(since_step) == [("w", "waiting")]
    assert world.where(since_run) == [("done", "finished")]


def test_a_run_woken_by_the_wrong_properties_keeps_its_deadline() -> None:
    wanted = {"event": "page_viewed", "where": {"field": "properties.plan", "op": "eq", "value": "pro"}}
    flow = world.flow(
        {
            "w": {"type": "wait_for", "any": [wanted], "timeout": {"days": 1}, "next": "done", "on_timeout": "no"},
            "done": END,
            "no": END,
        }
    )
    (lead,) = world.people(1)
    world.enter(flow, [lead])
    actions.tick(now=NOON)

    world.happen(Event.PAGE_VIEWED, lead, at=later(hours=1), plan="free")
    report = actions.tick(now=later(hours=1))

    assert report == TickReport(claimed=1, passed=0, over=0)
    assert Run.objects.get().wake_at == later(days=1)

    world.happen(Event.PAGE_VIEWED, lead, at=later(hours=2), plan="pro")
    actions.tick(now=later(hours=2))

    assert world.where(flow) == [("done", "finished")]


def test_a_branch_parts_the_leads_in_one_question() -> None:
    yes, no = world.mail("部長"), world.mail("その他")
    steps = {
        "b": {
            "type": "branch",
            "branches": [
                {"name": "二番", "when": {"field": "lead.last_name", "op": "eq", "value": "山田1"}, "next": "yes"}
            ],
            "else": "no",
        },
        "yes": follow(yes.public_id),
        "no": follow(no.public_id),
        "done": END,
    }
    flow = world.flow(steps)
    first, second, third = world.people(3)
    world.enter(flow, [first, second, third])

    report = actions.tick(now=NOON)

    assert report == TickReport(claimed=3, passed=9, over=3)
    assert world.queued(yes) == [second]
    assert world.queued(no) == [first, third]


def test_a_tag_set_in_the_same_tick_is_seen_by_the_branch_after_it() -> None:
    tagged = {"name": "済", "when": {"field": "lead.tags", "op": "contains", "value": "展示会"}, "next": "yes"}
    flow = world.flow(
        {
            "t": {"type": "add_tag", "tag": "展示会", "next": "b"},
            "b": {"type": "branch", "branches": [tagged], "else": "no"},
            "yes": {"type": "end", "reason": "yes"},
            "no": {"type": "end", "reason": "no"},
        }
    )
    world.enter(flow, world.people(1))

    actions.tick(now=NOON)

    assert Run.objects.get().end_reason == "yes"


def test_history_and_counts_tell_the_same_story() -> None:
    one = world.mail("お礼")
    flow = world.flow(follow_up(one.public_id, one.public_id, one.public_id))
    world.enter(flow, world.people(4))
    actions.tick(now=NOON)
    actions.tick(now=later(days=5))
    actions.tick(now=later(days=9))

    counted = {(row.step, row.outcome): row.runs for row in StepCount.objects.all()}

    assert counted == {
        ("thanks", "queued"): 4,
        ("mark", "tagged"): 4,
        ("pause", "waited"): 4,
        ("click", "timed_out"): 4,
        ("third", "queued"): 4,
        ("done", "ended"): 4,
    }
    assert RunStep.objects.count() == sum(counted.values())
    run = Run.objects.order_by("id")[0]
    assert list(RunStep.objects.filter(run=run).order_by("visit").values_list("visit", "step")) == [
        (1, "thanks"),
        (2, "mark"),
        (3, "pause"),
        (4, "click"),
        (5, "third"),
        (6, "done"),
    ]
    assert queries.step_tallies(flow)["pause"] == queries.StepTally(entered=4, waiting=0, left=4)


def test_a_circle_sends_a_new_mail_each_time_round() -> None:
    news = world.mail("お知らせ")
    flow = world.flow(
        {
            "m": {"type": "send_email", "email": news.public_id, "next": "w"},
            "w": {"type": "wait", "for": {"days": 7}, "next": "m"},
        }
    )
    (lead,) = world.people(1)
    world.enter(flow, [lead])

    reports = [actions.tick(now=later(days=days)) for days in (0, 7, 14)]

    assert [report.claimed for report in reports] == [1, 1, 1]
    assert world.queued(news) == [lead, lead, lead]


def test_a_run_that_spins_is_stopped_after_a_hundred_steps_an_hour() -> None:
    row = {f"s{n}": {"type": "add_tag", "tag": "x", "next": f"s{n + 1}"} for n in range(1, 60)}
    steps = {**row, "s60": {"type": "wait", "for": {"minutes": 1}, "next": "s1"}}
    flow = world.flow(steps)
    world.enter(flow, world.people(1))

    reports = [actions.tick(now=later(minutes=minute)) for minute in (0, 1, 2)]

    assert [report.passed for report in reports] == [59, 60, 0]
    assert world.where(flow) == [("s60", "ended")]
    assert Run.objects.get().end_reason == "step_limit"


def test_a_mail_that_is_gone_is_told_and_the_run_goes_on() -> None:
    one = world.mail("お礼")
    flow = world.flow({"m": follow(one.public_id), "done": END})
    world.enter(flow, world.people(1))
    one.delete()

    actions.tick(now=NOON)

    assert list(RunStep.objects.order_by("visit").values_list("step", "outcome")) == [
        ("m", "failed"),
        ("done", "ended"),
    ]
    assert Message.objects.count() == 0


def test_the_limit_takes_the_oldest_first() -> None:
    flow = world.flow({"t": {"type": "add_tag", "tag": "x", "next": "done"}, "done": END})
    first, second = world.people(2)
    world.enter(flow, [second], now=NOON)
    world.enter(flow, [first], now=later(minutes=-5))

    report = actions.tick(now=NOON, limit=1)

    assert report.claimed == 1
    assert Run.objects.get(state="finished").lead_id == first


def test_another_workspace_is_not_touched(globex: NewWorkspace) -> None:
    flow = world.flow({"t": {"type": "add_tag", "tag": "x", "next": "done"}, "done": END})
    world.enter(flow, world.people(1))
    with tenant_scope(globex.workspace):
        theirs = world.flow({"t": {"type": "add_tag", "tag": "x", "next": "done"}, "done": END})
        world.enter(theirs, world.people(2))

        report = actions.tick(now=NOON)

        assert report.claimed == 2
        assert world.where(theirs) == [("done", "finished")] * 2
    assert world.where(flow) == [("t", "active")]
    assert queries.totals([theirs.pk])[theirs.pk] == queries.FlowTotals()


def spoil(flow: Flow) -> None:
    """Its published document speaks words that nobody knows any more."""
    flow.versions.update(document={"v": 1, "of": "another time"})
    graph_of.cache_clear()


def test_a_flow_that_cannot_be_read_keeps_no_other_from_moving() -> None:
    broken, sound = world.flow({"done": END}), world.flow({"done": END})
    leads = world.people(2)
    world.enter(broken, leads)
    world.enter(sound, leads)
    spoil(broken)

    report = actions.tick(now=NOON)
    again = actions.tick(now=later(minutes=5))

    assert (report.claimed, report.over, again.claimed) == (4, 2, 0)
    assert world.where(sound) == [("done", "finished")] * 2
    assert world.where(broken) == [("done", "active")] * 2


def test_a_flow_that_cannot_be_read_keeps_its_event_from_no_other() -> None:
    trigger = {"type": "event", "event": "form_submitted"}
    broken, sound = world.flow({"done": END}, trigger=trigger), world.flow({"done": END}, trigger=trigger)
    (lead,) = world.people(1)
    spoil(broken)

    world.happen(Event.FORM_SUBMITTED, lead, at=later(minutes=1))

    assert world.where(sound) == [("done", "active")]
    assert world.where(broken) == []
