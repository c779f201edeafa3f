"""Handing mails to an SMTP server over kept connections. Pure of the database: bytes in, one outcome per mail.

The one distinction that matters: until the final dot is on its way nothing can have been accepted, so a failure may be
tried again; from the dot on, silence means *uncertain*, and uncertain is never sent twice.
"""

import smtplib
import ssl
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from queue import Empty, SimpleQueue
from socket import socket
from urllib.parse import unquote, urlsplit

CONNECTIONS = 4
MAILS_PER_CONNECTION = 200
IDLE_SECONDS = 15.0
TIMEOUT_SECONDS = 30.0
CONNECT_SECONDS = 10.0


class Ending(StrEnum):
    """How one hand-over ended. NOT_TRIED = the server never saw it."""

    ACCEPTED = "accepted"
    TEMPORARY = "temporary"
    PERMANENT = "permanent"
    UNCERTAIN = "uncertain"
    NOT_TRIED = "not_tried"


@dataclass(frozen=True, slots=True)
class Envelope:
    """One mail ready to go. `id` is the caller's; addresses were checked at the door."""

    id: int
    sender: str
    recipient: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Outcome:
    """`code` is the server's reply (0 = none), `said` its first words; for ACCEPTED its queue id stands there."""

    id: int
    ending: Ending
    code: int = 0
    said: str = ""


@dataclass(frozen=True, slots=True)
class Server:
    """An EMAIL_URL taken apart: smtp:// (STARTTLS when offered), smtp+tls:// (STARTTLS or nothing), smtps://."""

    scheme: str
    host: str
    port: int
    user: str
    password: str

    @classmethod
    def parse(cls, url: str) -> "Server":
        """Server of an address; the port defaults to 465 for smtps, 587 with a user, else 25."""
        parts = urlsplit(url)
        default = 465 if parts.scheme == "smtps" else 587 if parts.username else 25
        return cls(
            parts.scheme,
            parts.hostname or "localhost",
            parts.port or default,
            unquote(parts.username or ""),
            unquote(parts.password or ""),
        )


class SmtpTransport:
    """A pool of connections to one server, several used at a time."""

    def __init__(self, server: Server, *, connections: int = CONNECTIONS) -> None:
        self.server = server
        self.connections = connections
        self._idle: SimpleQueue[_Connection] = SimpleQueue()

    def hand_over(self, envelopes: Sequence[Envelope], *, seconds: float) -> list[Outcome]:
        """Hand over what can be begun within `seconds`; the rest comes back NOT_TRIED. One outcome per envelope."""
        until = time.monotonic() + seconds
        waiting: SimpleQueue[Envelope] = SimpleQueue()
        for envelope in envelopes:
            waiting.put(envelope)
        outcomes: list[Outcome] = []
        threads = min(self.connections, len(envelopes))
        with ThreadPoolExecutor(max_workers=max(1, threads)) as pool:
            for worked in [pool.submit(self._work, waiting, until) for _ in range(threads)]:
                outcomes.extend(worked.result())
        # When nobody got through, nobody would: the whole batch pauses, or the queue would be claimed round and round.
        away = next((one.said for one in outcomes if one.ending is Ending.NOT_TRIED), "")
        why = away if all(one.ending is Ending.NOT_TRIED for one in outcomes) else "out of time"
        while not waiting.empty():
            outcomes.append(Outcome(waiting.get().id, Ending.NOT_TRIED, said=why))
        return outcomes

    def close(self) -> None:
        """Say goodbye on every kept connection."""
        while (connection := self._take_idle()) is not None:
            connection.close()

    def _work(self, waiting: SimpleQueue[Envelope], until: float) -> list[Outcome]:
        outcomes: list[Outcome] = []
        connection = self._take_idle()
        while time.monotonic() < until:
            try:
                envelope = waiting.get_nowait()
            except Empty:
                break
            connection, outcome = self._send_one(connection, envelope)
            outcomes.append(outcome)
            if connection is None and outcome.ending is Ending.NOT_TRIED:
                break  # the server cannot be reached: leave the rest for later
        if connection is not None:
            self._idle.put(connection)
        return outcomes

    def _send_one(self, connection: "_Connection | None", envelope: Envelope) -> tuple["_Connection | None", Outcome]:
        for fresh in (False, True):
            try:
                connection = (
                    connection if connection is not None and connection.is_usable() else self._connect(connection)
                )
            except (OSError, smtplib.SMTPException) as error:
                return None, Outcome(envelope.id, Ending.NOT_TRIED, said=f"no connection: {error}"[:200])
            try:
                return connection, connection.send(envelope)
            except _Broken as broken:
                connection.drop()
                connection = None
                if broken.after_dot or fresh:
                    ending = Ending.UNCERTAIN if broken.after_dot else Ending.TEMPORARY
                    return None, Outcome(envelope.id, ending, said=str(broken)[:200])
        raise AssertionError("unreachable")

    def _connect(self, old: "_Connection | None") -> "_Connection":
        if old is not None:
            old.close()
        return _Connection(self.server)

    def _take_idle(self) -> "_Connection | None":
        try:
            return self._idle.get_nowait()
        except Empty:
            return None


