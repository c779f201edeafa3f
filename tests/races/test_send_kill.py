"""kill −9 of a sending worker in the middle of 500 mails: nobody gets two, and every one of them is accounted for."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from ma_platform import clock
from ma_platform.env import ROOT
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions import create_workspace
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from mailing.actions import Recipient, create_email, deliver_due, enqueue_messages
from mailing.actions.deliver import BATCH
from mailing.queries import counts_of
from tests.mailing.conftest import DOCUMENT, complete_sender, make_leads
from tests.mailing.sink import Sink, running_sink
from tests.timing import eventually

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(120)]
MAILS = 500
WORKER = [
    "-m",
    "celery",
    "-A",
    "ma_platform",
    "worker",
    "-Q",
    "send",
    "-P",
    "solo",
    "-B",
    "-l",
    "WARNING",
    "--without-gossip",
    "--without-mingle",
]


@contextmanager
def worker(sink: Sink) -> Iterator[subprocess.Popen[bytes]]:
    """A real Celery worker with its sweep, whose mail goes to the sink."""
    environment = {**os.environ, "EMAIL_URL": f"smtp://127.0.0.1:{sink.port}", "MA_PROCESS": "worker"}
    beat = ["-s", f"{environment['DATA_DIR']}/beat-{time.monotonic_ns()}"]
    os.makedirs(environment["DATA_DIR"], exist_ok=True)
    process = subprocess.Popen([sys.executable, *WORKER, *beat], cwd=ROOT, env=environment, start_new_session=True)
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def audience(space: NewWorkspace) -> int:
    """A mail queued for 500 people; returns its id."""
    now = clock.now()
    with tenant_scope(space.workspace):
        complete_sender()
        mail = create_email(DOCUMENT, by=None, now=now)
        leads = make_leads([f"person{number}@client.example" for number in range(MAILS)], now=now)
        enqueue_messages(mail, [Recipient(lead, "flow:run:s1", {}) for lead in leads], now=now)
    return mail.pk


def states(space: NewWorkspace, email_id: int) -> dict[str, int]:
    with tenant_scope(space.workspace):
        return dict(counts_of(email_id).states)


def only_the_dead_are_left(space: NewWorkspace, email_id: int, dead: int) -> bool:
    left = states(space, email_id)
    return not left.get("queued") and left.get("sending", 0) <= dead


def test_kill_9_in_the_middle_of_500_mails_sends_nobody_two() -> None:
    space = create_workspace(
        name="アクメ", email="owner@acme.example", password="correct horse battery", now=clock.now()
    )
    with running_sink() as sink:
        sink.pause = 0.002
        email_id = audience(space)
        with worker(sink) as first:
            sink.wait_for(MAILS // 3, seconds=40)
            os.killpg(first.pid, signal.SIGKILL)
        killed = states(space, email_id)
        with worker(sink):
            eventually(
                lambda: only_the_dead_are_left(space, email_id, killed["sending"]),
                seconds=60,
                why=lambda: str(states(space, email_id)),
            )
        deliver_due(now=clock.now() + timedelta(minutes=10))  # the dead worker's lease runs out

        counted = states(space, email_id)

    assert killed["queued"] > 0
    assert killed["sending"] > 0
    assert max(sink.recipients.values()) == 1
    assert sum(counted.values()) == MAILS
    assert set(counted) <= {"accepted", "failed", "skipped", "uncertain"}
    assert counted["uncertain"] == killed["sending"] <= BATCH
    assert counted["accepted"] <= len(sink.accepted) <= counted["accepted"] + counted["uncertain"]
