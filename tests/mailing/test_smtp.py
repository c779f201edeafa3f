"""The client against servers that do not play by the book."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from mailing.smtp import Ending, Envelope, Server, SmtpTransport

ENVELOPE = Envelope(1, "a@acme.example", "b@client.example", b"Subject: x\r\n\r\nx\r\n")
Talk = Callable[[socket.socket], None]


@contextmanager
def server(talk: Talk) -> Iterator[int]:
    """A server that says what `talk` says to each connection; yields its port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(10)

        def serve() -> None:
            try:
                while True:
                    with listening.accept()[0] as connection:
                        talk(connection)
            except OSError:
                return

        threading.Thread(target=serve, daemon=True).start()
        yield listening.getsockname()[1]


def saying(**answers: str) -> Talk:
    """Answers by verb; `DOT` is what follows the mail."""
    said = {"EHLO": "250 ok", "MAIL": "250 ok", "RCPT": "250 ok", "DATA": "354 go", "DOT": "250 ok", **answers}

    def talk(connection: socket.socket) -> None:
        stream = connection.makefile("rwb")
        stream.write(b"220 hi\r\n")
        stream.flush()
        in_mail = False
        for raw in stream:
            line = raw.decode().strip()
            if in_mail and line != ".":
                continue
            verb = "DOT" if in_mail else line[:4].upper()
            in_mail = verb == "DATA" and said["DATA"].startswith("354")
            stream.write(f"{said.get(verb, '250 ok')}\r\n".encode())
            stream.flush()

    return talk


def ending(talk: Talk) -> Ending:
    with server(talk) as port:
        transport = SmtpTransport(Server.parse(f"smtp://127.0.0.1:{port}"), connections=1)
        (outcome,) = transport.hand_over([ENVELOPE], seconds=5)
        transport.close()
    return outcome.ending


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("250 2.0.0 ok", Ending.ACCEPTED),
        ("451 later", Ending.TEMPORARY),
        ("554 no", Ending.PERMANENT),
        ("what?", Ending.UNCERTAIN),
        ("354 go on", Ending.UNCERTAIN),
    ],
)
def test_only_a_refusal_in_smtp_s_own_words_lets_a_mail_be_sent_again(answer: str, expected: Ending) -> None:
    assert ending(saying(DOT=answer)) is expected


def test_a_mail_is_not_poured_out_before_the_server_asks_for_it() -> None:
    assert ending(saying(DATA="250 ok")) is Ending.TEMPORARY


def test_when_nobody_gets_through_the_whole_batch_pauses() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        transport = SmtpTransport(Server.parse(f"smtp://127.0.0.1:{taken.getsockname()[1]}"))
        envelopes = [Envelope(number, "a@x.example", "b@x.example", b"") for number in range(20)]

        outcomes = transport.hand_over(envelopes, seconds=5)

    assert len(outcomes) == 20
    assert all(outcome.ending is Ending.NOT_TRIED for outcome in outcomes)
    assert all(outcome.said.startswith("no connection") for outcome in outcomes)


def test_smtps_shows_its_password_to_no_server_without_a_good_certificate(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    contexts: list[ssl.SSLContext] = []

    def connect(*_: object, context: ssl.SSLContext, **__: object) -> None:
        contexts.append(context)
        raise OSError("seen enough")

    monkeypatch.setattr("smtplib.SMTP_SSL.__init__", connect)
    transport = SmtpTransport(Server.parse("smtps://user:secret@mail.example"))
    transport.hand_over([ENVELOPE], seconds=5)

    assert contexts[0].verify_mode is ssl.CERT_REQUIRED
    assert contexts[0].check_hostname
