"""From the stream to the log, in a real Valkey and Postgres."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from ma_platform.db import sql
from ma_platform.tenancy.models import Workspace
from ma_platform.tenancy.scope import system_scope, tenant_scope
from tests.tracking.collecting import NOW
from tests.tracking.facing import rows
from tracking.actions import SubjectRef, accept_fact, bind_visitor, drain, record, staged
from tracking.catalogue import Event
from tracking.collector import wiring
from tracking.collector.core import Entry
from tracking.collector.lines import Line
from tracking.collector.messages import message_uuid

PAGE = SubjectRef("page", "https://acme.jp/a", "製品A", "https://acme.jp/a?x=1")


def keep(tenant_id: int, message_id: str, *, visitor: str = "v1", at: datetime = NOW, **more: object) -> None:
    """One page view into the stream, as the collector would."""
    line = Line(id=message_uuid(message_id), name=1, occurred_at=at, received_at=NOW, visitor=visitor)
    line.kind, line.key, line.subject_name = "page", "https://acme.jp/a", "製品A"
    for name, value in more.items():
        setattr(line, name, value)
    wiring.keeper().keep([Entry(f"{tenant_id} {visitor}", line.encode(tenant_id))])


def test_an_event_is_written_once_however_often_it_is_sent(acme, globex):
    keep(acme.workspace.pk, "m1")
    keep(acme.workspace.pk, "m1", at=NOW - timedelta(minutes=5))
    first = drain(now=NOW)
    keep(acme.workspace.pk, "m1", at=NOW + timedelta(minutes=5))
    keep(acme.workspace.pk, "m2")
    second = drain(now=NOW)

    assert (first.seen, first.written) == (2, 1)
    assert (second.seen, second.written) == (2, 1)
    assert rows("SELECT count, visible_ms FROM tracking_daily") == [(2, 0)]


def test_the_same_message_id_of_two_tenants_is_two_events(acme, globex):
    keep(acme.workspace.pk, "m1")
    keep(globex.workspace.pk, "m1")

    assert drain(now=NOW).written == 2
    with tenant_scope(acme.workspace):
        assert sql.run("SELECT count(*) FROM tracking_event").value() == 1


def test_draining_again_from_the_beginning_changes_nothing(acme):
    keep(acme.workspace.pk, "m1")
    drain(now=NOW)
    before = rows("SELECT * FROM tracking_daily") + rows("SELECT id, visits, first_seen_at FROM tracking_visitor")
    with system_scope():
        sql.run("UPDATE tracking_streamoffset SET position = '0-0'")

    again = drain(now=NOW)

    assert (again.seen, again.written) == (1, 0)
    assert (
        rows("SELECT * FROM tracking_daily") + rows("SELECT id, visits, first_seen_at FROM tracking_visitor") == before
    )


def test_visible_time_adds_up_on_the_page_view(acme):
    keep(acme.workspace.pk, "m1")
    keep(acme.workspace.pk, "l1", name=2, duration=30_000)
    keep(acme.workspace.pk, "l2", name=2, duration=12_500)

    drain(now=NOW)

    assert rows("SELECT name, count, visible_ms FROM tracking_daily") == [(1, 1, 42_500)]


def test_machines_are_kept_but_not_counted(acme):
    keep(acme.workspace.pk, "m1", verdict=1, reasons=("crawler:seo",))

    drain(now=NOW)

    assert rows("SELECT verdict, reasons FROM tracking_event") == [(1, ["crawler:seo"])]
    assert rows("SELECT * FROM tracking_daily") == []


def test_a_line_that_cannot_be_written_is_set_aside_and_the_others_are_kept(acme):
    for number in range(5):
        keep(acme.workspace.pk, f"m{number}")
    keep(acme.workspace.pk, "bad", at=datetime(1999, 1, 1, tzinfo=UTC))
    keep(acme.workspace.pk, "m9")

    drained = drain(now=NOW)

    assert (drained.seen, drained.written, drained.rejected) == (7, 6, 1)
    assert [reason[:20] for (reason,) in rows("SELECT reason FROM tracking_rejected")] == ["no month of the log:"]


def test_customers_own_names_get_numbers_of_their_own_in_each_workspace(acme, globex):
    for tenant, message, name in [(acme, "a", "plan"), (acme, "b", "demo"), (acme, "c", "plan"), (globex, "d", "plan")]:
        keep(tenant.workspace.pk, message, name=0, custom=name)

    drain(now=NOW)

    found = rows("SELECT tenant_id, name, number FROM tracking_customname ORDER BY 1, 2")
    mine, theirs = acme.workspace.pk, globex.workspace.pk
    assert found == [(mine, "demo", 1000), (mine, "plan", 1001), (theirs, "plan", 1000)]
    assert sorted(rows("SELECT name FROM tracking_event")) == [(1000,), (1000,), (1001,), (1001,)]


def test_an_old_fact_makes_its_own_month(acme):
    keep(acme.workspace.pk, "m1", at=datetime(2019, 5, 3, tzinfo=UTC))

    assert drain(now=NOW).written == 1


def test_a_visit_begins_after_half_an_hour_of_silence(acme):
    keep(acme.workspace.pk, "m1", source={"channel": "paid", "utm_source": "g"})
    drain(now=NOW)
    keep(acme.workspace.pk, "m2", at=NOW + timedelta(minutes=10))
    drain(now=NOW)
    keep(acme.workspace.pk, "m3", at=NOW + timedelta(hours=2), source={"channel": "direct"})
    drain(now=NOW)

    visits, first, last = rows(
        "SELECT visits, first_source ->> 'channel', last_source ->> 'channel' FROM tracking_visitor"
    )[0]
    sessions = rows("SELECT session FROM tracking_event ORDER BY occurred_at")
    assert (visits, first, last) == (2, "paid", "paid")
    assert sessions[0] == sessions[1] != sessions[2]


def test_events_of_a_bound_browser_belong_to_the_lead(acme):
    with tenant_scope(acme.workspace):
        bind_visitor("v1", 41, "form", NOW)
    keep(acme.workspace.pk, "m1")

    drain(now=NOW)

    assert rows("SELECT lead_id FROM tracking_event WHERE name = 1") == [(41,)]
    assert rows("SELECT lead_id FROM tracking_daily WHERE name = 1") == [(41,)]


def test_an_accepted_fact_is_judged_and_reaches_the_log(acme):
    verdict = accept_fact(acme.workspace.pk, Event.PAGE_VIEWED, {"a": 'b\\c\n"d"'}, at=NOW, lead_id=5, subject=PAGE)

    drain(now=NOW)

    assert verdict == 0
    assert rows("SELECT lead_id, props ->> 'a' FROM tracking_event") == [(5, 'b\\c\n"d"')]
    assert rows("SELECT kind, key, name, host, path FROM tracking_subject") == [
        ("page", "https://acme.jp/a", "製品A", "acme.jp", "/a")
    ]


def test_what_went_to_disk_is_drained_like_the_rest(acme):
    keeper = wiring.keeper()
    line = Line(id=message_uuid("m1"), name=1, occurred_at=NOW, received_at=NOW, visitor="v1")
    keeper.spool.keep([Entry(f"{acme.workspace.pk} v1", line.encode(acme.workspace.pk))])

    first, second = drain(now=NOW), drain(now=NOW)

    assert (first.written, second.seen) == (1, 0)


def test_recording_is_once_per_id_and_counts(in_acme):
    fact = {"lead": 3, "at": NOW, "id": message_uuid("x"), "subject": PAGE}

    written = [
        record(Event.PAGE_VIEWED, **fact),
        record(Event.PAGE_VIEWED, **(fact | {"at": NOW + timedelta(hours=1)})),
    ]

    assert written == [1, 0]
    assert sql.run("SELECT lead_id, name, count FROM tracking_daily").rows == [(3, 1, 1)]


@pytest.mark.parametrize("key", ["あ" * 3000, "x" * 5000])
def test_a_subject_key_too_long_for_the_index_is_kept_by_its_hash(in_acme, key):
    record(Event.FORM_VIEWED, at=NOW, lead=1, subject=SubjectRef("form", key))
    record(Event.FORM_VIEWED, at=NOW, lead=1, subject=SubjectRef("form", key))

    assert sql.run("SELECT count(*) FROM tracking_subject").value() == 1


@pytest.mark.django_db(transaction=True)
def test_events_of_a_workspace_that_is_gone_or_closed_hold_nobody_up(acme, globex):
    Workspace.objects.filter(pk=globex.workspace.pk).update(closed_at=NOW)
    keep(globex.workspace.pk + 1_000, "m1")
    keep(globex.workspace.pk, "m2")
    keep(acme.workspace.pk, "m3")

    drained = drain(now=NOW)

    assert (drained.seen, drained.written, drained.rejected) == (3, 1, 0)


def test_a_view_told_again_after_consent_counts_once(acme, globex):
    again = {"replaces": str(message_uuid("counted"))}
    for tenant in (acme, globex):
        keep(tenant.workspace.pk, "counted", visitor="")
    keep(acme.workspace.pk, "other", visitor="")
    drain(now=NOW)
    for message_id in ("told", "told once more"):
        keep(acme.workspace.pk, message_id, props=again)
        drain(now=NOW)

    assert rows("SELECT tenant_id, visitor_id IS NULL, count FROM tracking_daily ORDER BY 1, 2") == [
        (acme.workspace.pk, False, 2),
        (acme.workspace.pk, True, 1),
        (globex.workspace.pk, True, 1),
    ]
    assert rows("SELECT reasons FROM tracking_event WHERE verdict = 2") == [(["replaced"],)]


def test_a_view_is_taken_back_in_the_batch_that_tells_it_again_and_never_a_persons(acme):
    keep(acme.workspace.pk, "counted", visitor="")
    keep(acme.workspace.pk, "told", props={"replaces": str(message_uuid("counted"))})
    keep(acme.workspace.pk, "own", visitor="v2")
    keep(acme.workspace.pk, "liar", props={"replaces": str(message_uuid("own"))})
    keep(acme.workspace.pk, "odd", props={"replaces": "nonsense"})

    assert drain(now=NOW).rejected == 0
    assert rows("SELECT visitor_id IS NULL, count FROM tracking_daily ORDER BY 1, 2") == [
        (False, 1),
        (False, 3),
        (True, 0),
    ]


def test_a_page_is_called_what_a_person_saw_last(acme):
    told = [("m1", "robots.txt", 1), ("m2", "製品", 0), ("m3", "乗っ取り", 1), ("m4", "", 0), ("m5", "新製品", 0)]
    seen = []
    for message, title, verdict in told:
        keep(acme.workspace.pk, message, subject_name=title, verdict=verdict)
        drain(now=NOW)
        seen += rows("SELECT name FROM tracking_subject")

    assert [name for (name,) in seen] == ["robots.txt", "製品", "製品", "製品", "新製品"]


def test_in_a_new_installation_a_browser_is_looked_up_and_not_searched_among_all_of_its_workspace(acme):
    sql.run("TRUNCATE tracking_visitor, tracking_session, tracking_subject, tracking_alias CASCADE")  # never analysed
    sql.run("DEALLOCATE ALL")
    keep(acme.workspace.pk, "m1")
    drain(now=NOW)

    sql.run("SET LOCAL plan_cache_mode = force_generic_plan")  # the plan that is kept
    written = staged.EXECUTE % {"since": "now()", "until": "now()", "tenants": "'{}'"}
    lines = [line.strip() for (line,) in rows(f"EXPLAIN {written}")]
    looked_up = {
        found.group(1): next(line for line in lines[number:] if line.startswith("Index Cond"))
        for number, line in enumerate(lines)
        if (found := re.search(r"Scan.* on (tracking_\w+ \w+)", line))
    }
    assert len(looked_up) >= 6
    for condition in looked_up.values():
        assert re.search(r"\b(key|id|lead_id|visitor_id)\b", condition), looked_up
