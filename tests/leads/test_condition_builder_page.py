"""A condition put together in a real browser, by mouse and by keyboard, and what it finds."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import Browser, Locator, Page, expect

from leads.actions import LeadInput, upsert_leads
from ma_platform import clock
from ma_platform.tenancy.permissions import Role
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from tracking.actions import NewFact, SubjectRef, record_many
from tracking.catalogue import Event

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PRICING = SubjectRef("page", "https://acme.example/pricing/", "料金", "https://acme.example/pricing/")
WANTED = {
    "all": [
        {"field": "lead.job_rank", "op": "gte", "value": "manager"},
        {
            "event": "page_viewed",
            "where": {"all": [{"field": "path", "op": "eq", "value": "/pricing/"}]},
            "count": {"op": "gte", "value": 2},
            "within": {"days": 30},
        },
        {"field": "lead.excluded_by", "op": "ne", "value": "competitor", "unknown": True},
    ]
}


@pytest.fixture
def people(acme: NewWorkspace) -> None:
    """A manager who looked at the prices twice, one who looked once, and a member of staff who looked twice."""
    now, titles = clock.now(), {"部長": 2, "課長": 1, "一般": 2}
    rows = [
        LeadInput(email=f"p{n}@client.example", last_name=f"人{n}", job_title=title) for n, title in enumerate(titles)
    ]
    with tenant_scope(acme.workspace):
        made = upsert_leads(rows, by=None, now=now - timedelta(days=60))
        seen = [(one.lead_id, n) for one, times in zip(made, titles.values(), strict=True) for n in range(times)]
        record_many(
            [NewFact(Event.PAGE_VIEWED, now - timedelta(days=n + 1), lead, subject=PRICING) for lead, n in seen]
        )


@pytest.fixture
def builder(
    browser: Browser, live_server: Any, people: None, sign_in: Callable[[Role], Client]
) -> Iterator[Callable[..., Locator]]:
    """Opens the page of a new segment and gives its builder."""
    session, contexts = sign_in(Role.OWNER).cookies["sessionid"].value, []

    def opened(*, width: int = 1280) -> Locator:
        context = browser.new_context(viewport={"width": width, "height": 900}, locale="ja-JP")
        contexts.append(context)
        context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        page = context.new_page()
        page.set_default_timeout(8_000)
        page.goto(f"{live_server.url}/segments/new")
        page.locator(".cb").wait_for()
        return page.locator("ma-condition-builder")

    yield opened
    for context in contexts:
        context.close()


def choose(place: Locator, button: str, typed: str) -> None:
    """Open a picker by its name, search, take the first that fits."""
    place.get_by_role("button", name=button).last.click()
    place.get_by_role("combobox", name=button).fill(typed)
    place.page.keyboard.press("Enter")


def add(builder: Locator, kind: str) -> Locator:
    builder.locator(".cb-add").last.get_by_role("button", name=kind, exact=True).click()
    return builder.locator("[data-depth='0'] > .cb-nodes > li > .cb-item").last


def put_together(builder: Locator) -> None:
    """「課長以上で過去30日に料金ページを2回以上見た、競合以外」"""
    rank = add(builder, "項目")
    choose(rank, "項目", "役職ランク")
    choose(rank, "比較", "以上")
    choose(rank, "役職ランク: 値", "課長")
    views = add(builder, "行動")
    choose(views, "行動", "ページ閲覧")
    choose(views, "期間", "過去")
    views.get_by_role("spinbutton", name="回数").fill("2")
    views.get_by_role("button", name="絞り込む").click()
    views.get_by_role("textbox", name="パス: 値").or_(views.get_by_role("combobox", name="パス: 値")).fill("/pricing/")
    rival = add(builder, "項目")
    choose(rival, "項目", "lead.excluded_by")
    choose(rival, "比較", "異なる")
    choose(rival, "値", "competitor")
    rival.get_by_label("未入力の人も含む").check()


def written(builder: Locator) -> Any:
    return json.loads(builder.locator("textarea[name=condition]").input_value() or "null")


def test_a_marketer_builds_a_condition_and_sees_who_it_finds(builder: Callable[..., Locator]) -> None:
    place = builder()

    put_together(place)

    expect(place.locator("[data-total]")).to_have_attribute("data-total", "1")
    assert written(place) == WANTED
    expect(place.locator(".cb-nodes > li > .cb-item > .cb-count").first).to_have_text("2")
    place.get_by_text("該当する人の例").click()
    expect(place.locator(".cb-people a")).to_have_text(["人0"])
    assert told_why(place, "人1") == "人1 は対象外です"


def told_why(place: Locator, name: str) -> str:
    place.get_by_text("この人はなぜ").click()
    place.get_by_placeholder("氏名・会社名・メールアドレス").fill(name)
    place.get_by_role("button", name=name).click()
    expect(place.locator(".cb-reason").get_by_text("現在：1回")).to_be_visible()
    return place.locator(".cb-reasons > p").inner_text()


def test_conditions_are_dragged_and_moved_by_keys(builder: Callable[..., Locator]) -> None:
    place = builder()
    for _ in range(2):
        choose(add(place, "項目"), "項目", "部署")
    first = place.locator(".cb-item").first
    choose(first, "項目", "lead.job_title")

    place.locator(".cb-handle").first.drag_to(place.locator("[data-slot$=':2']"))
    dragged = [each["field"] for each in written(place)["all"]]
    place.locator(".cb-handle").last.focus()
    place.page.keyboard.press("Alt+ArrowRight")
    inside = written(place)["all"]
    place.page.keyboard.press("Alt+ArrowLeft")
    place.page.keyboard.press("Alt+ArrowUp")

    assert dragged == ["lead.department", "lead.job_title"]
    assert [list(each) for each in inside][1] == ["any"]
    assert [each["field"] for each in written(place)["all"]] == ["lead.job_title", "lead.department"]


@pytest.mark.parametrize("width", [1280, 390])
def test_the_builder_is_accessible_and_fits_a_phone(builder: Callable[..., Locator], width: int) -> None:
    place = builder(width=width)
    put_together(place)
    place.get_by_role("button", name="項目").first.click()

    page: Page = place.page
    violations = Axe().run(page, "ma-condition-builder").response["violations"]

    assert [(one["id"], one["nodes"][0]["html"][:120]) for one in violations] == []
    assert page.evaluate("document.documentElement.scrollWidth") == width
