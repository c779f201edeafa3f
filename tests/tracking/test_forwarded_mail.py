"""A forwards a mail to B. Through the real doors: form, mail click, collector, ingest, consumers, the conflict page."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs, urlsplit
from wsgiref.util import setup_testing_defaults

import orjson
import pytest
from django.core.wsgi import get_wsgi_application
from django.test import Client

from ma_platform import clock
from ma_platform.db import sql
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from mailing.models import Email
from mailing.signing import SIGNER
from mailing.tokens import Ticket
from scoring.queries import score_of
from tests.capture.filling import post, published
from tests.mailing.conftest import mail, make_leads
from tests.tracking.collecting import BROWSER
from tracking.actions import bind_visitor, drain, run_consumers
from tracking.collector.wsgi import Collector
from tracking.queries import conflicts, timeline

__all__ = ["mail"]

pytestmark = pytest.mark.django_db(transaction=True)
PRODUCT = "https://shop.example/products/x"


@dataclass
class World:
    """Acme's site as the outside sees it, and the two people."""

    acme: NewWorkspace
    mail: Email
    people: dict[str, int]

    def browse(self, browser: str, path: str, **context: str) -> None:
        """A page view by the tag of that browser."""
        page = {"url": f"{PRODUCT}{path}", "title": path}
        body = {"writeKey": self.acme.workspace.write_key, "anonymousId": browser, "properties": page}
        assert collect("/v1/page", {**body, "context": context}) == "200 OK"
        self.settle()

    def click_in_mail_of(self, name: str) -> str:
        """Follow the link in this person's mail; answers what the landing page's address carries for the tag."""
        lead, now = self.people[name], clock.now()
        ticket = Ticket(self.acme.workspace.pk, lead, "msg_" + "0" * 32, self.mail.public_id, int(now.timestamp()))
        url = f"/c/{SIGNER.tickets(ticket).track}.{SIGNER.link_part(ticket.tenant_id, ticket.email, PRODUCT)}"
        landed = Client().get(url, HTTP_USER_AGENT=BROWSER)["Location"]
        self.settle()
        return parse_qs(urlsplit(landed).query)["ma_c"][0]

    def send_form(self, name: str, browser: str) -> None:
        form = published(self.acme.workspace)
        answer = post(form, {"email": f"{name}@client.example"}, context={"visitor": browser})
        assert answer.status_code == 200, answer.content
        self.settle()

    def settle(self) -> None:
        """What the workers do all the time."""
        drain(now=clock.now())
        run_consumers(now=clock.now())

    def pages_of(self, name: str) -> list[str | None]:
        with tenant_scope(self.acme.workspace):
            lines = timeline(lead_id=self.people[name])
            return [line.subject_name for line in lines if line.name == "page_viewed"]

    def judgement(self, name: str, at: datetime) -> object:
        """The score with every line, the stored row, the days and the person's own figures."""
        lead = self.people[name]
        with tenant_scope(self.acme.workspace):
            stored = sql.run(STORED, lead=lead).rows
            days = sql.run(DAYS, lead=lead).rows
            person = sql.run(
                "SELECT last_seen_at, source_first, source_last FROM leads_lead WHERE id = %(id)s", id=lead
            )
            return score_of(lead, now=at), stored, days, person.rows


def collect(path: str, body: object) -> str:
    """Post to the collector as a web server hands it over; the status line."""
    sent, answered = orjson.dumps(body), []
    environ: dict[str, Any] = {"REQUEST_METHOD": "POST", "PATH_INFO": path, "CONTENT_LENGTH": str(len(sent))}
    environ |= {"CONTENT_TYPE": "application/json", "HTTP_USER_AGENT": BROWSER, "wsgi.input": BytesIO(sent)}
    setup_testing_defaults(environ)
    list(Collector(get_wsgi_application())(environ, lambda status, headers, error=None: answered.append(status)))
    return answered[0]


