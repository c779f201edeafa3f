"""From the stream to the log: one transaction per batch, the stream's position in the same commit.

A batch that is drained twice changes nothing (message ids decide), a process killed anywhere loses nothing.
"""

from __future__ import annotations

import io
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

import redis
from django.db import DatabaseError, DataError, IntegrityError, InternalError, transaction

from ma_platform.db import sets, sql
from ma_platform.tenancy.scope import system_scope, tenant_scope
from tracking.actions import names, staged
from tracking.actions.bell import wake_consumers
from tracking.actions.erase import DROP_BURIED
from tracking.actions.links import relink_early
from tracking.actions.months import ensure_months
from tracking.actions.overtaking import Overtaken, refuse_overtaken, wait_for_others
from tracking.actions.own_sites import forget_own_referrers
from tracking.actions.record import DUPLICATE_WINDOW
from tracking.actions.retold import leave_out_retold, take_back_counted
from tracking.actions.sieve import sieve
from tracking.collector import wiring
from tracking.collector.keeper import Keeper
from tracking.collector.lines import COLUMNS
from tracking.collector.spool import waiting
from tracking.collector.stream import COUNT, LINES, MOST_LINES, Kept, known, read
from tracking.set_aside import short_addresses, shortened

EVENTS_AT_ONCE = 20_000  # a backlog costs less in large pieces: a browser's row is touched once for all its events
ENTRIES_AT_ONCE = 500
FIRST = "0-0"
TWICE_TOLD = 3  # attempts, when other drainers write the same events
UNIQUE_VIOLATION, LIMIT_EXCEEDED = "23505", "54"  # the latter: a key too long for its index
AT_FAULT = (DataError, IntegrityError, InternalError)  # the line's fault, not the connection's or our own

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
    for stream in known(client, where.streams):
        while (found := drain_once(client, stream, now=now)).seen:
            total += found
    return total


def drain_once(client: redis.Redis, stream: str, *, now: datetime) -> Drained:
    """Read one helping of a stream and write it."""
    total = Drained()
    for chunk in chunks(helping(client, stream, place_of(stream))):
        total += write(stream, chunk, now=now)
    return total


