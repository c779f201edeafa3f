"""A view that was only counted and the one that replaces it take different ways: either may be written first."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.tracking.collecting import NOW
from tests.tracking.facing import rows
from tests.tracking.test_drain import keep
from tracking.actions import drain, drop_old_retold
from tracking.collector.messages import message_uuid

AGAIN = {"replaces": str(message_uuid("counted"))}
COUNTS = "SELECT tenant_id, visitor_id IS NULL, count FROM tracking_daily WHERE count > 0 ORDER BY 1, 2"


@pytest.mark.parametrize("verdict", [0, 1])
def test_a_counted_view_that_comes_after_its_replacement_does_not_count(acme, globex, verdict):
    keep(acme.workspace.pk, "told", props=AGAIN)
    drain(now=NOW)
    keep(acme.workspace.pk, "counted", visitor="", verdict=verdict, reasons=["bot"] if verdict else [])
    keep(acme.workspace.pk, "another", visitor="")
    keep(globex.workspace.pk, "counted", visitor="")
    drain(now=NOW)

    assert rows(COUNTS) == [
        (acme.workspace.pk, False, 1),
        (acme.workspace.pk, True, 1),
        (globex.workspace.pk, True, 1),
    ]
    assert rows("SELECT verdict FROM tracking_event WHERE 'replaced' = ANY (reasons)") == [(verdict or 2,)]


def test_nothing_waits_where_the_counted_view_came_first(acme):
    keep(acme.workspace.pk, "counted", visitor="")
    keep(acme.workspace.pk, "told", props=AGAIN)
    drain(now=NOW)
    keep(acme.workspace.pk, "once more", props=AGAIN)
    drain(now=NOW)

    assert rows("SELECT count(*) FROM tracking_retold") == [(0,)]


def test_what_waited_for_longer_than_a_message_id_lasts_goes(acme):
    keep(acme.workspace.pk, "told", props=AGAIN)
    drain(now=NOW)

    gone = [drop_old_retold(now=NOW + timedelta(days=days)) for days in (9, 11)]

    assert gone == [0, 1]


def test_a_persons_view_is_never_left_out(acme):
    keep(acme.workspace.pk, "told", props=AGAIN)
    drain(now=NOW)
    keep(acme.workspace.pk, "counted", visitor="v2")
    drain(now=NOW)

    assert rows(COUNTS) == [(acme.workspace.pk, False, 1), (acme.workspace.pk, False, 1)]


def test_a_batch_without_counted_views_asks_no_more_than_before(acme):
    keep(acme.workspace.pk, "m1")
    drain(now=NOW)
    keep(acme.workspace.pk, "m2")
    with CaptureQueriesContext(connection) as before:
        drain(now=NOW)
    keep(acme.workspace.pk, "told", props=AGAIN)
    drain(now=NOW)

    keep(acme.workspace.pk, "m3")
    with CaptureQueriesContext(connection) as after:
        drain(now=NOW)

    assert len(after) == len(before)
