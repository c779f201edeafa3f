"""An SMTP server that accepts everything and keeps nothing: `python -m benchmarks.smtp_sink` prints its port."""

from __future__ import annotations

import asyncio

GREETING = b"220 sink\r\n"
HELLO = b"250-sink\r\n250-PIPELINING\r\n250 8BITMIME\r\n"


class Sink(asyncio.Protocol):
    """Answers commands in order, several to a packet; counts nothing, so that the client is what is measured."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport, self.buffer, self.in_mail = transport, b"", False
        transport.write(GREETING)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        answers: list[bytes] = []
        while self.step(answers):
            pass
        if answers:
            self.transport.write(b"".join(answers))

    def step(self, answers: list[bytes]) -> bool:
        """Take one command, or the end of one mail, from the buffer."""
        end = b"\r\n.\r\n" if self.in_mail else b"\r\n"
        head, found, rest = self.buffer.partition(end)
        if not found:
            return False
        self.buffer = rest
        answers.append(b"250 ok\r\n" if self.in_mail else self.answer(head[:4].upper()))
        self.in_mail = not self.in_mail and head[:4].upper() == b"DATA"
        return True

    @staticmethod
    def answer(verb: bytes) -> bytes:
        """What is said to a command."""
        return {b"EHLO": HELLO, b"DATA": b"354 go\r\n", b"QUIT": b"221 bye\r\n"}.get(verb, b"250 ok\r\n")


async def main() -> None:
    """Serve until killed."""
    server = await asyncio.get_running_loop().create_server(Sink, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
