"""Documents no editor makes: characters that cannot be stored, addresses that are none, ends of bodies that are not."""

import pytest

from mailing import compiling, document, rendering
from mailing.document import Broken
from mailing.tokens import Signer, Ticket, is_target
from tests.mailing.conftest import DOCUMENT

SIGNER = Signer(["t" * 40])
PLACE = rendering.Place("https://ma.example", 1, "eml_" + "0" * 32, "ja", marketing=True)
TICKET = Ticket(1, 2, "msg_" + "0" * 32, "eml_" + "0" * 32, 0)
WORKSPACE = {"sender_name": "株式会社アクメ", "sender_postal_address": "東京都", "sender_contact": "03"}


def refused_at(change: dict[str, object]) -> str:
    with pytest.raises(Broken) as refusal:
        compiling.compile_document(document.parse({**DOCUMENT, **change}))
    return refusal.value.path


def shown(html: str, **values: object) -> rendering.Rendered:
    sources = compiling.compile_document(document.parse({**DOCUMENT, "body": {"html": html}}))
    loaded = rendering.load(sources, PLACE, SIGNER)
    return rendering.personalise(loaded, {"workspace": WORKSPACE, **values}, TICKET, SIGNER)


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"body": {"html": "<p>\x00</p>"}}, "/body/html"),
        ({"body": {"mjml": "<mjml>\ud800</mjml>"}}, "/body/mjml"),
        ({"text": "a\x00"}, "/text"),
        ({"subject": "\udfff"}, "/subject"),
        ({"from": {"name": "x", "role": "\x00"}}, "/from/role"),
        ({"from": {"email": f"a@{'b' * 250}.jp"}}, "/from/email"),
        ({"body": {"html": '<a href="https://[abc/">x</a>'}}, "/body/html"),
        ({"body": {"html": '<a href="https://[abc/?{{ lead.email }}">x</a>'}}, "/body/html"),
        ({"body": {"html": f'<a href="https://shop.example/{"a" * 5000}">x</a>'}}, "/body/html"),
    ],
)
def test_what_cannot_be_stored_or_followed_is_refused_with_its_path(change: dict[str, object], path: str) -> None:
    assert refused_at(change) == path


def test_half_an_ipv6_address_in_a_text_part_stays_text() -> None:
    sources = compiling.compile_document(document.parse({**DOCUMENT, "text": "see https://[abc/ x"}))

    assert "https://[abc/" in sources.text


def test_the_longest_address_still_makes_a_token_that_is_let_in() -> None:
    url = "https://shop.example/" + "a" * (3_000 - 21)
    tickets = SIGNER.tickets(TICKET)

    assert is_target(url)
    assert SIGNER.read_click(f"{tickets.track}.{SIGNER.link_part(1, TICKET.email, url)}")[1] == url


def test_a_comment_about_the_end_of_the_body_does_not_hide_the_way_out() -> None:
    mail = shown("<html><body><p>hi</p></body></html><!-- </body> -->")

    assert mail.html.index("配信停止はこちら") < mail.html.index("</body>")


def test_a_condition_around_the_end_of_the_body_is_refused() -> None:
    half = "<html><body>{% if lead.last_name %}<p>hi</p></body></html>{% endif %}"

    assert refused_at({"body": {"html": half}}) == "/body/html"


def test_a_condition_inside_the_body_leaves_the_way_out_to_everybody() -> None:
    assert "配信停止はこちら" in shown("{% if lead.last_name %}<p>hi</p>{% endif %}").html


def test_every_link_carries_the_reader_s_own_ticket() -> None:
    links = "".join(f'<a href="https://shop.example/{number}">x</a>' for number in range(12))

    mail = shown(links + '<a href="https://shop.example/s?q={{ lead.q }}">y</a>', lead={"q": "あ&b"})

    assert mail.html.count(f"/c/{SIGNER.tickets(TICKET).track}.") == 13
    assert f"/o/{SIGNER.tickets(TICKET).track}.gif" in mail.html
    assert "\x00" not in mail.html + mail.text
