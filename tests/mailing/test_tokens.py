"""Tokens of mails: made by us, for one purpose, leading only where the author wrote."""

import string
from base64 import urlsafe_b64decode

import pytest

from mailing.tokens import BadToken, Signer, Ticket

EMAIL = "eml_" + "12" * 16
TICKET = Ticket(tenant_id=3, lead_id=77, message="msg_" + "ab" * 16, email=EMAIL, sent_at=1_790_000_000)
SIGNER = Signer(["s" * 40])


def test_a_ticket_reads_back_without_a_database() -> None:
    tokens = SIGNER.tickets(TICKET)

    assert SIGNER.read_track(tokens.track) == TICKET
    assert SIGNER.read_refuse(tokens.refuse) == TICKET
    assert len(tokens.track) == 86


def test_a_tracking_token_cannot_unsubscribe() -> None:
    tokens = SIGNER.tickets(TICKET)

    with pytest.raises(BadToken):
        SIGNER.read_refuse(tokens.track)
    with pytest.raises(BadToken):
        SIGNER.read_track(tokens.refuse)


def test_the_numbers_inside_cannot_be_read() -> None:
    raw = urlsafe_b64decode(SIGNER.tickets(TICKET).track + "==")

    assert (77).to_bytes(8, "big") not in raw
    assert (3).to_bytes(4, "big") not in raw


def test_a_click_carries_its_destination() -> None:
    url = "https://shop.example/資料?a=1&b=%20#top"
    token = f"{SIGNER.tickets(TICKET).track}.{SIGNER.link_part(3, EMAIL, url)}"

    assert SIGNER.read_click(token) == (TICKET, url)


@pytest.mark.parametrize("position", range(0, 120, 7))
def test_any_changed_character_is_refused(position: int) -> None:
    token = f"{SIGNER.tickets(TICKET).track}.{SIGNER.link_part(3, EMAIL, 'https://shop.example/a/long/enough/path')}"
    other = next(char for char in string.ascii_letters if char != token[position])

    with pytest.raises(BadToken):
        SIGNER.read_click(token[:position] + other + token[position + 1 :])


def test_a_link_of_another_workspace_or_mail_is_refused() -> None:
    track = SIGNER.tickets(TICKET).track

    for tenant_id, email in ((4, EMAIL), (3, "eml_" + "34" * 16)):
        with pytest.raises(BadToken):
            SIGNER.read_click(f"{track}.{SIGNER.link_part(tenant_id, email, 'https://evil.example/')}")


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "//evil.example/",
        "/relative",
        "https://",
        "https://good.example@evil.example/",
        "ftp://a.example/",
        "https://good.example\\@evil.example/",
        "https://a.example/\r\nSet-Cookie: x",
        "https:// a.example/",
        "data:text/html,x",
    ],
)
def test_only_plain_web_addresses_are_signed(url: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        SIGNER.link_part(3, EMAIL, url)


@pytest.mark.parametrize("token", ["", ".", "a.b", "a" * 86, "あ", "a" * 86 + ".", "x" * 9000, "a.b.c", "%00"])
def test_garbage_is_refused(token: str) -> None:
    with pytest.raises(BadToken):
        SIGNER.read_click(token)
    with pytest.raises(BadToken):
        SIGNER.read_track(token)


def test_mails_already_sent_survive_a_new_secret() -> None:
    token = SIGNER.tickets(TICKET).refuse

    assert Signer(["new" * 20, "s" * 40]).read_refuse(token) == TICKET
    with pytest.raises(BadToken):
        Signer(["new" * 20]).read_refuse(token)


def test_a_landing_token_binds_for_half_an_hour() -> None:
    token = SIGNER.landing(TICKET, at=1_000_000)

    assert SIGNER.read_landing(token, now=1_001_000).lead_id == 77
    with pytest.raises(BadToken):
        SIGNER.read_landing(token, now=1_002_000)
    with pytest.raises(BadToken):
        SIGNER.read_track(token)
