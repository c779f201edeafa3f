"""Opens, clicks and pixels judged together, as the log is read."""

from __future__ import annotations

from datetime import timedelta

import orjson
import pytest

from ma_platform.db import sql
from ma_platform.tenancy.scope import tenant_scope
from tests.timing import at_once
from tests.tracking.collecting import NOW
from tests.tracking.judging import Did, browse, counted_anew, days, mail_hit, moment, reasons, told, verdicts
from tracking.actions import bind_visitor, judge_due_visits, run_consumers
from tracking.catalogue import CONSUMERS, Event, Fact, Verdict
from tracking.queries import timeline

pytestmark = pytest.mark.django_db(transaction=True)
GMAIL = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"
CLOUD = "40.94.7.8"


def judge() -> None:
    run_consumers(now=NOW, only=["verdicts"])


def test_all_links_at_once_are_a_scanner_s(acme):
    first = [mail_hit(acme.workspace, 5, 30 + link, link=f"https://acme.jp/{link}") for link in range(4)]

    judge()

    assert set(first) == {Verdict.HUMAN}
    assert set(verdicts(acme.workspace)) == {Verdict.MACHINE}
    assert days(acme.workspace) == counted_anew(acme.workspace) == []


def test_the_reader_behind_the_scanner_counts(acme):
    for link in range(4):
        mail_hit(acme.workspace, 5, 3 + link, link=f"https://acme.jp/{link}", ip=CLOUD)
    mail_hit(acme.workspace, 5, 900, link="https://acme.jp/2")

    judge()

    assert verdicts(acme.workspace) == [1, 1, 1, 1, 0]
    assert days(acme.workspace) == counted_anew(acme.workspace)


def test_who_follows_the_hidden_link_is_a_scanner_in_everything(acme):
    mail_hit(acme.workspace, 5, 60, link="https://acme.jp/1", ip=CLOUD)
    mail_hit(acme.workspace, 5, 75, hidden=True, link="hidden", ip=CLOUD)
    mail_hit(acme.workspace, 5, 600, link="https://acme.jp/1")

    judge()

    assert verdicts(acme.workspace) == [1, 1, 0]


def test_a_network_that_clicks_for_three_recipients_is_a_gateway(acme, globex):
    for lead in (5, 6, 7):
        mail_hit(acme.workspace, lead, 5 + lead, message=f"msg_{lead}", ip=f"40.94.7.{lead}")
        judge()
    mail_hit(acme.workspace, 8, 45, message="msg_8", ip="40.94.7.99")
    mail_hit(acme.workspace, 9, 4_000, message="msg_9", ip="40.94.7.99")
    mail_hit(globex.workspace, 9, 45, message="msg_9", ip="40.94.7.99")
    judge()

    assert verdicts(acme.workspace) == [1, 1, 1, 1, 2]
    assert verdicts(globex.workspace) == [0]
    with tenant_scope(acme.workspace):
        known = sql.run("SELECT network, kind, source FROM tracking_network WHERE tenant_id = %(tenant_id)s").rows
    assert known == [("40.94.7.0/24", "gateway", "learned")]


def test_colleagues_behind_one_address_are_people(acme):
    for lead in (5, 6, 7, 8):
        mail_hit(acme.workspace, lead, 40 * lead, message=f"msg_{lead}")
    judge()

    assert set(verdicts(acme.workspace)) == {Verdict.HUMAN}


def test_an_open_by_a_proxy_is_in_doubt_until_the_reader_clicks(acme):
    mail_hit(acme.workspace, 5, 60, opened=True, ua=GMAIL)
    judge()
    doubted = verdicts(acme.workspace)
    mail_hit(acme.workspace, 5, 400)

    judge()

    assert (doubted, verdicts(acme.workspace)) == ([2], [0, 0])
    assert {"confirmed", "image_proxy"} <= reasons(acme.workspace)
    assert days(acme.workspace) == counted_anew(acme.workspace)
    (told_once,) = told(acme.workspace)
    assert (told_once[0], orjson.loads(told_once[1])) == (5, {"changed": 1, "names": [10]})


