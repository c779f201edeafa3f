"""What the condition builder asks: words, numbers part by part, people for example, and why."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from leads.actions import LeadInput, upsert_leads
from leads.actions.attributes import AttributeInput, archive_attribute, create_attribute
from leads.actions.sensitive import mark_field
from leads.models import Lead
from leads.queries import asking
from ma_platform.tenancy.permissions import Role
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from tracking.actions import NewFact, SubjectRef, record_many
from tracking.catalogue import Event

SignIn = Callable[..., Client]
PRICING = SubjectRef("page", "https://acme.example/pricing/", "料金", "https://acme.example/pricing/")
MANAGERS = {"field": "lead.job_rank", "op": "gte", "value": "manager"}
TWICE = {
    "event": "page_viewed",
    "where": {"all": [{"field": "path", "op": "eq", "value": "/pricing/"}]},
    "count": {"op": "gte", "value": 2},
    "within": {"days": 30},
}
BOTH = {"all": [MANAGERS, TWICE]}
TARO = LeadInput(email="taro@acme.example", last_name="山田", first_name="太郎", company="アクメ商事", job_title="部長")
HANAKO = LeadInput(email="hanako@globe.example", last_name="佐藤", first_name="花子", job_title="課長")


@pytest.fixture
def people(acme: NewWorkspace, now: datetime) -> Iterator[list[str]]:
    """Taro has looked at the prices twice these days, Hanako once; both lead something."""
    with tenant_scope(acme.workspace):
        made = upsert_leads([TARO, HANAKO], by=None, now=now)
        looks = [(made[0].lead_id, 1), (made[0].lead_id, 3), (made[1].lead_id, 2)]
        record_many(
            [
                NewFact(Event.PAGE_VIEWED, lead=lead, subject=PRICING, at=now - timedelta(days=days))
                for lead, days in looks
            ]
        )
    with time_machine.travel(now, tick=False):
        yield [str(one.public_id) for one in made]


def ask(client: Client, name: str, **body: object) -> Any:
    return client.post(f"/conditions/{name}", json.dumps(body), content_type="application/json")


def test_words_name_fields_operators_events_and_what_is_known(sign_in: SignIn, people: list[str]) -> None:
    words = sign_in().get("/conditions/words").json()

    rank = next(field for field in words["fields"] if field["key"] == "lead.job_rank")
    assert (rank["kind"], rank["choices"][3]["key"]) == ("rank", "manager")
    assert next(row for row in words["operators"]["rank"] if row["key"] == "gte")["tail"] == "以上"
    assert "page_viewed" in {event["key"] for event in words["events"]}
    assert {"path", "form", "visible_ms"} <= {field["key"] for field in words["event_fields"]}
    assert {"lead.source.first.utm_source", "consent.newsletter"} <= {field["key"] for field in words["fields"]}


def test_fields_nobody_is_offered_are_told_when_a_condition_names_them(
    acme: NewWorkspace, sign_in: SignIn, now: datetime
) -> None:
    with tenant_scope(acme.workspace):
        size = create_attribute(AttributeInput(label="社員規模", kind="number", key="size"), by=None, now=now)
        archive_attribute(size, archived=True, by=None, now=now)
    keys = ["random.10", "lead.attributes.size", "lead.attributes.gone", "lead.nothing", 3, "x" * 300]

    client = sign_in()
    told = ask(client, "fields", keys=keys).json()["fields"]

    offered = {field["key"] for field in client.get("/conditions/words").json()["fields"]}
    assert [(one["key"], one["kind"], one["label"]) for one in told] == [
        ("random.10", "number", "乱数10"),
        ("lead.attributes.size", "number", "社員規模（アーカイブ済み）"),
    ]
    assert offered.isdisjoint(one["key"] for one in told)


def test_a_sensitive_field_is_not_told_to_who_may_not_see_it(
    acme: NewWorkspace, sign_in: SignIn, now: datetime
) -> None:
    with tenant_scope(acme.workspace):
        mark_field("lead.phone", by=acme.owner, now=now)

    told = ask(sign_in(Role.SALES), "fields", keys=["lead.phone", "lead.department"]).json()["fields"]

    assert [one["key"] for one in told] == ["lead.department"]


@pytest.mark.parametrize("typed", ["/pric", "料金"])
def test_known_pages_are_found_by_path_and_by_title(sign_in: SignIn, people: list[str], typed: str) -> None:
    answer = sign_in().get("/conditions/values", {"key": "path", "of": "event", "q": typed}).json()

    assert [value["key"] for value in answer["values"]] == ["/pricing/"]


def test_every_part_is_counted_and_the_whole_is_said(sign_in: SignIn, people: list[str]) -> None:
    answer = ask(sign_in(), "count", condition=BOTH).json()

    inside = {"/all/1/where": 2, "/all/1/where/all/0": 2}
    assert answer["nodes"] == {"": 1, "/all/0": 2, "/all/1": 1, **inside}
    assert (answer["total"], answer["exact"]) == (1, True)
    assert answer["sentence"] == "役職ランクが課長以上、かつ過去30日間に /pricing/ を2回以上閲覧"


def test_a_merged_person_is_nobody(acme: NewWorkspace, sign_in: SignIn, people: list[str]) -> None:
    with tenant_scope(acme.workspace):
        survivor = Lead.objects.get(public_id=people[1])
        Lead.objects.filter(public_id=people[0]).update(merged_into=survivor)

    client = sign_in()

    assert ask(client, "count", condition=MANAGERS).json()["total"] == 1
    assert [one["id"] for one in ask(client, "sample", condition=MANAGERS).json()["people"]] == [people[1]]


def test_counting_that_takes_too_long_becomes_an_estimate(
    sign_in: SignIn, people: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = asking.conditions.Tally(("",), "SELECT pg_sleep(2)::text::int AS node_0", {})
    monkeypatch.setattr(asking, "LIMIT_MS", 30)
    monkeypatch.setattr(asking.conditions, "tally", lambda *_, **__: slow)

    answer = ask(sign_in(), "count", condition=MANAGERS).json()

    assert (answer["exact"], answer["nodes"]) == (False, {})


def test_people_for_example_have_a_name_and_a_page(sign_in: SignIn, people: list[str]) -> None:
    answer = ask(sign_in(), "sample", condition=BOTH).json()

    assert answer["people"] == [
        {"id": people[0], "name": "山田 太郎", "about": "アクメ商事 · 部長", "url": f"/leads/{people[0]}"}
    ]


def test_why_somebody_is_out_names_what_was_found_and_wanted(sign_in: SignIn, people: list[str]) -> None:
    answer = ask(sign_in(), "explain", condition=BOTH, lead=people[1]).json()

    rank, views = answer["tree"]["children"]
    assert (answer["person"]["name"], answer["tree"]["result"]) == ("佐藤 花子", False)
    assert (rank["result"], rank["found"], rank["wanted"]) == (True, "課長", "課長以上")
    assert (views["result"], views["found"], views["wanted"]) == (False, "1回", "2回以上")


def test_why_somebody_is_in_says_until_when(sign_in: SignIn, people: list[str], now: datetime) -> None:
    answer = ask(sign_in(), "explain", condition=BOTH, lead=people[0]).json()

    views = answer["tree"]["children"][1]
    assert (answer["tree"]["result"], views["found"]) == (True, "2回")
    assert answer["tree"]["changes_at"] == views["changes_at"]
    assert views["changes_at"] is not None


def test_a_bad_part_is_named_by_its_path(sign_in: SignIn) -> None:
    wrong = {"all": [MANAGERS, {"field": "lead.job_rank", "op": "eq", "value": "king"}]}

    answers = [ask(sign_in(), name, condition=wrong) for name in ("count", "sample", "describe")]

    assert [(one.status_code, one.json()["path"]) for one in answers] == [(422, "/all/1/value")] * 3


def test_conditions_are_described_in_both_languages(sign_in: SignIn) -> None:
    said = ask(sign_in(), "describe", condition=MANAGERS).json()

    assert said == {"ja": "役職ランクが課長以上", "en": "Rank is at least Manager"}


def test_channels_and_devices_are_said_in_words(sign_in: SignIn) -> None:
    mobile = {"event": "page_viewed", "where": {"field": "device", "op": "eq", "value": "mobile"}}
    searched = {"field": "visit.channel", "op": "in", "value": ["organic_search", "paid"]}
    browser = sign_in()
    said = ask(browser, "describe", condition={"all": [searched, mobile]}).json()
    offered = {one["key"]: one for one in browser.get("/conditions/words").json()["fields"]}

    assert said == {
        "ja": "訪問の流入経路が検索、広告のいずれか、かつページ（デバイスの種類がスマートフォン）を1回以上閲覧",
        "en": "Channel of a visit is one of Search, Advertising and viewed a page (Kind of device is Smartphone)"
        " at least once",
    }
    labels = {one["key"]: one["label"] for one in offered["lead.source.first.channel"]["choices"]}
    assert labels["organic_search"] == "検索"


@pytest.mark.parametrize("body", ["", "[]", "{", '{"condition": 3}', '{"audience": "visitors", "condition": null}'])
def test_nonsense_is_refused_and_breaks_nothing(sign_in: SignIn, body: str) -> None:
    answer = sign_in().post("/conditions/count", body, content_type="application/json")

    assert answer.status_code == 422


def test_browsers_can_be_asked_about_too(sign_in: SignIn) -> None:
    known = {"field": "visitor.known", "op": "eq", "value": True}

    assert ask(sign_in(), "count", condition=known, audience="visitors").json()["total"] == 0
    assert ask(sign_in(), "count", condition=known).status_code == 422
