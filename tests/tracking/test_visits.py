"""Visits as the drain finds them: in a table of cases, and against a plain reading of the rule."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count, pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from ma_platform.db import sql
from ma_platform.tenancy.scope import system_scope, tenant_scope
from tests.tracking.collecting import NOW
from tests.tracking.test_drain import keep, rows
from tracking.actions import bind_visitor, drain, record
from tracking.catalogue import Event
from tracking.collector.messages import message_uuid

IDLE = timedelta(minutes=30)
numbers = count()


@dataclass(frozen=True)
class Sign:
    """One event: minutes after NOW, and the campaign it tells (None: nothing about where it came from)."""

    minute: float
    campaign: str | None = None
    page: str = "a"
    name: int = 1
    duration: int | None = None


def source(campaign: str | None) -> dict[str, str] | None:
    if campaign is None:
        return None
    return {"channel": "campaign", "utm_campaign": campaign} if campaign else {"channel": "direct"}


def send(tenant_id: int, signs: list[Sign], *, visitor: str = "v1", **more: object) -> None:
    """Into the stream, without draining."""
    for sign in signs:
        line = {"source": source(sign.campaign), "name": sign.name, "duration": sign.duration, **more}
        line |= {"key": f"https://acme.jp/{sign.page}", "subject_name": sign.page}
        keep(tenant_id, f"s{next(numbers)}", visitor=visitor, at=NOW + timedelta(minutes=sign.minute), **line)


def tell(tenant_id: int, *batches: list[Sign], visitor: str = "v1") -> None:
    for batch in batches:
        send(tenant_id, batch, visitor=visitor)
        assert drain(now=NOW).rejected == 0


def visits() -> list[tuple[float, float, int]]:
    """(first minute, last minute, events) of every visit, in order of time."""
    found = rows("SELECT started_at, last_at, events FROM tracking_session ORDER BY started_at, last_at")
    return [((begun - NOW).total_seconds() / 60, (last - NOW).total_seconds() / 60, n) for begun, last, n in found]


def spans(signs: list[Sign]) -> list[tuple[float, float, int]]:
    """The rule, read plainly: one event after the other in order of time."""
    found: list[tuple[float, float, int]] = []
    campaign: str | None = None
    for sign in sorted(signs, key=lambda one: one.minute):
        another = bool(sign.campaign) and campaign is not None and sign.campaign != campaign
        if not found or sign.minute - found[-1][1] > 30 or another:
            found.append((sign.minute, sign.minute, 1))
            campaign = sign.campaign
        else:
            found[-1] = (found[-1][0], sign.minute, found[-1][2] + 1)
            campaign = sign.campaign if campaign is None else campaign
    return found


CASES = {
    "half an hour is still the same visit": ([[Sign(0), Sign(30)]], [(0, 30, 2)]),
    "more is another": ([[Sign(0), Sign(30.1)]], [(0, 0, 1), (30.1, 30.1, 1)]),
    "the same in two batches": ([[Sign(0)], [Sign(30)], [Sign(60.1)]], [(0, 30, 2), (60.1, 60.1, 1)]),
    "a chain of short pauses is one visit": ([[Sign(0), Sign(25)], [Sign(50), Sign(75)]], [(0, 75, 4)]),
    "another campaign begins a visit": ([[Sign(0, "x"), Sign(5, "y")]], [(0, 0, 1), (5, 5, 1)]),
    "so in the next batch": ([[Sign(0, "x")], [Sign(5, "y"), Sign(6)]], [(0, 0, 1), (5, 6, 2)]),
    "the same campaign goes on": ([[Sign(0, "x"), Sign(2, "")], [Sign(5, "x")]], [(0, 5, 3)]),
    "a campaign after a direct visit is another": ([[Sign(0, "")], [Sign(5, "x")]], [(0, 0, 1), (5, 5, 1)]),
    "a sign that tells no source takes the one that follows": ([[Sign(0)], [Sign(1, "x")]], [(0, 1, 2)]),
    "there and back again is three": (
        [[Sign(0, "x"), Sign(1, "y")], [Sign(2, "x")]],
        [(0, 0, 1), (1, 1, 1), (2, 2, 1)],
    ),
    "late, inside": ([[Sign(0), Sign(20)], [Sign(10)]], [(0, 20, 3)]),
    "late, inside, of another campaign": ([[Sign(0, "x"), Sign(20)], [Sign(10, "y")]], [(0, 20, 3)]),
    "late, a little before": ([[Sign(0)], [Sign(-20)]], [(-20, 0, 2)]),
    "late, long before": ([[Sign(0)], [Sign(-31)]], [(-31, -31, 1), (0, 0, 1)]),
    "late, long before, several": ([[Sign(0)], [Sign(-80), Sign(-60)]], [(-80, -60, 2), (0, 0, 1)]),
    "late, to the older of two": ([[Sign(0)], [Sign(50)], [Sign(25)]], [(0, 25, 2), (50, 50, 1)]),
    "late, into an old visit": ([[Sign(-300), Sign(-290)], [Sign(0)], [Sign(-295)]], [(-300, -290, 3), (0, 0, 1)]),
    "a chain back to a visit": ([[Sign(0)], [Sign(-50), Sign(-25)]], [(-50, 0, 3)]),
    "a very long visit": ([[Sign(25 * n) for n in range(90)], [Sign(25 * 90)]], [(0, 2250, 91)]),
}


@pytest.mark.parametrize(("batches", "wanted"), CASES.values(), ids=list(CASES))
def test_where_a_visit_ends(acme, batches, wanted):
    tell(acme.workspace.pk, *batches)

    assert visits() == wanted
    assert rows("SELECT visits FROM tracking_visitor") == [(len(wanted),)]
    assert sorted(rows("SELECT count(*) FROM tracking_event GROUP BY session")) == sorted((n,) for *_, n in wanted)


def test_a_visit_knows_what_it_saw(acme):
    tell(
        acme.workspace.pk,
        [Sign(0, "x", "first"), Sign(1, None, "first", name=2, duration=9_000)],
        [Sign(3, None, "second"), Sign(4, None, "second", name=2, duration=1_500), Sign(5, None, "last", name=4)],
    )

    told = rows(
        "SELECT views, events, visible_ms, landing.name, leaving.name, channel, source ->> 'utm_campaign'"
        " FROM tracking_session AS visit JOIN tracking_subject AS landing ON landing.id = visit.landing_id"
        " JOIN tracking_subject AS leaving ON leaving.id = visit.exit_id"
    )
    assert told == [(2, 5, 10_500, "first", "second", "campaign", "x")]


def test_a_late_view_is_the_landing_page_only_before_everything_else(acme):
    tell(acme.workspace.pk, [Sign(10, page="b"), Sign(20, page="d")], [Sign(5, page="a"), Sign(15, page="c")])

    pages = "SELECT (SELECT name FROM tracking_subject WHERE id = {}) FROM tracking_session"
    assert rows(pages.format("landing_id")) + rows(pages.format("exit_id")) == [("a",), ("d",)]


def test_a_visit_keeps_agent_language_and_address_and_what_was_thought_of_its_hits(acme):
    crawler = {"verdict": 1, "reasons": ("crawler:seo",), "rule_version": 3, "agent": "Bot/1"}
    send(acme.workspace.pk, [Sign(0)], visitor="bot", **crawler)
    send(acme.workspace.pk, [Sign(0)], agent="Mozilla", language="ja", ip="203.0.113.7")
    drain(now=NOW)

    found = rows("SELECT agent, language, host(ip), verdict, reasons FROM tracking_session ORDER BY agent")
    assert found == [("Bot/1", "", None, 1, ["crawler:seo"]), ("Mozilla", "ja", "203.0.113.7", 0, [])]


def test_replaying_the_stream_changes_no_visit(acme):
    tell(acme.workspace.pk, [Sign(0, "x"), Sign(10, None, name=2, duration=500)], [Sign(50, "y")])
    before = rows("SELECT * FROM tracking_session ORDER BY id") + rows("SELECT * FROM tracking_visitor")
    with system_scope():
        sql.run("UPDATE tracking_streamoffset SET position = '0-0'")

    again = drain(now=NOW)

    assert (again.seen, again.written) == (3, 0)
    assert rows("SELECT * FROM tracking_session ORDER BY id") + rows("SELECT * FROM tracking_visitor") == before


def test_two_workspaces_with_the_same_browser_key_share_nothing(acme, globex):
    for tenant in (acme, globex):
        send(tenant.workspace.pk, [Sign(0), Sign(10)])
    drain(now=NOW)

    assert rows("SELECT count(*), count(DISTINCT (tenant_id, visitor_id)) FROM tracking_session") == [(2, 2)]
    assert visits() == [(0, 10, 2), (0, 10, 2)]


@pytest.mark.parametrize("at", [datetime(2026, 10, 31, hour, 59, tzinfo=UTC) for hour in (14, 23)])
def test_midnight_and_the_end_of_a_month_end_no_visit(acme, at):
    for minutes in (0, 2):
        keep(acme.workspace.pk, f"m{minutes}", at=at + timedelta(minutes=minutes))
        drain(now=NOW)

    assert rows("SELECT events, last_at - started_at FROM tracking_session") == [(2, timedelta(minutes=2))]


def test_a_senders_own_session_is_taken_at_its_word_for_one_browser(acme):
    own = message_uuid("session 1")
    send(acme.workspace.pk, [Sign(0), Sign(90, "y")], session=own)
    send(acme.workspace.pk, [Sign(0)], visitor="v2", session=own)
    drain(now=NOW)
    send(acme.workspace.pk, [Sign(200)], session=own)
    drain(now=NOW)

    assert visits() == [(0, 0, 1), (0, 200, 3)]
    assert rows("SELECT visits FROM tracking_visitor ORDER BY key") == [(1,), (1,)]


def test_a_counted_view_and_a_recorded_fact_belong_to_no_visit(acme):
    send(acme.workspace.pk, [Sign(0)], visitor="")
    drain(now=NOW)
    with tenant_scope(acme.workspace):
        record(Event.FORM_VIEWED, at=NOW, visitor="v1")

    assert rows("SELECT DISTINCT session FROM tracking_event") == [(None,)]
    assert rows("SELECT visits FROM tracking_visitor") == [(0,)]


def test_a_browser_remembers_where_it_first_and_last_came_from(acme):
    tell(acme.workspace.pk, [Sign(0, "first")], [Sign(60, "second"), Sign(61)], [Sign(120, "")])

    found = rows("SELECT visits, first_source ->> 'utm_campaign', last_source ->> 'utm_campaign' FROM tracking_visitor")
    current = rows(
        "SELECT session = (SELECT id FROM tracking_session ORDER BY last_at DESC LIMIT 1) FROM tracking_visitor"
    )
    assert (found, current) == ([(3, "first", "second")], [(True,)])


def test_a_bound_browser_has_visits_like_any_other(acme):
    with tenant_scope(acme.workspace):
        bind_visitor("v1", 41, "form", NOW - timedelta(days=1))
    tell(acme.workspace.pk, [Sign(0)], [Sign(10)])

    assert visits() == [(0, 10, 2)]
    assert rows("SELECT count(*) FROM tracking_event WHERE lead_id = 41 AND session IS NOT NULL") == [(2,)]


signs = some.lists(
    some.builds(
        Sign,
        minute=some.integers(0, 240).map(float),
        campaign=some.sampled_from([None, None, None, "", "x", "y"]),
    ),
    min_size=1,
    max_size=14,
    unique_by=lambda sign: sign.minute,
)
few = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@few
@given(signs=signs, cuts=some.sets(some.integers(1, 13)))
def test_told_in_order_of_time_the_visits_are_the_rules_however_cut(acme, signs, cuts):
    told, visitor = sorted(signs, key=lambda sign: sign.minute), f"v{next(numbers)}"
    edges = [0, *sorted(cut for cut in cuts if cut < len(told)), len(told)]
    tell(acme.workspace.pk, *[told[a:b] for a, b in pairwise(edges)], visitor=visitor)

    assert visits_of(visitor) == spans(told)


@few
@given(
    signs=some.permutations([Sign(float(minute)) for minute in (0, 8, 16, 24, 90, 95, 100, 180)]),
    size=some.integers(1, 8),
)
def test_a_pause_longer_than_the_disorder_is_seen_whatever_the_order(acme, signs, size):
    visitor = f"v{next(numbers)}"
    tell(acme.workspace.pk, *[list(signs[at : at + size]) for at in range(0, 8, size)], visitor=visitor)

    assert visits_of(visitor) == [(0, 24, 4), (90, 100, 3), (180, 180, 1)]


@few
@given(signs=signs, order=some.randoms(use_true_random=False), size=some.integers(1, 5))
def test_in_any_order_every_event_lies_in_one_visit_without_a_pause(acme, signs, order, size):
    told, visitor = [Sign(sign.minute) for sign in signs], f"v{next(numbers)}"
    order.shuffle(told)
    tell(acme.workspace.pk, *[told[at : at + size] for at in range(0, len(told), size)], visitor=visitor)

    for begun, last, events in visits_of(visitor):
        inside = sorted(sign.minute for sign in told if begun <= sign.minute <= last)
        assert len(inside) == events
        assert all(later - earlier <= 30 for earlier, later in pairwise(inside))
    assert len(visits_of(visitor)) >= len(spans(told))


def visits_of(visitor: str) -> list[tuple[float, float, int]]:
    found = rows(
        "SELECT started_at, last_at, events FROM tracking_session WHERE visitor_id ="
        f" (SELECT id FROM tracking_visitor WHERE key = '{visitor}') ORDER BY started_at"
    )
    return [((begun - NOW).total_seconds() / 60, (last - NOW).total_seconds() / 60, n) for begun, last, n in found]


def test_events_carry_the_id_of_their_visit(acme):
    tell(acme.workspace.pk, [Sign(0), Sign(1)])

    assert rows("SELECT DISTINCT session FROM tracking_event") == rows("SELECT id FROM tracking_session")
