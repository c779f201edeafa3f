"""A writer and the ingest process at the same new file of the spool: what is acknowledged stays."""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from threading import Event, Thread

from tests.timing import eventually
from tracking.collector import spool
from tracking.collector.core import Entry
from tracking.collector.spool import Spool, waiting

ONE = Entry("7 v", b"one")


class Locking:
    """`fcntl` for the spool: calls `before` the first time that a writer is about to lock its file."""

    LOCK_EX, LOCK_NB = fcntl.LOCK_EX, fcntl.LOCK_NB

    def __init__(self, before: Callable[[], object]) -> None:
        self._calls: Iterator[Callable[[], object]] = iter([before])

    def flock(self, file: object, operation: int) -> None:
        if operation == fcntl.LOCK_EX:
            next(self._calls, bool)()
        fcntl.flock(file, operation)


def taken(folder: Path) -> list[Entry]:
    """What an ingest process finds, and removes."""
    found = []
    for path, entries in waiting(folder):
        found += entries
        path.unlink()
    return found


def waits_or_is_done(writing: Thread, path: Path) -> bool:
    """Whether the writer waits for the lock that another has on the file, as the kernel says, or has written."""
    wanted = f":{path.stat().st_ino} "
    waits = any("->" in line and wanted in line for line in Path("/proc/locks").read_text().splitlines())
    return waits or not writing.is_alive()


def test_a_file_that_was_removed_before_it_was_locked_is_not_written_to(scratch, monkeypatch):
    monkeypatch.setattr(spool, "fcntl", Locking(lambda: taken(scratch)))
    writer = Spool(scratch)

    writer.keep([ONE])
    writer.rest(at_once=True)

    assert taken(scratch) == [ONE]


def test_a_file_that_is_being_removed_is_not_written_to(scratch, monkeypatch):
    opened, read = Event(), Event()

    def before() -> None:
        opened.set()
        read.wait(5)

    monkeypatch.setattr(spool, "fcntl", Locking(before))
    writer = Spool(scratch)
    writing = Thread(target=writer.keep, args=([ONE],))
    writing.start()
    opened.wait(5)

    for path, entries in waiting(scratch):
        assert entries == []
        read.set()
        eventually(partial(waits_or_is_done, writing, path), every=0.01)
        path.unlink()
    writing.join(5)
    writer.rest(at_once=True)

    assert taken(scratch) == [ONE]


def test_a_file_is_for_one_ingest_process_at_a_time(scratch):
    writer = Spool(scratch)
    writer.keep([ONE])
    writer.rest(at_once=True)
    first = waiting(scratch)

    found = next(first)[1], taken(scratch)

    first.close()
    assert found == ([ONE], [])
    assert taken(scratch) == [ONE]
