"""Gathers what waits at the same moment: all of it leaves in one append, and each is told when its own is kept.

For one event loop. While an append is on its way the next ones gather behind it (a group commit: it improves with
load); while the stream is away they gather for the disk in the same way.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

from tracking.collector.core import Entry
from tracking.collector.counting import ACCEPTED, COUNTS
from tracking.collector.journal import Addition, Journal
from tracking.collector.keeper import REST_SECONDS, spooled
from tracking.collector.refusal import Refusal
from tracking.collector.spool import Spool
from tracking.collector.stream import FSYNC_MS, Streams, commands, on_disk
from tracking.collector.wire import AwayError, Wire, connected

GATHER_SECONDS = 0.001  # under load an append waits so long for company: two system calls for ten events, not for one
COMPANY = 4  # requests in one append that mean load: fewer are not made to wait
Kept = asyncio.Future[Refusal | None]
log = logging.getLogger(__name__)


class Sent(NamedTuple):
    """What one append carries, and who waits for it."""

    entries: list[Entry]
    waiting: list[Kept]
    additions: list[Addition]


class Outbox:
    """`seconds`: how long an append may take before the disk is used."""

    def __init__(
        self,
        url: str,
        streams: Streams,
        spool: Spool,
        *,
        seconds: float,
        fsync: bool = False,
        journal: Journal | None = None,
    ) -> None:
        self._url, self._streams, self._spool, self._journal = url, streams, spool, journal or Journal()
        self._seconds = seconds + (FSYNC_MS / 1000 if fsync else 0)
        self._fsync = fsync
        self._loop = asyncio.get_running_loop()
        self._wire = Wire()
        self._entries: list[Entry] = []
        self._waiting: list[Kept] = []
        self._busy = False
        self._away_until = 0.0
        self._sent_at = self._left_at = 0.0
        self._crowded = False  # whether the last append carried much company
        self._watch: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def keep(self, entries: Sequence[Entry]) -> Kept:
        """Done when they are kept: with None, or with the Refusal that says that they cannot be."""
        kept: Kept = self._loop.create_future()
        self._entries += entries
        self._waiting.append(kept)
        if not self._busy:
            self._busy = True
            self._soon()
        return kept

    def close(self) -> None:
        """Let the connection go."""
        if self._watch:
            self._watch.cancel()
        self._wire.close()

    def _soon(self) -> None:
        """At once after a pause, or when little company is to be had; right behind a full append, a moment later."""
        rested = self._loop.time() - self._left_at
        if rested >= GATHER_SECONDS or not self._crowded:
            self._loop.call_soon(self._leave)
        else:
            self._loop.call_later(GATHER_SECONDS - rested, self._leave)

    def _leave(self) -> None:
        self._left_at = self._loop.time()
        entries, waiting = self._entries, self._waiting
        self._entries, self._waiting, self._crowded = [], [], len(waiting) >= COMPANY
        if self._wire.open:
            self._append(entries, waiting)
        elif time.monotonic() < self._away_until:
            self._start(self._to_disk(entries, waiting))
        else:
            self._start(self._reconnect(entries, waiting))

    def _append(self, entries: list[Entry], waiting: list[Kept]) -> None:
        self._sent_at = time.monotonic()
        if self._watch is None:
            self._watch = self._loop.call_later(self._seconds, self._look)
        additions = self._streams.additions(entries)
        self._wire.send(
            commands(additions, fsync=self._fsync), partial(self._answered, Sent(entries, waiting, additions))
        )

    def _answered(self, sent: Sent, replies: list[Any] | None) -> None:
        self._sent_at = 0.0
        error = _error(replies, fsync=self._fsync)
        if error:
            self._rest(error)
            self._start(self._to_disk(sent.entries, sent.waiting))
            return
        self._journal.note(sent.additions, replies or ())
        COUNTS.add(ACCEPTED, len(sent.entries))
        self._tell(sent.waiting, None)

    def _tell(self, waiting: list[Kept], refusal: Refusal | None) -> None:
        for kept in waiting:
            if not kept.done():  # its sender may have gone away
                kept.set_result(refusal)
        if self._waiting:
            self._soon()
        else:
            self._busy = False

    async def _reconnect(self, entries: list[Entry], waiting: list[Kept]) -> None:
        try:
            self._wire = await connected(self._url, seconds=self._seconds)
        except OSError as error:
            self._rest(error)
            await self._to_disk(entries, waiting)
            return
        self._append(entries, waiting)

    async def _to_disk(self, entries: list[Entry], waiting: list[Kept]) -> None:
        try:
            await asyncio.to_thread(spooled, self._spool.keep, entries)
        except Refusal as refusal:
            self._tell(waiting, refusal)
            return
        self._tell(waiting, None)

    def _look(self) -> None:
        """An append that has not been answered for too long: the line is dead, whatever the socket says."""
        self._watch = None
        if not self._sent_at:
            return
        left = self._sent_at + self._seconds - time.monotonic()
        if left <= 0:
            self._wire.close()
        else:
            self._watch = self._loop.call_later(left, self._look)

    def _rest(self, error: Exception) -> None:
        self._away_until = time.monotonic() + REST_SECONDS
        log.warning("the stream is away, events go to disk: %s", error)
        self._wire.close()

    def _start(self, work: Any) -> None:  # Any: a coroutine of ours
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _error(replies: list[Any] | None, *, fsync: bool) -> Exception | None:
    """What is wrong with the answers, if anything."""
    if replies is None:
        return AwayError("the line broke")
    found = next((reply for reply in replies if isinstance(reply, AwayError)), None)
    if found is None and fsync and not on_disk(replies[-1]):
        return AwayError("the stream's disk does not keep up")
    return found
