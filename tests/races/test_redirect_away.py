"""Links of mails already sent lead on while Postgres is stopped, and what was clicked is in the log afterwards."""

from __future__ import annotations

import subprocess
from http.client import HTTPConnection
from pathlib import Path

import pytest

from ma_platform.env import ROOT
from mailing.signing import SIGNER
from mailing.tokens import Ticket
from tests.conftest import template_dsn
from tests.races.installation import AWAY, PATIENCE, PYTHON, Installation, answers, installation
from tests.timing import eventually
from tracking.catalogue import Event

__all__ = ["installation"]
CLICKS = 100
TARGET = "https://acme.example/products?utm_source=mail"


@pytest.mark.slow  # brings its own Postgres and Valkey and stops one of them
@pytest.mark.timeout(300)
def test_a_mails_links_lead_on_while_postgres_is_stopped(installation, test_database):
    there, tenant_id = installation, open_for_mail(installation, template_dsn(test_database))
    before = click(there, tenant_id, 0)

    there.postgres.stop()
    told = [click(there, tenant_id, number) for number in range(1, CLICKS)]
    there.postgres.start()
    there.launch("ingest")

    assert {before, *told} == {(302, TARGET)}
    eventually(lambda: clicks(there) == CLICKS, seconds=PATIENCE, despite=AWAY, why=lambda: "accepted and lost")


def open_for_mail(there: Installation, migrated: str) -> int:
    """With tables and a workspace, the web server of pages and mails up; the workspace's id."""
    there.open(migrated)
    granian = [str(Path(PYTHON).parent / "granian"), "--interface", "wsgi", "--host", "127.0.0.1"]
    command = [*granian, "--port", str(there.port), "--no-ws", "--log-level", "error", "ma_platform.wsgi:application"]
    environment = {**there.environment, "MA_PROCESS": "web"}
    there.children["pages"] = subprocess.Popen(
        command, cwd=ROOT, env=environment, start_new_session=True, stdout=there.log, stderr=there.log
    )
    eventually(lambda: answers(there.port), seconds=PATIENCE, despite=AWAY)
    return int(there.query("SELECT id FROM tenancy_workspace")[0][0])


def click(there: Installation, tenant_id: int, number: int) -> tuple[int, str]:
    """(status, where it leads, without the reader's mark) of a reader's click."""
    ticket = Ticket(tenant_id, 0, f"msg_{number:032x}", f"eml_{1:032x}", 1_790_000_000)
    token = f"{SIGNER.tickets(ticket).track}.{SIGNER.link_part(tenant_id, ticket.email, TARGET)}"
    line = HTTPConnection("127.0.0.1", there.port, timeout=10)
    line.request("GET", f"/c/{token}", headers={"User-Agent": "Mozilla/5.0 (Windows NT 10.0) Firefox/132.0"})
    answer = line.getresponse()
    line.close()
    return answer.status, str(answer.headers["Location"]).partition("&ma_c=")[0]


def clicks(there: Installation) -> int:
    found: int = there.query(f"SELECT count(*) FROM tracking_event WHERE name = {int(Event.EMAIL_CLICKED)}")[0][0]
    return found
