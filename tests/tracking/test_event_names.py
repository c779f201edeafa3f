"""Event names of the workspace's own: places for them, who may take which, ignored ones, and those that rest."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Event

import pytest
from django.db import connection, connections
from django.urls import reverse

from leads.actions.segments import create_segment
from ma_platform import clock
from ma_platform.audit.models import AuditEntry
from ma_platform.db import sql
from ma_platform.tenancy.scope import system_scope, tenant_scope
from tests.timing import eventually, queue_up, somebody_waits
from tests.tracking.collecting import NOW, SECRET, fields, send
from tests.tracking.facing import rows
from tracking.actions import (
    BadEventName,
    NoPlaceLeft,
    add_event_name,
    ask_to_put_back,
    bring_back_event_name,
    event_names,
    ignore_event_names,
    label_event_name,
    names,
    put_asked_back,
    rest_names,
    resting,
    take_in,
)
from tracking.collector.lines import VOUCHED, Line
from tracking.collector.messages import message_uuid
from tracking.models import CustomName, Retention
from tracking.queries import EventNameFilter, name_places, names_without_place
from tracking.queries import event_names as listed
from tracking.queries import own_names as asking
from tracking.queries.timeline import newest
from tracking.vocabulary import find_event, listed_events


@pytest.fixture(autouse=True)
def few_places(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four places, one of them reserved."""
    small = replace(names.ENV, event_names=4, event_names_reserved=1)
    for module in (names, event_names, asking):
        monkeypatch.setattr(module, "ENV", small)


def line(tenant: object, name: str, *, message: str = "", vouched: bool = False, days: int = 0) -> bytes:
    at = NOW - timedelta(days=days)
    made = Line(id=message_uuid(message or name), name=0, occurred_at=at, received_at=at, custom=name, visitor="v1")
    made.kind = VOUCHED if vouched else ""
    return made.encode(tenant.workspace.pk)


def take(tenant: object, *sent: str, vouched: bool = False) -> tuple[int, int]:
    """(written, set aside)."""
    done = take_in([line(tenant, name, vouched=vouched) for name in sent], now=NOW)
    return done.written, done.rejected


def known(tenant: object) -> list[tuple[str, int]]:
    with tenant_scope(tenant.workspace):
        return list(CustomName.objects.order_by("number").values_list("name", "number"))


def public_id(name: str) -> str:
    return CustomName.objects.get(name=name).public_id


def test_strangers_cannot_take_the_places_of_names_that_somebody_vouches_for(acme, globex):
    assert take(acme, "a", "b", "c", "d", "e") == (3, 2)
    assert take(acme, "f", vouched=True) == (1, 0)
    assert take(acme, "g", vouched=True) == (0, 1)
    assert take(globex, "g") == (1, 0)

    assert known(acme) == [("a", 1000), ("b", 1001), ("c", 1002), ("f", 1003)]
    with tenant_scope(acme.workspace):
        assert (name_places().free, name_places().free_for_strangers) == (0, 0)
        turned = names_without_place(today=NOW.date())
    with tenant_scope(globex.workspace):
        assert names_without_place(today=NOW.date()) is None
    assert turned is not None
    assert (turned.count, turned.names) == (3, ["d", "e", "g"])
    reason = "no place for another event name of the workspace's own: 4 at most"
    assert set(rows("SELECT kind, reason FROM tracking_rejected")) == {("names", reason)}


def test_a_secret_key_vouches_and_only_it():
    event = {"event": "demo_booked", "anonymousId": "v1"}

    (public,), (secret,) = send("/v1/track", event), send("/v1/track", event, key=SECRET)

    assert (fields(public)["kind"], fields(secret)["kind"], fields(secret)["key"]) == (None, VOUCHED, None)


def test_a_name_that_a_secret_key_sends_too_leaves_its_place_to_strangers(acme):
    take(acme, "a", "b", "c")
    take_in([line(acme, "a", message="again", vouched=True)], now=NOW)

    assert take(acme, "d") == (1, 0)


