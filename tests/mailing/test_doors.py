"""The doors of mails already sent: pixel, click, refusal."""

import re
from collections.abc import Callable
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from leads.models import Consent
from leads.queries import mailable
from ma_platform.db import sql
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from mailing.actions import Recipient, enqueue_messages
from mailing.models import Email, Message
from mailing.signing import SIGNER
from mailing.tokens import Ticket
from tests.mailing.conftest import make_leads

pytestmark = pytest.mark.django_db


@pytest.fixture
def ticket(acme: NewWorkspace, mail: Email, now: datetime) -> Ticket:
    with tenant_scope(acme.workspace):
        (lead,) = make_leads(["hanako@client.example"], now=now)
        enqueue_messages(mail, [Recipient(lead, "k", {})], now=now)
        message = Message.objects.get()
        return Ticket(acme.workspace.pk, lead, message.public_id, mail.public_id, int(now.timestamp()))


def refused(acme: NewWorkspace, ticket: Ticket) -> bool:
    with tenant_scope(acme.workspace):
        return mailable([ticket.lead_id], "newsletter")[ticket.lead_id].refused


def log_names(acme: NewWorkspace) -> list[int]:
    with tenant_scope(acme.workspace):
        return sql.run(
            "SELECT name FROM tracking_event WHERE tenant_id = %(tenant_id)s AND name IN (15, 16) ORDER BY txid, id"
        ).values()


def click_url(ticket: Ticket, url: str) -> str:
    return f"/c/{SIGNER.tickets(ticket).track}.{SIGNER.link_part(ticket.tenant_id, ticket.email, url)}"


@pytest.mark.parametrize("method", ["get", "head"])
def test_looking_at_the_page_changes_nothing(acme: NewWorkspace, ticket: Ticket, client: Client, method: str) -> None:
    answer = getattr(client, method)(f"/u/{SIGNER.tickets(ticket).refuse}")

    assert answer.status_code == 200
    assert not refused(acme, ticket)
    assert log_names(acme) == []


def test_the_page_names_topic_and_masks_the_address(ticket: Ticket, client: Client) -> None:
    page = client.get(f"/u/{SIGNER.tickets(ticket).refuse}").content.decode()

    assert "ニュースレター" in page
    assert "h•••••@client.example" in page
    assert "hanako" not in page


def test_one_click_refuses_without_a_csrf_token(acme: NewWorkspace, ticket: Ticket) -> None:
    strict = Client(enforce_csrf_checks=True)

    answer = strict.post(f"/u/{SIGNER.tickets(ticket).refuse}", {"List-Unsubscribe": "One-Click"})

    assert answer.status_code == 200
    assert refused(acme, ticket)
    assert log_names(acme) == [15]


def test_a_refusal_can_be_taken_back(acme: NewWorkspace, ticket: Ticket, client: Client) -> None:
    url = f"/u/{SIGNER.tickets(ticket).refuse}"

    client.post(url, {"wish": "everything"})
    stopped = refused(acme, ticket)
    client.post(url, {"wish": "resubscribe"})

    assert stopped
    assert not refused(acme, ticket)
    assert log_names(acme) == [15, 16]


def test_an_empty_post_changes_nothing(acme: NewWorkspace, ticket: Ticket, client: Client) -> None:
    client.post(f"/u/{SIGNER.tickets(ticket).refuse}")

    assert not refused(acme, ticket)


def test_a_tracking_token_opens_no_refusal_page(ticket: Ticket, client: Client) -> None:
    assert client.get(f"/u/{SIGNER.tickets(ticket).track}").status_code == 404
    assert client.post(f"/u/{SIGNER.tickets(ticket).track}", {"List-Unsubscribe": "One-Click"}).status_code == 404


def test_a_ticket_naming_another_tenant_s_message_is_not_found(
    globex: NewWorkspace, ticket: Ticket, client: Client
) -> None:
    foreign = Ticket(globex.workspace.pk, ticket.lead_id, ticket.message, ticket.email, 0)

    assert client.get(f"/u/{SIGNER.tickets(foreign).refuse}").status_code == 404


def test_a_click_leads_to_the_author_s_address(ticket: Ticket, client: Client) -> None:
    answer = client.get(
        click_url(ticket, "https://shop.example/a?x=1#top"), HTTP_USER_AGENT="Mozilla/5.0 (X11) Firefox/140.0"
    )

    landed = urlsplit(answer["Location"])
    assert answer.status_code == 302
    assert (landed.netloc, landed.path, landed.fragment) == ("shop.example", "/a", "top")
    token = parse_qs(landed.query)["ma_c"][0]
    assert parse_qs(landed.query)["x"] == ["1"]
    assert re.fullmatch(r"[A-Za-z0-9_-]+", token)


def test_a_forged_click_is_not_found(ticket: Ticket, client: Client) -> None:
    good = click_url(ticket, "https://shop.example/")

    assert client.get(good[:-1] + ("A" if good[-1] != "A" else "B")).status_code == 404
    assert client.get("/c/nonsense").status_code == 404


def test_a_click_needs_no_database(
    ticket: Ticket, client: Client, django_assert_num_queries: Callable[[int], object]
) -> None:
    url = click_url(ticket, "https://shop.example/")

    with django_assert_num_queries(0):  # type: ignore[attr-defined]
        assert client.get(url).status_code == 302
        assert client.head(url).status_code == 302
        assert client.get(f"/o/{SIGNER.tickets(ticket).track}.gif").status_code == 200


def test_the_pixel_is_always_a_picture(client: Client) -> None:
    answer = client.get("/o/nonsense.gif")

    assert answer["Content-Type"] == "image/gif"
    assert answer.content.startswith(b"GIF89a")


def test_the_pixel_refuses_other_methods(client: Client) -> None:
    assert client.post("/o/nonsense.gif").status_code == 405
    assert client.post("/c/nonsense").status_code == 405
    assert client.delete("/u/nonsense").status_code == 405


def test_a_mail_program_that_asks_twice_refuses_once(acme: NewWorkspace, ticket: Ticket, client: Client) -> None:
    url = f"/u/{SIGNER.tickets(ticket).refuse}"

    client.post(url, {"List-Unsubscribe": "One-Click"})
    client.post(url, {"List-Unsubscribe": "One-Click"})
    client.post(url, {"wish": "everything"})
    client.post(url, {"wish": "topic"})

    assert refused(acme, ticket)
    assert log_names(acme) == [15, 15]  # the topic, then everything


def test_agreeing_twice_is_agreeing_once(acme: NewWorkspace, ticket: Ticket, client: Client) -> None:
    with tenant_scope(acme.workspace):
        before = Consent.objects.count()

    client.post(f"/u/{SIGNER.tickets(ticket).refuse}", {"wish": "resubscribe"})

    with tenant_scope(acme.workspace):
        assert Consent.objects.count() == before
    assert log_names(acme) == []
