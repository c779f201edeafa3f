"""The bytes of a mail: readable everywhere, injectable nowhere."""

import email
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default

import pytest

from mailing.mime import Letter, Person, assemble, header_text

LETTER = Letter(
    sender=Person("株式会社サンプル", "news@sample.example"),
    to=Person("髙﨑 花子", "hanako@client.example"),
    subject="【ご案内】①㈱髙﨑様 " + "とても長い件名です" * 12 + " 🍣",
    text="一行目\n二行目 ～−①㈱\n",
    html="<p>本文 ～ 🍣</p>\n" * 50,
    message_id="m1@sample.example",
    send_key="flow:run1:s1",
    date=datetime(2026, 11, 22, 5, 0, tzinfo=UTC),
    refuse_url="https://ma.example/u/token",
    reply_to="desk@sample.example",
)


def read(letter: Letter) -> EmailMessage:
    return email.message_from_bytes(assemble(letter), policy=default)


def test_japanese_survives_whole() -> None:
    message = read(LETTER)

    assert message["subject"] == LETTER.subject
    assert message["to"].addresses[0].display_name == "髙﨑 花子"
    assert message["from"].addresses[0].addr_spec == "news@sample.example"
    assert message.get_body(("plain",)).get_content().replace("\r\n", "\n") == LETTER.text
    assert message.get_body(("html",)).get_content().replace("\r\n", "\n") == LETTER.html


def test_every_line_is_ascii_and_short() -> None:
    lines = assemble(LETTER).split(b"\r\n")

    assert all(line.isascii() and len(line) <= 998 for line in lines)
    assert max(len(line) for line in lines if line.startswith(b" =?")) <= 76
    assert b"\n" not in b"".join(lines)


def test_one_click_headers_and_keys() -> None:
    message = read(LETTER)

    assert message["List-Unsubscribe"] == "<https://ma.example/u/token>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["Message-ID"] == "<m1@sample.example>"
    assert message["X-Send-Key"] == "flow:run1:s1"


BREAKS = [
    "a\r\nBcc: victim@x.example",
    "a\nBcc: v@x.example",
    "a\rBcc: v",
    "a\u2028Bcc: v",
    "a\x00b",
    "a\u0085Bcc: v",
    "a\r\n\r\n<script>",
]


@pytest.mark.parametrize("value", BREAKS)
def test_no_value_starts_a_header(value: str) -> None:
    letter = replace(
        LETTER, subject=value, to=Person(value, "x@y.example"), sender=Person(value, "a@b.example"), send_key=value,
        reply_to="r@x.example\r\nBcc: v@x.example", refuse_url="https://x/\r\nBcc: v", message_id="m\r\nBcc: v@x",
    )  # fmt: skip

    message = read(letter)

    assert message["bcc"] is None
    assert not message.defects
    assert sorted(set(message.keys())) == sorted(set(read(LETTER).keys()))


def test_a_name_with_quotes_and_commas_stays_one_address() -> None:
    message = read(replace(LETTER, to=Person('Evil" <x@evil.example>, "b', "real@client.example")))

    assert [address.addr_spec for address in message["to"].addresses] == ["real@client.example"]


def test_text_only() -> None:
    message = read(replace(LETTER, html=None))

    assert message.get_content_type() == "text/plain"


def test_what_looks_encoded_is_encoded() -> None:
    assert header_text("=?utf-8?B?eA==?=").startswith("=?utf-8?B?PT91")
