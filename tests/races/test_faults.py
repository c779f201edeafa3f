"""Each part of tracking dies under 200 events a second: nothing accepted is lost, nothing is stored twice, and what
waited is caught up within two minutes.

Brings its own servers, so that killing them disturbs no other test; takes two minutes. `FAULTS=long` runs each fault
for a minute, with a database that is away for 60 s; `FAULTS_REPORT=file` keeps the figures.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import template_dsn
from tests.races.installation import AWAY, PATIENCE, Installation, installed, pause
from tests.races.load import load
from tests.timing import eventually

LONG = os.environ.get("FAULTS") == "long"
BEFORE, AFTER = (10.0, 30.0) if LONG else (2.0, 4.0)
AWAY_SECONDS = 60.0 if LONG else 10.0
SHORTLY = 5.0 if LONG else 2.0
CAUGHT_UP = 120.0
pytestmark = [
    pytest.mark.slow,  # starts servers and processes, and loads them
    pytest.mark.timeout(600),
    pytest.mark.xdist_group("faults"),
]


@dataclass(frozen=True)
class Figures:
    """What one fault did. `stored` counts distinct events; `twice` rows beyond the first of an event."""

    fault: str
    accepted: int
    stored: int
    lost: int
    twice: int
    refused: int
    caught_up: float


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory, test_database: str) -> Iterator[Installation]:
    with installed(tmp_path_factory.mktemp("faults")) as there:
        there.open(template_dsn(test_database))
        yield there


def web_killed(there: Installation) -> None:
    there.kill("web")
    pause(SHORTLY)
    there.launch("web")


def ingest_killed(there: Installation) -> None:
    there.kill("ingest")
    pause(SHORTLY)
    there.launch("ingest")


def valkey_killed(there: Installation) -> None:
    there.valkey.kill()
    pause(SHORTLY)
    there.valkey.start()


def valkey_emptied(there: Installation) -> None:
    """While ingest is behind, so that there is something to lose."""
    there.kill("ingest")
    pause(SHORTLY)
    there.stream().flushall()
    there.launch("ingest")


def postgres_restarted(there: Installation) -> None:
    there.stop_postgres()
    there.postgres.start()


def postgres_away(there: Installation) -> None:
    there.stop_postgres()
    pause(AWAY_SECONDS)
    there.postgres.start()


def valkey_away_and_web_killed_while_it_spools(there: Installation) -> None:
    there.valkey.kill()
    pause(SHORTLY)
    there.kill("web")
    there.launch("web")
    eventually(there.answers, seconds=PATIENCE, despite=AWAY)
    pause(SHORTLY)
    there.valkey.start()


FAULTS = [
    (web_killed, "rsgi"),
    (web_killed, "wsgi"),
    (ingest_killed, "rsgi"),
    (valkey_killed, "rsgi"),
    (valkey_emptied, "rsgi"),
    (valkey_emptied, "wsgi"),
    (postgres_restarted, "rsgi"),
    (postgres_away, "rsgi"),
    (valkey_away_and_web_killed_while_it_spools, "rsgi"),
]


@pytest.mark.parametrize(("fault", "face"), FAULTS, ids=[f"{fault.__name__}-{face}" for fault, face in FAULTS])
def test_nothing_accepted_is_lost_or_stored_twice_when(installation, fault, face):
    found = struck(installation, fault, face)

    note(found)
    assert found.accepted > 200, found
    assert (found.lost, found.twice) == (0, 0), found
    assert found.caught_up <= CAUGHT_UP, found
    assert counted(installation, found.fault) == found.stored


def test_readyz_answers_at_once_while_postgres_or_valkey_is_away(installation):
    face_to(installation, "wsgi")
    eventually(lambda: "months_ahead" in ready(installation)[2]["log"], seconds=PATIENCE, despite=AWAY)
    _status, calm, _checks = ready(installation)
    installation.stop_postgres()
    without_postgres = ready(installation)
    installation.postgres.start()
    eventually(lambda: ready(installation)[2]["database"]["ok"], despite=AWAY)  # it is not asked every time
    installation.valkey.kill()
    without_valkey = ready(installation)
    installation.valkey.start()

    print(f"/readyz: {calm * 1000:.0f} ms, {without_postgres[1] * 1000:.0f} ms, {without_valkey[1] * 1000:.0f} ms")
    assert calm < 0.25  # 50 ms on a quiet machine
    assert (without_postgres[0], without_postgres[1] < 1) == (503, True)
    assert without_postgres[2]["log"]["months_ahead"] >= 2
    assert (without_valkey[0], without_valkey[1] < 1) == (503, True)
    assert without_valkey[2]["database"]["ok"]


def ready(there: Installation) -> tuple[int, float, dict[str, Any]]:
    """(status, seconds, checks)."""
    line, started = HTTPConnection("127.0.0.1", there.port, timeout=10), time.monotonic()
    try:
        line.request("GET", "/readyz")
        answer = line.getresponse()
        checks = json.loads(answer.read())["checks"]
        return answer.status, time.monotonic() - started, checks
    finally:
        line.close()


def struck(there: Installation, fault: Callable[[Installation], None], face: str) -> Figures:
    """Load, strike, load on; wait until everything promised before the repair is in the log."""
    name = f"{fault.__name__} {face}"
    face_to(there, face)
    with load(there.port, there.write_key, name) as sent:
        eventually(lambda: len(stored(there, name)) > 50, seconds=PATIENCE, despite=AWAY, why=lambda: "nothing arrives")
        pause(BEFORE)
        fault(there)
        promised, since = sent.accepted, time.monotonic()
        eventually(lambda: promised <= set(stored(there, name)), seconds=PATIENCE, despite=AWAY, why=lambda: "lost")
        caught_up = time.monotonic() - since
        eventually(there.answers, seconds=PATIENCE, despite=AWAY)
        pause(AFTER)
    settle(there, name, sent.accepted)
    kept = stored(there, name)
    lost = len(sent.accepted - set(kept))
    refused = sum(poster.refused for poster in sent.posters)
    twice = len(kept) - len(set(kept))
    return Figures(name, len(sent.accepted), len(set(kept)), lost, twice, refused, round(caught_up, 1))


def face_to(there: Installation, face: str) -> None:
    if there.face != face and "web" in there.children:
        there.kill("web")
    there.face = face
    there.up()


def settle(there: Installation, name: str, accepted: set[str]) -> None:
    """Until everything is stored, or nothing more has come for five seconds; and late doubles had their chance."""
    until, last, since = time.monotonic() + PATIENCE, -1, time.monotonic()
    while time.monotonic() < until and not accepted <= set(stored(there, name)):
        count = len(stored(there, name))
        since = time.monotonic() if count != last else since
        last = count
        if time.monotonic() - since > 5:
            return
        pause(0.2)
    pause(2)


def stored(there: Installation, name: str) -> list[str]:
    """The ids of a run's rows in the log."""
    rows = there.query(
        f"SELECT props ->> 'id' FROM tracking_event WHERE name >= 1000 AND props ->> 'id' LIKE '{name}-%'"
    )
    return [found for (found,) in rows]


def counted(there: Installation, name: str) -> int:
    """What the rollup says of a run: each run has an event name of its own."""
    rows = there.query(
        "SELECT coalesce(sum(daily.count), 0) FROM tracking_daily AS daily JOIN tracking_customname AS own"
        f" ON own.tenant_id = daily.tenant_id AND own.number = daily.name WHERE own.name LIKE '%tick {name}'"
    )
    return int(rows[0][0])


def note(found: Figures) -> None:
    print(found)
    if report := os.environ.get("FAULTS_REPORT"):
        with Path(report).open("a") as file:
            file.write(json.dumps(asdict(found)) + "\n")