class _Broken(Exception):
    """The connection died. `after_dot`: the server may have the mail."""

    def __init__(self, why: object, *, after_dot: bool) -> None:
        super().__init__(str(why))
        self.after_dot = after_dot


class _Connection:
    """One SMTP session, used by one thread at a time."""

    def __init__(self, server: Server) -> None:
        self._smtp = _opened(server)
        self._smtp.ehlo()
        if server.scheme != "smtps" and (server.scheme == "smtp+tls" or self._smtp.has_extn("starttls")):
            self._smtp.starttls(context=ssl.create_default_context())
            self._smtp.ehlo()
        if server.user:
            self._smtp.login(server.user, server.password)
        self._socket.settimeout(TIMEOUT_SECONDS)
        self._pipelining = self._smtp.has_extn("pipelining")
        self._sent = 0
        self._used_at = time.monotonic()

    @property
    def _socket(self) -> socket:
        if self._smtp.sock is None:
            raise smtplib.SMTPServerDisconnected("the connection is closed")
        return self._smtp.sock

    def is_usable(self) -> bool:
        """Neither worn out nor left idle so long that the server has hung up."""
        return self._sent < MAILS_PER_CONNECTION and time.monotonic() - self._used_at < IDLE_SECONDS

    def send(self, envelope: Envelope) -> Outcome:
        """Raises _Broken when the connection died; a refusal by the server is an outcome."""
        self._sent += 1
        self._used_at = time.monotonic()
        try:
            refusal = self._open(envelope)
        except UnicodeError:
            return Outcome(envelope.id, Ending.PERMANENT, 553, "5.1.3 not an ASCII address")
        except (OSError, smtplib.SMTPException) as error:
            raise _Broken(error, after_dot=False) from error
        return refusal or self._finish(envelope)

    def close(self) -> None:
        """Polite end."""
        try:
            self._smtp.quit()
        except (OSError, smtplib.SMTPException):
            self.drop()

    def drop(self) -> None:
        """Impolite end, of a connection that is dead already."""
        self._smtp.close()

    def _open(self, envelope: Envelope) -> Outcome | None:
        """MAIL, RCPT, DATA; in one packet where the server allows. None = the server waits for the mail."""
        lines = (f"MAIL FROM:<{envelope.sender}>", f"RCPT TO:<{envelope.recipient}>", "DATA")
        if self._pipelining:
            self._socket.sendall("".join(f"{line}\r\n" for line in lines).encode("ascii"))
            replies = [self._smtp.getreply() for _ in lines]
        else:
            replies = self._one_by_one(lines)
        refused = next(((code, said) for code, said in replies if code >= 400), None)
        is_open = replies[-1][0] == 354
        if refused is None and is_open:
            return None
        if refused is None or is_open:  # pipelined DATA was allowed although the recipient was not: send nothing
            raise smtplib.SMTPServerDisconnected("DATA allowed without recipient, or not at all")
        self._reset()
        return _refusal(envelope, *refused)

    def _one_by_one(self, lines: Sequence[str]) -> list[tuple[int, bytes]]:
        replies: list[tuple[int, bytes]] = []
        for line in lines:
            replies.append(self._smtp.docmd(line))
            if replies[-1][0] >= 400:
                break
        return replies

    def _reset(self) -> None:
        if self._smtp.docmd("RSET")[0] != 250:
            raise smtplib.SMTPServerDisconnected("no answer to RSET")

    def _finish(self, envelope: Envelope) -> Outcome:
        content = envelope.content.replace(b"\r\n.", b"\r\n..") if b"\r\n." in envelope.content else envelope.content
        try:
            self._socket.sendall(content + b".\r\n")
            code, said = self._smtp.getreply()
        except (OSError, smtplib.SMTPException) as error:
            raise _Broken(error, after_dot=True) from error
        if 200 <= code < 300:
            return Outcome(envelope.id, Ending.ACCEPTED, code, _words(said))
        if not 400 <= code < 600:  # no answer of SMTP's: the mail may be there
            raise _Broken(f"{code} {_words(said)}", after_dot=True)
        return _refusal(envelope, code, said)


def _opened(server: Server) -> smtplib.SMTP:
    if server.scheme != "smtps":
        return smtplib.SMTP(server.host, server.port, timeout=CONNECT_SECONDS)
    # Without a context of ours smtplib takes any certificate, and the password goes to whoever answers.
    context = ssl.create_default_context()
    return smtplib.SMTP_SSL(server.host, server.port, timeout=CONNECT_SECONDS, context=context)


def _refusal(envelope: Envelope, code: int, said: bytes) -> Outcome:
    return Outcome(envelope.id, Ending.PERMANENT if code >= 500 else Ending.TEMPORARY, code, _words(said))


def _words(said: bytes) -> str:
    return said.decode("utf-8", "replace").replace("\x00", "")[:200]


_pools: dict[str, SmtpTransport] = {}
_pools_lock = threading.Lock()


def pooled(url: str) -> SmtpTransport:
    """The process's pool for an EMAIL_URL."""
    with _pools_lock:
        if url not in _pools:
            _pools[url] = SmtpTransport(Server.parse(url))
        return _pools[url]