def test_a_batch_of_known_names_asks_once_and_what_was_set_aside_can_be_sent_again(acme, monkeypatch):
    hostile = "x\\y\tz\r\n\u202e<script>" + "長" * 100
    take(acme, "a", "b", "c", hostile)
    (kept,) = rows("SELECT line FROM tracking_rejected")[0]
    statements: list[str] = []
    run = sql.run

    def noted(text: str, **given: object) -> sql.Answer:
        statements.append(text)
        return run(text, **given)

    monkeypatch.setattr(sql, "run", noted)
    monkeypatch.setattr(names, "ENV", replace(names.ENV, event_names=40))
    again = take_in([kept.encode()], now=NOW)
    take_in([line(acme, "a", message="m2")], now=NOW)

    asked = [text for text in statements if text in (names.NUMBER, names.MAKE, names.SET_ASIDE)]
    assert (again.written, again.rejected) == (1, 0)
    assert asked == [names.NUMBER, names.MAKE, names.NUMBER, names.NUMBER]  # the last is all of the second batch
    assert known(acme)[3] == (hostile, 1003)


@pytest.mark.django_db(transaction=True)
def test_two_writers_at_once_give_one_number_to_each_name(acme):
    done = queue_up(lambda: take(acme, "x", "a"), lambda: take(acme, "x", "b"))

    assert done == [(2, 0), (1, 0)]  # both told "x"
    assert known(acme) == [("a", 1000), ("x", 1001), ("b", 1002)]
    assert rows("SELECT count(*) FROM tracking_rejected") == [(0,)]


def test_an_ignored_name_is_dropped_counted_and_out_of_the_way_until_it_is_brought_back(acme):
    take(acme, "a", "b", "c")
    with tenant_scope(acme.workspace):
        ignored = [public_id("a"), public_id("b")]
        assert ignore_event_names(ignored, by=acme.owner, now=NOW) == 2
        assert "a" not in {word.key for word in listed_events()}
        assert find_event("a") is not None  # rules that name it stay readable

    assert take_in([line(acme, "a", message=str(number)) for number in range(3)], now=NOW).rejected == 0
    assert take(acme, "d", "e") == (2, 0)
    with tenant_scope(acme.workspace):
        (row,) = listed(EventNameFilter(text="A", state="ignored"), today=NOW.date())
        assert (row.name, row.recent, row.more, row.dropped) == ("a", 1, False, 3)
        bring_back_event_name(ignored[0], by=acme.owner, now=NOW)
        with pytest.raises(NoPlaceLeft):
            bring_back_event_name(ignored[1], by=acme.owner, now=NOW)
        verbs = list(
            AuditEntry.objects.filter(verb__startswith="event_name").order_by("id").values_list("verb", flat=True)
        )
    assert take_in([line(acme, "a", message="back")], now=NOW).written == 1
    assert verbs == ["event_name.ignored", "event_name.ignored", "event_name.brought_back"]
    assert rows("SELECT count(*) FROM tracking_rejected") == [(0,)]


def test_a_member_adds_a_name_before_it_is_sent_and_calls_it_something(acme):
    take(acme, "a", "b", "c")
    with tenant_scope(acme.workspace):
        added = add_event_name(" demo_booked ", label="デモ\u202e予約", by=acme.owner, now=NOW)
        with pytest.raises(NoPlaceLeft):
            add_event_name("more", by=acme.owner, now=NOW)
        with pytest.raises(BadEventName):
            add_event_name("page_viewed", by=acme.owner, now=NOW)
        with pytest.raises(BadEventName):
            add_event_name("a\x00b", by=acme.owner, now=NOW)
        label_event_name(public_id("a"), "資料請求", by=acme.owner, now=NOW)
        word = find_event("demo_booked")
    assert take(acme, "demo_booked", "d") == (1, 1)
    assert (added.number, added.label, str(word.label), word.code) == (1003, "デモ予約", "デモ予約", 1003)
    with tenant_scope(acme.workspace):
        recent = newest("WITH recent AS (SELECT * FROM tracking_event WHERE tenant_id = %(tenant_id)s)", limit=9)
    assert {(entry.name, entry.label) for entry in recent} == {
        ("a", "資料請求"),
        ("b", "b"),
        ("c", "c"),
        ("demo_booked", "デモ予約"),
    }