def test_a_doubted_click_is_confirmed_by_reading_and_doubted_again_when_the_reader_is_a_machine(acme):
    with tenant_scope(acme.workspace):
        sql.run(GATEWAY, now=NOW)
    mail_hit(acme.workspace, 5, 1_000, ip=CLOUD)
    judge()
    doubted = verdicts(acme.workspace, Event.EMAIL_CLICKED)
    browse(acme.workspace, "v1", [Did(1_003), Did(1_040, "left", ms=30_000)])
    with tenant_scope(acme.workspace):
        bind_visitor("v1".ljust(16, "0"), 5, "mail_click", at=moment(1_003))
    judge_due_visits(now=NOW)
    confirmed = verdicts(acme.workspace, Event.EMAIL_CLICKED)
    browse(acme.workspace, "v1", [Did(1_050 + 0.5 * turn, page=turn % 30) for turn in range(130)])

    judge_due_visits(now=NOW + timedelta(minutes=1))

    assert (doubted, confirmed) == ([2], [0])
    assert verdicts(acme.workspace, Event.EMAIL_CLICKED) == [2]
    assert days(acme.workspace) == counted_anew(acme.workspace)


def test_judging_again_changes_nothing(acme):
    for link in range(4):
        mail_hit(acme.workspace, 5, 30 + link, link=f"https://acme.jp/{link}")
    judge()
    before = (verdicts(acme.workspace), days(acme.workspace), told(acme.workspace))
    with tenant_scope(acme.workspace):
        sql.run("UPDATE tracking_consumer SET txid = 0")

    judge()

    assert (verdicts(acme.workspace), days(acme.workspace), told(acme.workspace)) == before


def test_two_judges_at_once_take_away_once(acme, globex):
    browse(acme.workspace, "robot", [Did(0.5 * turn, page=turn % 30) for turn in range(130)])
    browse(acme.workspace, "reader", [Did(0), Did(40, "left", ms=38_000)])

    done = at_once(acme, *[lambda: judge_due_visits(now=NOW)] * 3)

    assert done == ["", "", ""]
    assert days(acme.workspace) == counted_anew(acme.workspace) != []


def test_ingest_and_judge_at_once_agree_on_the_rollup(acme, globex):
    """A slice of visible time arrives for the very rows that are being taken away."""
    browse(acme.workspace, "robot", [Did(0.5 * turn, page=turn % 30) for turn in range(130)])
    browse(acme.workspace, "reader", [Did(turn * 20 + turn * turn % 17, page=turn) for turn in range(30)])
    keep_for = [Did(900 + turn, "left", turn, ms=1_000) for turn in range(30)]

    done = at_once(
        acme, lambda: judge_due_visits(now=NOW), lambda: browse(acme.workspace, "reader", keep_for), lambda: None
    )

    assert done == ["", "", ""]
    assert days(acme.workspace) == counted_anew(acme.workspace) != []


def test_addresses_of_readers_are_shown_to_nobody(acme):
    heard: list[Fact] = []
    mail_hit(acme.workspace, 5, 60)
    with pytest.MonkeyPatch.context() as patch:
        spy = CONSUMERS["verdicts"]
        patch.setitem(CONSUMERS, "verdicts", type(spy)(spy.name, spy.events, lambda facts, now: heard.extend(facts), 0))
        judge()
    with tenant_scope(acme.workspace):
        shown = timeline(lead_id=5)[0].as_json()["properties"]
        kept = sql.run("SELECT props -> 'hit' ->> 'ip' FROM tracking_event WHERE tenant_id = %(tenant_id)s").value()

    assert (shown, heard[0].props) == ({"message": "msg_1", "email": "eml_1"},) * 2
    assert kept == "126.5.6.7"


GATEWAY = """
    INSERT INTO tracking_network (tenant_id, network, kind, confidence, source, updated_at)
    VALUES (%(tenant_id)s, '40.94.0.0/16', 'gateway', 100, 'list', %(now)s)
"""
