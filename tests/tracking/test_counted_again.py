"""Views of visitors who have not agreed: how little is kept of them, judged in series and again, forgotten in time."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

import pytest

from ma_platform.audit.models import AuditEntry
from ma_platform.db import sql
from ma_platform.tenancy.models import Workspace
from ma_platform.tenancy.scope import tenant_scope
from tests.tracking.collecting import BROWSER, NOW
from tests.tracking.judging import counted_anew, days, reasons, verdicts
from tests.tracking.test_drain import keep
from tracking.actions import (
    advance,
    ask_rejudgement,
    drain,
    forget_hits_of_nobody,
    run_consumers,
    run_rejudgement,
)
from tracking.actions.rejudge.hits import judge_counted_near
from tracking.collector.messages import Arrival, line_of, message_uuid
from tracking.collector.pixel import pixel_line
from tracking.collector.request import Request
from tracking.models import Event, Rejudgement, Upkeep
from tracking.queries import find_page, page_ranges
from tracking.queries.verdicts import Range
from tracking.verdict import Hit, PixelHit
from tracking.verdict.pixels import in_bursts

BOT = "Mozilla/5.0 (compatible; GPTBot/1.2; +https://openai.com/gptbot)"
START = NOW - timedelta(hours=1)


def props(body: dict[str, object], arrival: Arrival) -> dict[str, object]:
    return line_of("page", {"context": {"page": {}}, **body}, "body", arrival).props


def test_a_counted_view_keeps_agent_and_neighbourhood_and_no_other_view_does():
    arrival = Arrival(NOW, False, BROWSER, "203.0.114.77")
    server = Arrival(NOW, True, "", "203.0.114.77")

    assert props({}, arrival) == {"hit": {"ua": BROWSER, "ip": "203.0.114.0", "method": "POST", "posted": True}}
    assert props({"anonymousId": "v1", "properties": {"hit": {"ua": "forged"}}}, arrival) == {}
    assert props({}, server) == {}
    assert props({}, Arrival(NOW, False, BROWSER, "2001:db8:1:2::9"))["hit"]["ip"] == ""  # type: ignore[index]


def test_a_pixel_asked_for_with_head_is_kept_as_a_machine_s():
    request = Request(
        "/t.gif", {"user-agent": BROWSER, "cookie": "_ma=" + "a" * 20}, query="u=https://a.jp", method="HEAD"
    )

    line = pixel_line(request, NOW)

    assert (line.verdict, line.reasons, line.visitor, line.props["hit"]["method"]) == (1, ("method:head",), "", "HEAD")


def counted(
    workspace: Workspace,
    number: int,
    *,
    every: float,
    ua: str = BROWSER,
    at: datetime = START,
    place: int = 1,
    **stated: object,
) -> None:
    """Views without an id, of one network and agent; `stated`: properties of their own."""
    hit = Hit(ua=ua, ip=f"203.0.{place}.0", method="POST", posted=True).as_json()
    for turn in range(number):
        moment = at + timedelta(seconds=every * turn)
        key = {"kind": "page", "key": f"https://acme.jp/{turn % 3}", "props": {**stated, "hit": hit}}
        keep(workspace.pk, f"{ua}{place}{moment}", visitor="", at=moment, rule_version=3, **key)
    drain(now=NOW)


def told_again(workspace: Workspace) -> Rejudgement:
    """A pass over the last day, counted and done."""
    with tenant_scope(workspace):
        asked = ask_rejudgement(NOW - timedelta(days=1), NOW, by=None, now=NOW)
        while advance(asked.pk, now=NOW):
            pass
        asked.refresh_from_db()
        run_rejudgement(asked, by=None, now=NOW)
        while advance(asked.pk, now=NOW):
            pass
        return Rejudgement.objects.get(pk=asked.pk)


def views(workspace: Workspace) -> int:
    """What the page report says of the pages together."""
    today = NOW.date()
    with tenant_scope(workspace):
        found = [find_page(f"https://acme.jp/{page}", since=today, until=today) for page in range(3)]
    return sum(one.views for one in found if one)


@pytest.mark.django_db(transaction=True)
def test_many_views_from_one_place_in_a_minute_are_in_doubt_as_they_are_read(acme, globex):
    counted(acme.workspace, 59, every=1.0, at=START - timedelta(minutes=10))
    counted(acme.workspace, 59, every=1.0)
    counted(acme.workspace, 40, every=1.0, place=2)
    counted(globex.workspace, 59, every=1.0)
    run_consumers(now=NOW, only=["verdicts"])
    before = verdicts(acme.workspace)

    counted(acme.workspace, 1, every=1.0, at=START + timedelta(seconds=59, milliseconds=500))
    run_consumers(now=NOW, only=["verdicts"])

    assert before == [0] * 158
    assert sorted(verdicts(acme.workspace)) == [0] * 99 + [2] * 60
    assert (reasons(acme.workspace), set(verdicts(globex.workspace))) == ({"burst"}, {0})
    assert views(acme.workspace) == 99
    assert days(acme.workspace) == counted_anew(acme.workspace)


@pytest.mark.django_db(transaction=True)
def test_a_property_that_says_pixel_is_kept_and_hides_no_burst(acme):
    stated = props({"properties": {"pixel": True}}, Arrival(NOW, False, BROWSER, "203.0.1.77"))
    counted(acme.workspace, 60, every=0.9, pixel=stated["pixel"])

    run_consumers(now=NOW, only=["verdicts"])

    assert (stated["pixel"], verdicts(acme.workspace)) == (True, [2] * 60)


@pytest.mark.django_db(transaction=True)
def test_read_in_small_helpings_the_same_are_in_doubt_as_the_rule_says_and_none_is_looked_at_twice(acme, monkeypatch):
    few, draw = 4, Random(7)
    for place in ("tracking.verdict.pixels", "tracking.actions.rejudge.hits"):
        monkeypatch.setattr(f"{place}.BURST_VIEWS", few)
    moments = sorted(START + timedelta(seconds=draw.randrange(2_400)) for _ in range(80))
    for number, moment in enumerate(moments):
        hit = Hit(ua=BROWSER, ip="203.0.114.0", method="POST", posted=True).as_json()
        key = {"kind": "page", "key": "https://acme.jp/0", "props": {"hit": hit}}
        keep(acme.workspace.pk, f"m{number}", visitor="", at=moment, rule_version=3, **key)
        if number % 9 == 0:
            drain(now=NOW)
            run_consumers(now=NOW, only=["verdicts"])
    drain(now=NOW)
    monkeypatch.setattr("tracking.actions.rejudge.hits.MOST_COUNTED", 9)

    run_consumers(now=NOW, only=["verdicts"], batch=3)

    hits = [PixelHit(number, at.timestamp(), Hit(posted=True)) for number, at in enumerate(moments)]
    told = {one.key for one in in_bursts(hits)}
    assert 10 < len(told) < 70
    assert verdicts(acme.workspace) == [2 if number in told else 0 for number in range(80)]
    with tenant_scope(acme.workspace):
        assert judge_counted_near(moments) == []


@pytest.mark.django_db(transaction=True)
def test_a_bot_that_is_known_later_is_taken_out_of_the_counts_and_the_audit_says_so(acme, monkeypatch):
    counted(acme.workspace, 4, every=7.0, ua=BOT)
    counted(acme.workspace, 3, every=300.0)
    before = views(acme.workspace)

    done = told_again(acme.workspace)
    second = told_again(acme.workspace)

    assert (before, views(acme.workspace), second.changed) == (7, 3, 0)
    assert (done.before, done.after) == ({"human": 7}, {"human": 3, "machine": 4})
    assert days(acme.workspace) == counted_anew(acme.workspace)
    with tenant_scope(acme.workspace):
        assert AuditEntry.objects.filter(verb="tracking.rejudged").order_by("id")[0].facts["after"] == done.after


@pytest.mark.django_db(transaction=True)
def test_what_was_told_again_with_an_id_is_never_counted_twice_by_judging(acme):
    counted(acme.workspace, 1, every=1.0)
    first = message_uuid(f"{BROWSER}1{START}")
    keep(acme.workspace.pk, "again", at=START, key="https://acme.jp/0", props={"replaces": str(first)})
    drain(now=NOW)

    done = told_again(acme.workspace)

    today = NOW.date()
    with tenant_scope(acme.workspace):
        found = find_page("https://acme.jp/0", since=today, until=today)
        assert found is not None
        assert page_ranges(found, since=today, until=today).views == Range(1, 1)
    assert (views(acme.workspace), done.changed) == (1, 0)
    assert "replaced" in reasons(acme.workspace)


@pytest.mark.django_db
def test_after_ninety_days_nothing_is_kept_of_nobody(acme):
    kept = {"hit": Hit(ua=BROWSER, ip="203.0.113.0").as_json(), "url": "u"}
    old, young = NOW - timedelta(days=91), NOW - timedelta(days=89)
    for number, (at, visitor) in enumerate([(old, ""), (young, ""), (old, "v1")]):
        keep(acme.workspace.pk, f"m{number}", visitor=visitor, at=at, props=kept)
    drain(now=NOW)

    gone = [forget_hits_of_nobody(now=NOW), forget_hits_of_nobody(now=NOW)]

    with tenant_scope(acme.workspace):
        held = list(Event.objects.order_by("occurred_at", "visitor_id").values_list("props__hit__ua", flat=True))
        assert sql.run("SELECT count(*) FROM tracking_event WHERE props ? 'url'").value() == 3
    assert (gone, sorted(map(bool, held))) == ([1, 0], [False, True, True])


@pytest.mark.django_db
def test_forgetting_goes_in_chunks_and_is_done_after_the_last(acme, monkeypatch):
    monkeypatch.setattr("tracking.actions.forgetting.AT_ONCE", 2)
    counted(acme.workspace, 4, every=0.5, at=NOW - timedelta(days=130))
    counted(acme.workspace, 3, every=1.0, at=NOW - timedelta(days=91), place=2)
    turns = iter([True, False, False])

    first = forget_hits_of_nobody(now=NOW, running=lambda: next(turns, False))
    with tenant_scope(acme.workspace):
        done = list(Upkeep.objects.values_list("nobody_until", flat=True))
    rest = [forget_hits_of_nobody(now=NOW), forget_hits_of_nobody(now=NOW)]

    assert (first, done, rest) == (2, [], [5, 0])