def test_names_without_events_give_their_place_back_and_take_it_again(acme):
    with tenant_scope(acme.workspace):
        add_event_name("added", by=acme.owner, now=NOW - timedelta(days=400))
    take_in([line(acme, "old", days=100), line(acme, "gone", days=60), line(acme, "kept", days=60)], now=NOW)
    with tenant_scope(acme.workspace):
        Retention.objects.create(name=1003, days=90, done_until=NOW - timedelta(days=90))  # of "old"
        sql.run("DELETE FROM tracking_event WHERE tenant_id = %(tenant_id)s AND name IN (1001, 1003)")  # "gone", "old"
        sql.run("DELETE FROM tracking_daily WHERE tenant_id = %(tenant_id)s AND name IN (1001, 1002)")
        CustomName.objects.filter(name="kept").update(first_at=None, last_at=NOW - timedelta(days=31))

    assert (known(acme)[0], rest_names(now=NOW), rest_names(now=NOW)) == (("added", 1000), 2, 0)

    with tenant_scope(acme.workspace):
        assert [row.name for row in listed(EventNameFilter(state="rested"), today=NOW.date())] == ["old", "gone"]
        assert (name_places().taken, name_places().strange) == (2, 1)
    take_in([line(acme, "old", message="new"), line(acme, "x"), line(acme, "y")], now=NOW)
    with tenant_scope(acme.workspace):
        live = [(row.name, row.number) for row in listed(EventNameFilter(state="live"), today=NOW.date())]
    assert live == [("x", 1004), ("old", 1003), ("kept", 1002), ("added", 1000)]


def test_an_event_from_before_the_first_one_noted_keeps_its_name_the_place(acme):
    take_in([line(acme, "a", days=60)], now=NOW)
    with tenant_scope(acme.workspace):
        sql.run("DELETE FROM tracking_daily WHERE tenant_id = %(tenant_id)s")
        CustomName.objects.update(first_at=NOW - timedelta(days=40), last_at=NOW - timedelta(days=35))

    assert rest_names(now=NOW) == 0


def test_a_look_that_takes_too_long_leaves_the_name_its_place_and_is_not_repeated(acme, monkeypatch):
    take_in([line(acme, "a", days=60)], now=NOW)
    with tenant_scope(acme.workspace):
        sql.run("DELETE FROM tracking_daily WHERE tenant_id = %(tenant_id)s")
        sql.run("DELETE FROM tracking_event WHERE tenant_id = %(tenant_id)s")
    monkeypatch.setattr(resting, "PATIENCE", 30)
    monkeypatch.setattr(resting, "STANDS", "SELECT pg_sleep(5) IS NULL")

    assert rest_names(now=NOW) == 0

    monkeypatch.undo()
    later = NOW + timedelta(days=31)
    assert (rest_names(now=NOW), rest_names(now=later, running=lambda: False), rest_names(now=later)) == (0, 0, 1)


def test_a_name_that_was_there_before_keeps_no_first_event_and_many_counts_are_told_as_a_part(acme, monkeypatch):
    take(acme, "a")
    with tenant_scope(acme.workspace):
        CustomName.objects.update(first_at=None, last_at=NOW - timedelta(days=9), vouched=True)
    take_in([line(acme, "a", message=f"m{days}", days=days) for days in (1, 2, 3)], now=NOW)
    monkeypatch.setattr(asking, "MOST_COUNTED", 2)

    with tenant_scope(acme.workspace):
        (row,) = listed(EventNameFilter(), today=NOW.date())
    assert (row.first_at, row.last_at, row.vouched) == (None, NOW - timedelta(days=1), True)
    assert (row.recent, row.more) == (2, True)


def test_events_that_find_no_place_again_are_not_counted_again(acme):
    take(acme, "a", "b", "c", "d", "e")
    with tenant_scope(acme.workspace):
        ask_to_put_back(by=acme.owner, now=NOW)

    assert put_asked_back(now=NOW).refused == 2
    assert rows("SELECT number, count FROM tracking_turnedaway") == [(None, 2)]


@pytest.mark.django_db(transaction=True)
def test_a_name_is_added_while_events_of_it_are_written(acme):
    take_in([line(acme, "a", days=1)], now=NOW)
    written = Event()

    def write() -> None:
        with system_scope():
            take(acme, "a")
            written.set()
            eventually(lambda: somebody_waits(connection), every=0.01)
            take(acme, "b")
        connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(write)
        written.wait()
        with tenant_scope(acme.workspace):
            added = add_event_name("a", by=acme.owner, now=NOW)
        writing.result()
    with tenant_scope(acme.workspace):
        kept = CustomName.objects.get(pk=added.pk)
    assert (kept.vouched, kept.last_at, known(acme)) == (True, NOW, [("a", 1000), ("b", 1001)])


