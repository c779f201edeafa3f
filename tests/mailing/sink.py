"""A real SMTP server that keeps what it accepts and misbehaves on request, chosen by the recipient's local part."""

import asyncio
import email
import logging
import socket
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

REFUSED = {
    "unknown": "550 5.1.1 <unknown> User unknown",
    "full": "552 5.2.2 Mailbox full",
    "policy": "550 5.7.1 Rejected by policy",
}


logging.getLogger("mail.log").setLevel(logging.WARNING)  # the sink talks of every command


@dataclass
class Sink:
    """`accepted` holds (recipient, raw) of every mail answered with 250, or cut off right after its final dot."""

    accepted: list[tuple[str, bytes]] = field(default_factory=list)
    busy_once: set[str] = field(default_factory=set)
    pause: float = 0.0
    port: int = 0

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        refusal = REFUSED.get(address.partition("@")[0])
        if refusal:
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        await asyncio.sleep(self.pause)
        (to,) = envelope.rcpt_tos
        name = to.partition("@")[0]
        if name == "busy" and to not in self.busy_once:
            self.busy_once.add(to)
            return "451 4.3.0 Try again later"
        self.accepted.append((to, envelope.content))
        if name.startswith("cut"):
            server.transport.abort()
        return "250 2.0.0 queued as 4711"

    @property
    def recipients(self) -> Counter[str]:
        return Counter(to for to, _ in self.accepted)

    def mails(self) -> list[EmailMessage]:
        return [email.message_from_bytes(raw, policy=default) for _, raw in self.accepted]

    def wait_for(self, count: int, *, seconds: float = 20) -> None:
        until = time.monotonic() + seconds
        while len(self.accepted) < count:
            assert time.monotonic() < until, f"{len(self.accepted)} of {count} mails arrived"
            time.sleep(0.005)


@contextmanager
def running_sink() -> Iterator[Sink]:
    sink = Sink()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        sink.port = free.getsockname()[1]
    controller = Controller(sink, hostname="127.0.0.1", port=sink.port)
    controller.start()
    try:
        yield sink
    finally:
        controller.stop()
