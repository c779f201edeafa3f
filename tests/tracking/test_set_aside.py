"""Lines that could not be written: kept within bounds, shown without what is personal, put back by whoever may."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from io import BytesIO, StringIO

import orjson
import pytest
from django.core.management import call_command
from django.db import DatabaseError

from ma_platform.audit.models import AuditEntry
from ma_platform.db import sets, sql
from ma_platform.env import ENV
from ma_platform.tenancy.models import Workspace
from ma_platform.tenancy.scope import tenant_scope
from tests.tracking.collecting import NOW
from tests.tracking.test_poison import line
from tracking.actions import (
    ask_to_put_back,
    drain,
    drop_old_tombstones,
    erase_people,
    erase_visitor,
    put_asked_back,
    staged,
    take_in,
    tidy_set_aside,
)
from tracking.collector.lines import COLUMNS
from tracking.models import Daily, Event, Rejected
from tracking.queries import crowded_out, set_aside
from tracking.set_aside import copied, excerpt, masked, read, short_addresses, shortened
from tracking.verdict import Hit

HOSTILE = 'a\\b "quoted", (comma)\n\ttab \u202e 山田'
FIRST = NOW - timedelta(days=3)


def row_text(raw: bytes) -> str:
    """The line as the text of a staged row, which is how names past the limit are kept."""
    sql.run(staged.CREATE)
    sets.copy_lines(staged.TABLE, COLUMNS, BytesIO(raw + b"\n"))
    found: str = sql.run("SELECT incoming::text FROM incoming").value()
    sql.run(staged.EMPTY)
    return found


def aside(workspace: Workspace, text: str, reason: str, *, at: datetime = FIRST) -> str:
    with tenant_scope(workspace):
        made = Rejected.objects.create(line=text, reason=reason, at=at)
        made.refresh_from_db()
    return str(made.public_id)


def left(workspace: Workspace) -> list[tuple[str, datetime, bool]]:
    with tenant_scope(workspace):
        return [(one.kind, one.at, one.tried_at is not None) for one in set_aside()]


def test_both_ways_a_line_is_kept_are_read_and_copied_alike(acme):
    tenant = acme.workspace.pk
    raw = line(tenant, "m1", custom="Plan", name=0, subject_name=HOSTILE, props={"a": HOSTILE}, reasons=("x", "y"))
    with tenant_scope(acme.workspace):
        text = row_text(raw)
        again = row_text(copied(text, tenant))

    kept = read(text)
    assert kept is not None
    assert again == text
    assert (kept["visitor"], kept["custom"], kept["subject_name"], kept["ip"]) == ("v1", "Plan", HOSTILE, None)
    assert read(raw.decode())["subject_name"] == HOSTILE  # type: ignore[index]  # a whole line
    assert copied(raw.decode().replace(str(tenant), "99", 1), tenant) == raw


def test_an_excerpt_tells_of_the_mistake_and_not_of_the_person(acme):
    props = {
        "url": "https://x.jp/?name=山田&q=1",
        "traits": {"n": "山田"},
        "memo": "to tanaka@x.jp, 090-1234-5678",
        "a": 1,
    }
    raw = line(7, "m1", kind="page", key="https://x.jp/a", props=props).decode()

    shown = excerpt(raw, read(raw))

    assert shown.startswith("https://x.jp/a · ")
    assert [word in shown for word in ("山田", "tanaka", "1234", '"a":1', "?name=•••")] == [False] * 3 + [True] * 2
    assert len(excerpt("9" * 70_000, None)) <= 500
    assert masked("a%40b.jp" + "x" * 5_000).startswith("•••")


def test_lines_are_put_back_once_and_what_is_refused_again_keeps_its_first_date(acme, globex):
    tenant = acme.workspace.pk
    good, bad = line(tenant, "good"), line(tenant, "bad", ip="nonsense")
    with tenant_scope(acme.workspace):
        texts = [row_text(line(tenant, "named")), good.decode(), good.decode(), bad.decode()]
    for text in texts:
        aside(acme.workspace, text, "more than 9 event names of the workspace's own")
    aside(globex.workspace, line(globex.workspace.pk, "theirs").decode(), "ip: x")

    with tenant_scope(acme.workspace):
        asked = ask_to_put_back(by=acme.owner, now=NOW, kind="names")
    done = put_asked_back(now=NOW)
    again = put_asked_back(now=NOW)

    assert (asked, done.lines, done.written, done.refused, again.lines) == (4, 4, 2, 1, 0)
    assert (left(acme.workspace), left(globex.workspace)) == ([("value", FIRST, True)], [("value", FIRST, False)])
    with tenant_scope(acme.workspace):
        assert (Event.objects.count(), Daily.objects.get().count) == (2, 2)
        assert AuditEntry.objects.get(verb="tracking.lines_put_back").facts == {"lines": 4, "reason": "names"}


def test_the_command_asks_for_one_workspace_or_all(acme, globex):
    for one in (acme, globex):
        aside(one.workspace, line(one.workspace.pk, "m").decode(), "ip: x")
    told = StringIO()

    call_command("replay_rejected", workspace=acme.workspace.public_id, reason="time", stdout=told)
    none = put_asked_back(now=NOW).lines
    call_command("replay_rejected", workspace=acme.workspace.public_id, stdout=told)
    put_asked_back(now=NOW)

    assert none == 0
    assert (left(acme.workspace), len(left(globex.workspace))) == ([], 1)


def test_the_old_go_and_of_too_many_the_oldest_and_that_is_said(acme, globex, monkeypatch):
    monkeypatch.setattr("tracking.actions.aside.ENV", replace(ENV, set_aside_lines=2))
    aside(globex.workspace, "x", "old", at=NOW - timedelta(days=30, seconds=1))
    moments = [NOW - timedelta(minutes=minutes) for minutes in range(5)]
    for moment in moments:
        aside(acme.workspace, "x", "one of five", at=moment)

    gone = tidy_set_aside(now=NOW)

    assert (gone, left(globex.workspace)) == (4, [])
    assert [at for _kind, at, _tried in left(acme.workspace)] == moments[:2]
    with tenant_scope(acme.workspace):
        assert (crowded_out().lines, crowded_out().at) == (3, NOW)


def test_the_page_shows_strangers_text_as_text_and_lets_go_back(acme, globex, sign_in):
    raw = line(
        acme.workspace.pk, "m", kind="page", key="https://x.jp/<script>", host="x.jp", props={"e": "\u202ea@b.jp"}
    )
    mine = aside(acme.workspace, raw.decode(), 'ip: invalid input syntax for type inet: "taro@x.jp <b>"')
    theirs = aside(globex.workspace, "x\ty", "not UTF-8: secret-of-globex")
    client = sign_in()

    page = client.get("/tracking/set-aside/").content.decode()
    debugger = client.get("/tracking/debug/").content.decode()
    answers = [client.post(f"/tracking/set-aside/{one}/put-back").status_code for one in (mine, mine, theirs)]

    assert ['<script>"' in page, "taro@" in page, "\u202e" in page, "secret-of-globex" in page] == [False] * 4
    assert ("項目に入らない値" in page, "&lt;script&gt;" in page, "/tracking/set-aside/" in debugger) == (True,) * 3
    assert answers == [302, 302, 404]
    assert "書き込み中" in client.get("/tracking/set-aside/?kind=value").content.decode()
    assert "この理由のものはありません" in client.get("/tracking/set-aside/?kind=time").content.decode()


def test_the_api_lists_them_page_by_page_and_has_them_put_back(acme, globex, api):
    raw = line(acme.workspace.pk, "m", kind="page", key="https://x.jp/a?mail=a@b.jp", host="x.jp")
    value = aside(acme.workspace, raw.decode(), 'ip: invalid input syntax for type inet: "taro@x.jp"')
    damaged = aside(acme.workspace, "x\ty", "not UTF-8", at=FIRST - timedelta(hours=1))
    theirs = aside(globex.workspace, "x\ty", "not UTF-8: secret-of-globex")

    first_page = api.get("/api/v1/set-aside?limit=1").json()
    second_page = api.get(first_page["next"]).json()
    of_kind = api.get("/api/v1/set-aside?kind=damaged").json()["results"]
    refused = [api.get("/api/v1/set-aside?kind=odd").status_code, api.get("/api/v1/set-aside?cursor=x").status_code]
    one = api.post(f"/api/v1/set-aside/{value}/put-back")
    rest = api.post("/api/v1/set-aside/put-back", {"kind": "damaged"}, content_type="application/json")
    gone = [api.post(f"/api/v1/set-aside/{each}/put-back").status_code for each in (theirs, "line_nobody")]

    (shown,) = first_page["results"]
    assert (shown["id"], shown["kind"], shown["source"], shown["asked_at"]) == (value, "value", "x.jp", None)
    assert ("taro@" in str(shown), "a@b.jp" in str(shown)) == (False, False)
    assert ([each["id"] for each in second_page["results"]], second_page["next"]) == ([damaged], None)
    assert [each["id"] for each in of_kind] == [damaged]
    assert (refused, gone) == ([422, 422], [404, 404])
    assert [(each.status_code, each.json()["lines"]) for each in (one, rest)] == [(202, 1), (202, 1)]
    with tenant_scope(globex.workspace):
        assert Rejected.objects.get().asked_at is None


def test_a_line_is_set_aside_without_the_last_part_of_its_addresses(acme, monkeypatch):
    monkeypatch.setattr("tracking.actions.names.ENV", replace(ENV, event_names=0, event_names_reserved=0))
    props = {"hit": Hit(ua=HOSTILE, ip="203.0.113.77").as_json(), "a": HOSTILE}
    lines = [
        line(acme.workspace.pk, "past", name=0, custom="Plan", ip="2001:db8:1:2::9", props=props),
        line(acme.workspace.pk, "bad", duration="x", ip="203.0.113.77", props=props),
    ]

    done = take_in(lines, now=NOW)

    with tenant_scope(acme.workspace):
        kept = [read(text) or {} for text in Rejected.objects.order_by("reason").values_list("line", flat=True)]
    assert done.rejected == 2
    assert [one["ip"] for one in kept] == ["203.0.113.0", "2001:db8:1::"]
    for one in kept:
        found = orjson.loads(one["props"] or "")
        assert (found["hit"]["ip"], found["hit"]["ua"], found["a"]) == ("203.0.113.0", HOSTILE, HOSTILE)


def test_of_a_damaged_line_too_the_addresses_are_short_and_moments_stay():
    assert shortened("7\tx ip:2001:db8:1:2::9 203.0.113.77 03:00:00") == "7\tx ip:2001:db8:1:: 203.0.113.0 03:00:00"
    assert short_addresses("::ffff:203.0.113.7") == "::"


def test_nobody_erased_comes_back_with_a_line_that_is_put_back_weeks_later(acme):
    tenant, weeks = acme.workspace.pk, NOW + timedelta(days=29)
    take_in([line(tenant, "before", visitor="browser-one")], now=NOW)
    with tenant_scope(acme.workspace):
        erase_visitor("browser-one", by=None, now=NOW)
    aside(acme.workspace, line(tenant, "late", visitor="browser-one").decode(), "ip: x", at=NOW)

    drop_old_tombstones(now=weeks)
    with tenant_scope(acme.workspace):
        ask_to_put_back(by=acme.owner, now=weeks)
    done = put_asked_back(now=weeks)

    assert (done.lines, done.written, left(acme.workspace)) == (1, 0, [])


def test_what_came_with_a_hit_of_nobody_is_not_brought_back_after_its_days(acme):
    hit = {"hit": Hit(ua="Safari", ip="203.0.113.0", method="POST", posted=True).as_json(), "memo": HOSTILE}
    old = {"occurred_at": NOW - timedelta(days=91), "received_at": NOW - timedelta(days=91)}
    late = line(acme.workspace.pk, "late", visitor="", props=hit, **old)
    with tenant_scope(acme.workspace):
        late_row = row_text(line(acme.workspace.pk, "late too", visitor="", props=hit, **old))
    for text in (
        late.decode(),
        late_row,
        line(acme.workspace.pk, "somebody", props=hit, **old).decode(),
        line(acme.workspace.pk, "young", visitor="", props=hit).decode(),
    ):
        aside(acme.workspace, text, "ip: x")

    with tenant_scope(acme.workspace):
        ask_to_put_back(by=acme.owner, now=NOW)
    done = put_asked_back(now=NOW)

    assert (done.lines, done.written) == (4, 4)
    with tenant_scope(acme.workspace):
        kept = list(Event.objects.order_by("occurred_at", "visitor_id").values_list("visitor_id", "props"))
    assert [(visitor is None, "hit" in props, props["memo"]) for visitor, props in kept] == [
        (False, True, HOSTILE),
        (True, False, HOSTILE),
        (True, False, HOSTILE),
        (True, True, HOSTILE),
    ]


def test_a_workspace_whose_lines_cannot_be_put_back_now_keeps_no_other_waiting(acme, globex, monkeypatch):
    for one in (acme, globex):
        aside(one.workspace, line(one.workspace.pk, "m").decode(), "ip: x")
        with tenant_scope(one.workspace):
            ask_to_put_back(by=one.owner, now=NOW)
    failing = f"SELECT 1 / least(%(tenant_id)s - {acme.workspace.pk}, 1)"
    monkeypatch.setattr("tracking.actions.aside.LAST", failing)

    with pytest.raises(DatabaseError):
        put_asked_back(now=NOW)

    assert (len(left(acme.workspace)), left(globex.workspace)) == (1, [])


KEYS = ("1", 'a "b", (c)\\d\te')


@pytest.mark.parametrize("key", KEYS)
def test_lines_of_an_erased_browser_go_and_no_line_that_only_has_its_letters(acme, key):
    tenant = acme.workspace.pk
    theirs = [line(tenant, "m", visitor=key), line(tenant, "n", visitor="v2", props={"visitor": key})]
    others = [
        line(tenant, "o", visitor=f"{key}2", props={"n": 1, "url": f"https://x.jp/{key}"}),
        line(tenant, "p", visitor="v2", props={"visitor": f"2{key}"}),
    ]
    with tenant_scope(acme.workspace):
        rows = [row_text(raw) for raw in (theirs[0], others[0])]
    take_in([line(tenant, "before", visitor=key)], now=NOW)
    for text in (*(raw.decode() for raw in (*theirs, *others)), *rows, f"damaged {key}"):
        aside(acme.workspace, text, "ip: x")

    with tenant_scope(acme.workspace):
        erase_visitor(key, by=None, now=NOW)

        kept = set(Rejected.objects.values_list("line", flat=True))
    assert kept == {*(raw.decode() for raw in others), rows[1], f"damaged {key}"}


def test_lines_of_an_erased_person_go_too(acme):
    tenant = acme.workspace.pk
    with tenant_scope(acme.workspace):
        texts = [row_text(line(tenant, "m", lead_id=5, visitor='a "b", c')), line(tenant, "n", lead_id=5).decode()]
    for text in [*texts, line(tenant, "o", lead_id=55).decode(), "damaged"]:
        aside(acme.workspace, text, "ip: x")

    with tenant_scope(acme.workspace):
        erase_people([5], now=NOW)

    assert len(left(acme.workspace)) == 2
    assert drain(now=NOW).seen == 0
