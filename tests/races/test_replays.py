"""A thousand tellings of one message, all at once, by clocks that differ: it happened once."""

from __future__ import annotations

import json
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection

import pytest

from ma_platform.db import sql
from ma_platform.tenancy.scope import tenant_scope
from scoring.queries import score_of
from tests.people import make_person
from tests.races.installation import AWAY, PATIENCE, Processes, beside
from tests.timing import eventually
from tracking.actions import bind_visitor, run_consumers
from tracking.catalogue import Event
from tracking.queries import ingest_lag

TELLINGS, SENDERS = 1_000, 8
# Around it a month ends, in UTC and (nine hours before) in Tokyo; tellings lie up to three days apart.
MIDNIGHT = datetime(2026, 11, 1, tzinfo=UTC)
BOUND_AT = MIDNIGHT - timedelta(days=9)


@pytest.mark.slow  # starts a collector and two ingest processes
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("face", ["rsgi", "wsgi"])
def test_a_message_told_a_thousand_times_at_once_counts_once(acme, tmp_path, face):
    with tenant_scope(acme.workspace):
        lead = make_person()
        bind_visitor("browser-one", lead, "identify", BOUND_AT)

    shards = {"TRACKING_SHARDS": "2", "DATA_DIR": str(tmp_path), "TRACKING_UNLIMITED": "1"}
    with beside(tmp_path, face, "web", "ingest", "ingest2", **shards) as there:
        statuses = told(there, acme.api_key)
        eventually(lambda: drained() >= 1 and ingest_lag() == 0, seconds=PATIENCE, despite=AWAY)
    run_consumers(now=datetime.now(UTC))

    assert statuses == {200}
    with tenant_scope(acme.workspace):
        assert happened() == 1
        assert counted() == [(1,)]
        assert scored(lead) == (3, 1)


def told(there: Processes, api_key: str) -> set[int]:
    """The answers to all tellings."""
    with ThreadPoolExecutor(SENDERS) as pool:
        return set(pool.map(lambda number: tell(there.port, api_key, number), range(TELLINGS)))


def tell(port: int, api_key: str, number: int) -> int:
    """One telling. The sender's clock is wrong by hours, and each time by another amount."""
    stated = MIDNIGHT + timedelta(minutes=number * 4 - TELLINGS * 2)
    wrong = timedelta(minutes=number % 97)
    message = {
        "type": "track",
        "event": "seminar_registered",
        "messageId": "told-again",
        "anonymousId": "browser-one",
        "timestamp": stated.isoformat(),
    }
    body = {"batch": [message], "sentAt": (datetime.now(UTC) + wrong).isoformat()}
    basic = b64encode(f"{api_key}:".encode()).decode()
    line = HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        line.request("POST", "/v1/batch", json.dumps(body), {"Authorization": f"Basic {basic}"})
        return line.getresponse().status
    finally:
        line.close()


def happened() -> int:
    found: int = sql.run(
        "SELECT count(*) FROM tracking_event WHERE name = %(name)s", name=int(Event.SEMINAR_REGISTERED)
    ).value()
    return found


def drained() -> int:
    found: int = sql.run("SELECT count(*) FROM tracking_streamoffset").value()
    return found


def counted() -> list[tuple[int]]:
    return sql.run("SELECT count FROM tracking_daily WHERE name = %(name)s", name=int(Event.SEMINAR_REGISTERED)).rows


def scored(lead: int) -> tuple[int, int]:
    """(points in force, lines that make them up)."""
    points = sql.run("SELECT total FROM scoring_score WHERE lead_id = %(lead)s", lead=lead).value()
    return points, len(score_of(lead, now=datetime.now(UTC)).lines)
