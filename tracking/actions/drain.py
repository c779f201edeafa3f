"""From the stream to the log: one transaction per batch, the stream's position in the same commit.

A batch that is drained twice changes nothing (message ids decide), a process killed anywhere loses nothing.
"""

from __future__ import annotations

import io
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

import redis
from django.db import DataError, IntegrityError, InternalError, ProgrammingError, transaction

from ma_platform.db import sets, sql
from ma_platform.tenancy.scope import system_scope, tenant_scope
from tracking.actions import names, staged
from tracking.actions.bell import wake_consumers
from tracking.actions.months import ensure_months
from tracking.actions.record import DUPLICATE_WINDOW
from tracking.collector import wiring
from tracking.collector.keeper import Keeper
from tracking.collector.lines import COLUMNS
from tracking.collector.spool import waiting
from tracking.collector.stream import LINES, Kept, read

EVENTS_AT_ONCE = 5_000
ENTRIES_AT_ONCE = 1_000
FIRST = "0-0"
AT_FAULT = (DataError, IntegrityError, InternalError, ProgrammingError)  # the line's fault, not the connection's

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Drained:
    """`seen` lines came out of the stream, `written` of them were new, `rejected` could not be written."""

    seen: int = 0
    written: int = 0
    rejected: int = 0

    def __add__(self, other: Drained) -> Drained:
        return Drained(self.seen + other.seen, self.written + other.written, self.rejected + other.rejected)


@dataclass(frozen=True, slots=True)
class Chunk:
    """Lines of some stream entries and the position after them."""

    lines: list[bytes]
    position: str


def drain(*, now: datetime) -> Drained:
    """Empty spool and streams once, in this process: for tests. The ingest process does it for ever."""
    where = wiring.place()
    client = wiring.client(where)
    unspool(wiring.keeper())
    total = Drained()
    for stream in where.streams.names():
        while (found := drain_once(client, stream, now=now)).seen:
            total += found
    return total


def drain_once(client: redis.Redis, stream: str, *, now: datetime, block_ms: int | None = None) -> Drained:
    """Read one helping of a stream, waiting up to `block_ms` for it, and write it."""
    position = place_of(stream)
    total = Drained()
    for _stream, entries in read(client, {stream: position}, count=ENTRIES_AT_ONCE, block_ms=block_ms):
        for chunk in chunks(entries):
            total += write(stream, chunk, now=now)
    return total


def place_of(stream: str) -> str:
    """Where the stream is drained up to."""
    with system_scope():
        rows = sql.run("SELECT position FROM tracking_streamoffset WHERE shard = %(stream)s", stream=stream).values()
    return rows[0] if rows else FIRST


def chunks(entries: Kept) -> list[Chunk]:
    """Entries gathered until EVENTS_AT_ONCE lines; an entry is never torn apart."""
    gathered: list[Chunk] = []
    lines: list[bytes] = []
    for number, fields in entries:
        lines += fields[LINES].split(b"\n")
        position = number.decode()
        if len(lines) >= EVENTS_AT_ONCE:
            gathered.append(Chunk(lines, position))
            lines = []
    if lines:
        gathered.append(Chunk(lines, entries[-1][0].decode()))
    return gathered


def write(stream: str, chunk: Chunk, *, now: datetime) -> Drained:
    """One transaction: lines to the log, rollups, the new position. Bad lines are set aside, never the batch."""
    with system_scope():
        written, rejected = _write_or_halve(chunk.lines, now=now)
        sql.run(MOVE, stream=stream, position=chunk.position, now=now)
        wake_consumers()
    return Drained(len(chunk.lines), written, rejected)


def unspool(keeper: Keeper) -> int:
    """Put what waits on disk back into the stream; returns entries moved. Stops quietly while the stream is away."""
    moved = 0
    keeper.spool.rest(at_once=True)
    for path, entries in waiting(wiring.place().spool):
        for start in range(0, len(entries), 500):
            if not keeper.to_stream(entries[start : start + 500]):
                return moved
        path.unlink(missing_ok=True)
        moved += len(entries)
    return moved


def _write_or_halve(lines: list[bytes], *, now: datetime) -> tuple[int, int]:
    try:
        with transaction.atomic():
            return _write(lines, now=now), 0
    except AT_FAULT as error:
        if len(lines) == 1:
            _reject(lines[0], error, now=now)
            return 0, 1
    middle = len(lines) // 2
    first, second = _write_or_halve(lines[:middle], now=now), _write_or_halve(lines[middle:], now=now)
    return first[0] + second[0], first[1] + second[1]


def _write(lines: list[bytes], *, now: datetime) -> int:
    sql.run(staged.CREATE)
    sql.run(staged.EMPTY)
    text = io.TextIOWrapper(io.BytesIO(b"\n".join(lines) + b"\n"), encoding="utf-8", newline="\n")
    sets.copy_lines(staged.TABLE, COLUMNS, text)
    if gone := sql.run(staged.DROP_ORPHANS).rowcount:
        log.warning("%s events of workspaces that are gone", gone)
    names.number_custom_names()
    ensure_months(sql.run(staged.MONTHS).values())
    sql.run(staged.ANALYZE)
    sql.run(staged.SUBJECTS)
    sql.run(staged.VISITORS)
    oldest, newest = sql.run(staged.SPAN).one()
    since, until = min(oldest or now, now) - DUPLICATE_WINDOW, max(newest or now, now) + timedelta(days=1)
    written: int = sql.run(staged.WRITE, since=since, until=until).value()
    if retold := sql.run(staged.RETOLD).rows:
        tenants, firsts = zip(*retold, strict=True)
        sql.run(staged.TAKE_BACK, tenants=list(tenants), ids=[str(one) for one in firsts], since=since, until=until)
    sql.run(staged.CHECK_NOW)
    return written


def _reject(line: bytes, error: Exception, *, now: datetime) -> None:
    log.error("a kept line cannot be written: %s", error)
    tenant = line.partition(b"\t")[0].decode("ascii", "replace")
    if not tenant.isdecimal():
        return
    text = line.decode("utf-8", "replace").replace("\x00", "")
    try:
        with tenant_scope(int(tenant)), transaction.atomic():
            sql.run(REJECT, line=text, reason=str(error).replace("\x00", "")[:500], now=now)
    except AT_FAULT:
        log.exception("the tenant of a rejected line is gone: %s", tenant)


MOVE = """
    INSERT INTO tracking_streamoffset AS place (shard, position, moved_at) VALUES (%(stream)s, %(position)s, %(now)s)
    ON CONFLICT (shard) DO UPDATE SET position = excluded.position, moved_at = excluded.moved_at
"""
REJECT = """
    INSERT INTO tracking_rejected (tenant_id, line, reason, at) VALUES (%(tenant_id)s, %(line)s, %(reason)s, %(now)s)
"""