def test_ignoring_what_is_used_names_the_uses_and_asks_first(acme, sign_in):
    take(acme, "plan", "other")
    with tenant_scope(acme.workspace):
        create_segment("プラン選択者", {"event": "plan"}, by=acme.owner, now=NOW)
        chosen = [public_id("plan"), public_id("other")]
    client = sign_in()
    address = reverse("tracking:event_names_ignore")

    pages = [client.get(reverse("tracking:event_names")), client.get(reverse("tracking:event_name", args=chosen[:1]))]
    asked = client.post(address, {"names": chosen}).content.decode()
    with tenant_scope(acme.workspace):
        before = name_places().ignored
    client.post(address, {"sure": " ".join(chosen)})

    assert ["使われているイベントを無視しますか" in page.content.decode() for page in pages] == [True, True]
    assert [text in asked for text in ("プラン選択者", "2種類を無視する", f'value="{" ".join(chosen)}"')] == [True] * 3
    with tenant_scope(acme.workspace):
        assert (before, name_places().ignored) == (0, 2)


def test_what_arrives_while_a_member_is_asked_is_not_ignored_with_the_rest(acme, sign_in):
    take(acme, "plan_a", "plan_b")
    with tenant_scope(acme.workspace):
        create_segment("プラン選択者", {"event": "plan_a"}, by=acme.owner, now=NOW)
    client = sign_in()
    asked = client.post(reverse("tracking:event_names_ignore"), {"found": "plan"}).content.decode()
    answer = dict(re.findall(r'name="(sure|found|names)" value="([^"]*)"', asked))

    take(acme, "plan_c")
    client.post(reverse("tracking:event_names_ignore"), answer)

    with tenant_scope(acme.workspace):
        assert [row.name for row in listed(EventNameFilter(state="live"), today=NOW.date())] == ["plan_c"]


def test_pages_tell_of_names_as_text_and_what_uses_them(acme, sign_in):
    hostile = "\u202e<script>alert(1)</script>" + "x" * 150
    for sent in (hostile, "plan"), ("c", "d"):
        take_in([line(acme, name) for name in sent], now=clock.now())
    with tenant_scope(acme.workspace):
        create_segment("プラン", {"event": "plan"}, by=acme.owner, now=NOW)
        label_event_name(public_id("plan"), "プラン選択", by=acme.owner, now=NOW)
    client = sign_in()

    page = client.get(reverse("tracking:event_names")).content.decode()

    assert "<script>alert" not in page
    assert "\u202e" not in page
    assert "&lt;script&gt;alert" in page
    assert "プラン選択" in page
    assert "プラン</a>" in page
    for address in ("tracking:debug", "tracking:setup", "tracking:event_names"):
        shown = client.get(reverse(address)).content.decode()
        assert "1件のイベントが、イベント名の上限を超えたため記録されていません" in shown


def test_what_strangers_flooded_is_ignored_at_once_and_what_somebody_vouches_for_stays(acme, sign_in):
    take(acme, "spam_1", "spam_2", "plan")
    with tenant_scope(acme.workspace):
        add_event_name("spam_free_plan", by=acme.owner, now=NOW)
    client = sign_in()

    page = client.get("/tracking/event-names/?q=spam").content.decode()
    client.post("/tracking/event-names/ignore", {"found": "spam"})

    assert "公開の書き込みキーだけで送られた2種類をすべて無視する" in page
    with tenant_scope(acme.workspace):
        live = [row.name for row in listed(EventNameFilter(state="live"), today=NOW.date())]
    assert live == ["spam_free_plan", "plan"]


def test_the_api_adds_lists_ignores_and_brings_back(acme, api):
    added = api.post("/api/v1/event-names", {"name": "plan", "label": "プラン"}, content_type="application/json").json()
    address = f"/api/v1/event-names/{added['id']}"
    ignored = api.post(f"{address}/ignore").json()["state"]
    listed_ones = api.get("/api/v1/event-names?state=ignored&q=プラ").json()["results"]
    back = api.post(f"{address}/bring-back").json()
    api.post("/api/v1/event-names", {"name": "more"}, content_type="application/json")
    first_page = api.get("/api/v1/event-names?limit=1").json()
    refused = api.post("/api/v1/event-names", {"name": "page_viewed"}, content_type="application/json")

    assert (added["name"], added["label"], added["state"], ignored) == ("plan", "プラン", "live", "ignored")
    assert [one["id"] for one in listed_ones] == [added["id"]]
    assert (back["state"], back["count_30_days"], back["count_30_days_is_least"], back["last_at"]) == (
        "live",
        0,
        False,
        None,
    )
    assert [one["name"] for one in first_page["results"]] == ["more"]
    assert [one["name"] for one in api.get(first_page["next"]).json()["results"]] == ["plan"]
    assert (refused.status_code, refused.json()["code"]) == (422, "bad_event_name")
    assert api.post("/api/v1/event-names/evn_nobody/ignore").status_code == 404