def helping(client: redis.Redis, stream: str, position: str, *, most: int = EVENTS_AT_ONCE) -> Kept:
    """What waits in the stream after the position, at least `most` events if there are so many.

    Entries differ in size, so their number is asked for little by little: memory stays bounded.
    """
    gathered: list[tuple[bytes, dict[bytes, bytes]]] = []
    events, asked = 0, max(1, most // MOST_LINES)
    while events < most:
        found = read(client, {stream: position}, count=asked, block_ms=None)
        if not found:
            break
        entries = found[0][1]
        gathered += entries
        events += sum(int(fields.get(COUNT, 1)) for _number, fields in entries)
        position = entries[-1][0].decode()
        asked = max(1, min(ENTRIES_AT_ONCE, (most - events) * len(gathered) // max(events, 1)))
    return gathered


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
        written, rejected = _write_or_sieve(chunk.lines, now=now)
        sql.run(MOVE, stream=stream, position=chunk.position, now=now)
        wake_consumers()
    return Drained(len(chunk.lines), written, rejected)


def take_in(lines: list[bytes], *, now: datetime) -> Drained:
    """Write lines that no stream holds: what is imported, or invented for the demo. One transaction."""
    with system_scope():
        written, rejected = _write_or_sieve(lines, now=now) if lines else (0, 0)
        wake_consumers()
    return Drained(len(lines), written, rejected)


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


def _write_or_sieve(lines: list[bytes], *, now: datetime) -> tuple[int, int]:
    """(written, rejected). What Postgres cannot read goes first; what is then left at fault is found by halving."""
    for attempt in range(TWICE_TOLD):
        try:
            with transaction.atomic():
                return _write(lines, now=now, alone=attempt > 0)
        except Overtaken:
            log.info("another drainer wrote the same event: once more")
        except DatabaseError as error:
            if not at_fault(error):
                raise
            if not twice_told(error):
                break
    found = sieve(lines)
    for line, reason in found.bad:
        _reject(line, reason, now=now)
    written, rejected = _write_or_halve(found.good, now=now) if found.good else (0, 0)
    return written, rejected + len(found.bad)


def _write_or_halve(lines: list[bytes], *, now: datetime) -> tuple[int, int]:
    try:
        with transaction.atomic():
            return _write(lines, now=now, alone=True)
    except DatabaseError as error:
        if not at_fault(error):
            raise
        if len(lines) == 1:
            _reject(lines[0], str(error), now=now)
            return 0, 1
    middle = len(lines) // 2
    first, second = _write_or_halve(lines[:middle], now=now), _write_or_halve(lines[middle:], now=now)
    return first[0] + second[0], first[1] + second[1]


def at_fault(error: DatabaseError) -> bool:
    """Whether the lines are at fault, and not the connection or a lock."""
    return isinstance(error, AT_FAULT) or _code(error).startswith(LIMIT_EXCEEDED)


def twice_told(error: DatabaseError) -> bool:
    """Another drainer wrote one of our events a moment ago: now it can be seen."""
    return _code(error) == UNIQUE_VIOLATION


def _code(error: DatabaseError) -> str:
    return getattr(error.__cause__, "pgcode", None) or ""


@dataclass(frozen=True, slots=True)
class Batch:
    """What lies in `incoming`: what it needs, and what had to be left out of it."""

    oldest: datetime
    newest: datetime
    tenants: list[int]
    months: list[datetime]
    own_names: bool
    told_again: bool
    counted: bool
    awaited: bool
    orphans: bool
    buried: bool
    own_sites: bool


@dataclass(frozen=True, slots=True)
class _Ready:
    """What this connection has already; transactions from `horizon` on may write beside us.

    `several`: more than one shard was drained within the hour, whatever our own setting says.
    """

    stands: bool
    filled: bool
    planned: bool
    several: bool
    horizon: int


def _write(lines: list[bytes], *, now: datetime, alone: bool = False) -> tuple[int, int]:
    """`alone`: no other drainer commits meanwhile. Raises Overtaken when one did, with an event of ours."""
    if alone:
        wait_for_others()
    ready = sql.typed(staged.READY, _Ready, write=staged.NAME, now=now)[0]
    batch = _staged(lines, ready)
    ensure_months(batch.months)
    nameless = names.number_custom_names(now=now) if batch.own_names else 0
    if batch.own_sites:
        forget_own_referrers()
    since, until = min(batch.oldest, now) - DUPLICATE_WINDOW, max(batch.newest, now) + timedelta(days=1)
    sql.run(staged.SUBJECTS)
    sql.run(staged.NEW_VISITORS)
    written, early = _into_the_log(batch, ready, since=since, until=until)
    relink_early(early)
    if batch.told_again:
        take_back_counted(since=since, until=until, now=now)
    if ready.several or wiring.place().streams.shards > 1:
        sql.run(staged.HASHED)
        refuse_overtaken(ready.horizon, since=since, until=until, retold=batch.told_again or batch.counted)
        sql.run(staged.FREELY)
    sql.run(staged.CHECK_NOW)
    return written, nameless


def _staged(lines: list[bytes], ready: _Ready) -> Batch:
    """Lines into `incoming`, less those that are not to be written, and those told again marked."""
    if not ready.stands:
        sql.run(staged.CREATE)
    if ready.filled:
        sql.run(staged.EMPTY)
    sets.copy_lines(staged.TABLE, COLUMNS, io.BytesIO(b"\n".join(lines) + b"\n"))
    batch = sql.typed(staged.LOOK, Batch)[0]
    if batch.orphans:
        log.warning("%s events of workspaces that are closed or gone", sql.run(staged.DROP_ORPHANS).rowcount)
    if batch.buried:
        sql.run(DROP_BURIED)
    if batch.awaited:
        leave_out_retold()
    return batch


def _into_the_log(batch: Batch, ready: _Ready, *, since: datetime, until: datetime) -> tuple[int, str | None]:
    """The one statement: (events that were new, browsers with early ones)."""
    sql.run(staged.HASHED)
    if not ready.planned:
        sql.run(staged.PLAN)
    written, early = sql.run(staged.EXECUTE, since=since, until=until, tenants=batch.tenants).one()
    sql.run(staged.FREELY)
    return written, early


def _reject(line: bytes, reason: str, *, now: datetime) -> None:
    log.error("a kept line cannot be written: %s", reason)
    tenant = line.partition(b"\t")[0].decode("ascii", "replace")
    if not tenant.isdecimal():
        return
    text = shortened(line.decode("utf-8", "replace").replace("\x00", ""))
    said = short_addresses(reason.replace("\x00", ""))[:500]
    try:
        with tenant_scope(int(tenant)), transaction.atomic():
            sql.run(REJECT, line=text, reason=said, now=now)
    except AT_FAULT:
        log.exception("the tenant of a rejected line is gone: %s", tenant)


MOVE = """
    INSERT INTO tracking_streamoffset AS place (shard, position, moved_at) VALUES (%(stream)s, %(position)s, %(now)s)
    ON CONFLICT (shard) DO UPDATE SET position = excluded.position, moved_at = excluded.moved_at
"""
REJECT = """
    INSERT INTO tracking_rejected (tenant_id, line, reason, at) VALUES (%(tenant_id)s, %(line)s, %(reason)s, %(now)s)
"""
