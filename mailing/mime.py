"""The bytes that go over the wire: headers nobody can inject into, bodies every mail program reads. Pure.

Bodies are base64 (7 bit, lines of 76), so no server on the way can break Japanese text; built by hand because the
standard library's generator costs more than everything else of a send together.
"""

import re
from base64 import b64encode
from binascii import b2a_base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

CONTROL = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]+")
PLAIN = re.compile(r"[ !#-'*+\-/-9=?A-Z^-~]*\Z")
WORD_BYTES = 45  # 60 characters of base64 and 12 of frame: an encoded word may have 75
LINE = 76


@dataclass(frozen=True, slots=True)
class Person:
    """A name (may be empty) and an address that was checked at the door."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Letter:
    """Everything one mail is made of. `message_id` without angle brackets, fixed for all tries; `html` may be None."""

    sender: Person
    to: Person
    subject: str
    text: str
    html: str | None
    message_id: str
    send_key: str
    date: datetime
    reply_to: str = ""
    refuse_url: str = ""
    bulk: bool = False


def assemble(letter: Letter) -> bytes:
    """The whole message with CRLF line ends."""
    headers = [
        ("From", _person(letter.sender)),
        ("To", _person(letter.to)),
        ("Subject", header_text(letter.subject)),
        ("Date", format_datetime(letter.date)),
        ("Message-ID", f"<{address_text(letter.message_id)}>"),
        ("X-Send-Key", header_text(letter.send_key)),
        ("MIME-Version", "1.0"),
        *_extra(letter),
    ]
    head = "".join(f"{name}: {value}\r\n" for name, value in headers).encode("ascii")
    return head + _body(letter)


def header_text(value: str) -> str:
    """A header value in ASCII: as it is, or RFC 2047 words in UTF-8 that never split a character. Control characters
    become spaces, so a line break in data can never start a header."""
    value = CONTROL.sub(" ", value).strip()
    if value.isascii() and "=?" not in value and len(value) <= LINE:
        return value
    return _words(value)


def address_text(value: str) -> str:
    """An address or id for a header: ASCII, without spaces, brackets and control characters."""
    return re.sub(r"[\s<>,;\"\x00-\x1f\x7f]", "", value).encode("ascii", "ignore").decode()


def _extra(letter: Letter) -> list[tuple[str, str]]:
    extra: list[tuple[str, str]] = []
    if letter.reply_to:
        extra.append(("Reply-To", f"<{address_text(letter.reply_to)}>"))
    if letter.refuse_url:
        extra.append(("List-Unsubscribe", f"<{address_text(letter.refuse_url)}>"))
        extra.append(("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
    if letter.bulk:
        extra.append(("Precedence", "bulk"))
    return extra


def _body(letter: Letter) -> bytes:
    text = _part(b"plain", letter.text)
    if letter.html is None:
        return text
    boundary = b"=_ma_" + b64encode(letter.message_id.encode(), b"-_")[:40].rstrip(b"=")
    frame = b"--" + boundary
    return b"".join((
        b'Content-Type: multipart/alternative;\r\n boundary="', boundary, b'"\r\n\r\n',
        frame, b"\r\n", text, frame, b"\r\n", _part(b"html", letter.html), frame, b"--\r\n",
    ))  # fmt: skip


def _part(subtype: bytes, content: str) -> bytes:
    # On bytes: replacing in a text that is not Latin costs ten times as much.
    raw = content.encode("utf-8", "replace").replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    encoded = b2a_base64(raw, newline=False)
    lines = b"\r\n".join([encoded[start : start + LINE] for start in range(0, len(encoded), LINE)])
    return (
        b"Content-Type: text/"
        + subtype
        + b"; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + lines
        + b"\r\n"
    )


def _person(person: Person) -> str:
    address = f"<{address_text(person.address)}>"
    name = CONTROL.sub(" ", person.name).strip()
    if not name:
        return address
    if PLAIN.match(name) and len(name) <= LINE:
        return (
            f"{name} {address}" if re.fullmatch(r"[\w !#$%&'*+\-/=?^`{|}~]*", name, re.ASCII) else f'"{name}" {address}'
        )
    return f"{_words(name)} {address}"


def _words(value: str) -> str:
    """RFC 2047 encoded words, folded."""
    return "\r\n ".join(f"=?utf-8?B?{b64encode(chunk).decode()}?=" for chunk in _chunks(value))


def _chunks(value: str) -> Sequence[bytes]:
    """UTF-8 pieces of at most WORD_BYTES that end at character borders."""
    raw = value.encode("utf-8", "replace")
    pieces: list[bytes] = []
    start = 0
    while start < len(raw):
        end = min(start + WORD_BYTES, len(raw))
        while end < len(raw) and raw[end] & 0xC0 == 0x80:
            end -= 1
        pieces.append(raw[start:end])
        start = end
    return pieces