STORED = "SELECT fit, engagement, total, cell, hot FROM scoring_score WHERE lead_id = %(lead)s"
DAYS = """
    SELECT name, subject_id, visitor_id, day, count, visible_ms, first_at, last_at FROM tracking_daily
     WHERE lead_id = %(lead)s AND (name < 30 OR name >= 1000) ORDER BY name, subject_id, day
"""  # our own words meanwhile (recognised, undone, became hot) are history


@pytest.fixture
def world(acme: NewWorkspace, mail: Email, now: datetime) -> World:
    with tenant_scope(acme.workspace):
        a, b = make_leads(["a@client.example", "b@client.example"], now=now)
    found = World(acme, mail, {"a": a, "b": b})
    found.settle()
    return found


def test_a_forwarded_mail_leaves_the_browser_with_its_owner_and_is_listed(
    world: World, sign_in: Callable[..., Client]
) -> None:
    world.browse("browser-of-b-0001", "/before")
    world.send_form("b", "browser-of-b-0001")

    world.browse("browser-of-b-0001", "/landed", clickToken=world.click_in_mail_of("a"))
    world.browse("browser-of-b-0001", "/after")

    assert world.pages_of("b") == ["/after", "/landed", "/before"]
    assert world.pages_of("a") == []
    with tenant_scope(world.acme.workspace):
        (conflict,) = conflicts()
    assert (conflict.lead_id, conflict.holder, conflict.source) == (world.people["a"], world.people["b"], "mail_click")
    page = sign_in().get("/tracking/identity/").content.decode()
    assert f"/tracking/identity/{conflict.public_id}/give" in page
    assert re.findall("<bdi>(/[a-z]+)</bdi>", page) == ["/after", "/landed", "/before"]


def test_undoing_a_binding_restores_both_peoples_scores_exactly(world: World, sign_in: Callable[..., Client]) -> None:
    world.browse("phone-of-b-000001", "/one")
    world.browse("laptop-of-a-00001", "/two")
    world.send_form("a", "laptop-of-a-00001")
    token = world.click_in_mail_of("a")  # that A's mail was read is true whoever's phone it was
    later = clock.now() + timedelta(minutes=1)
    before = [world.judgement(name, later) for name in ("a", "b")]

    world.browse("phone-of-b-000001", "/landed", clickToken=token)
    assert world.pages_of("a") == ["/landed", "/two", "/one"]
    changed = world.judgement("a", later)
    undo_newest(world, sign_in())

    assert changed != before[0]
    assert [world.judgement(name, later) for name in ("a", "b")] == before


def test_undoing_a_takeover_restores_both_peoples_scores_exactly(world: World, sign_in: Callable[..., Client]) -> None:
    world.browse("shared-browser-01", "/one")
    world.send_form("a", "shared-browser-01")
    world.browse("browser-of-b-0001", "/two")
    world.send_form("b", "browser-of-b-0001")
    later = clock.now() + timedelta(minutes=1)
    before = [world.judgement(name, later) for name in ("a", "b")]

    with tenant_scope(world.acme.workspace):
        bind_visitor("shared-browser-01", world.people["b"], "identify", clock.now() - timedelta(hours=1))
    world.settle()
    assert [world.judgement(name, later) for name in ("a", "b")] != before
    undo_newest(world, sign_in())

    assert [world.judgement(name, later) for name in ("a", "b")] == before


def undo_newest(world: World, client: Client) -> None:
    """On the page, as a member does."""
    with tenant_scope(world.acme.workspace):
        newest = sql.run("SELECT public_id FROM tracking_binding ORDER BY id DESC LIMIT 1").value()
    page = client.get(f"/tracking/identity/{newest}/undo").content.decode()
    assert re.search(r"<form[^>]*method=.post.", page)
    assert client.post(f"/tracking/identity/{newest}/undo").status_code == 302
    world.settle()
