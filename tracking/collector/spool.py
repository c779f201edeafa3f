"""Where events wait when the stream is away: files on this machine, fsync'd before anybody is told "kept".

A writer holds an exclusive lock on its file for as long as it writes; the ingest process takes every file it can lock,
so a file left by a killed writer is found too. A torn last record was never acknowledged and is ignored.
"""

from __future__ import annotations

import fcntl
import os
import struct
import threading
import time
import uuid
import zlib
from collections.abc import Iterator, Sequence
from io import FileIO
from pathlib import Path

from tracking.collector import limits
from tracking.collector.core import Entry
from tracking.collector.counting import COUNTS, SPOOLED

SUFFIX = ".spool"
SEGMENT_SECONDS = 5.0
MEASURE_SECONDS = 1.0
_HEAD = struct.Struct(">III")  # bytes of the partition, bytes of the line, crc of both


class SpoolFull(OSError):
    """2 GB, or the oldest file is a day old: nothing more may be promised."""


class Spool:
    """One process's way to the spool folder."""

    def __init__(self, folder: Path, *, most: int = limits.SPOOL_BYTES) -> None:
        self._folder, self._most = folder, most
        self._lock = threading.Lock()
        self._file: FileIO | None = None
        self._opened = self._measured = 0.0
        self._held = 0

    def keep(self, entries: Sequence[Entry]) -> None:
        """On disk when this returns. Raises OSError (SpoolFull among them) when it cannot be kept."""
        packed = b"".join(map(_pack, entries))
        with self._lock:
            self._check(len(packed))
            try:
                _write(self._writable(), packed)
            except OSError:
                self._close()  # a record that was torn must be the last of its file: nothing behind it would be read
                raise
            self._held += len(packed)
        COUNTS.add(SPOOLED, len(entries))

    def held(self) -> dict[str, float]:
        """Bytes and files in the folder, and the age in seconds of the oldest."""
        files = _files(self._folder)
        age = max(0.0, time.time() - float(files[0].name.partition("-")[0])) if files else 0.0
        return {"bytes": sum(_size(path) for path in files), "files": len(files), "seconds": round(age, 1)}

    def rest(self, *, at_once: bool = False) -> None:
        """Give a file that has been written long enough to the ingest process."""
        with self._lock:
            if at_once or time.monotonic() - self._opened > SEGMENT_SECONDS:
                self._close()

    def _close(self) -> None:
        if self._file:
            self._file.close()
            self._file = None

    def _writable(self) -> FileIO:
        if self._file is None:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._file = _own_file(self._folder)
            _sync_folder(self._folder)
            self._opened = time.monotonic()
        return self._file

    def _check(self, more: int) -> None:
        if time.monotonic() - self._measured > MEASURE_SECONDS:
            files = _files(self._folder)
            self._held = sum(_size(path) for path in files)
            self._measured = time.monotonic()
            if files and time.time() - float(files[0].name.partition("-")[0]) > limits.SPOOL_AGE.total_seconds():
                self._held = self._most
        if self._held + more > self._most:
            raise SpoolFull("the spool is full")


def waiting(folder: Path) -> Iterator[tuple[Path, list[Entry]]]:
    """Each file nobody writes to any more, oldest first, with its whole records. Remove a file once they are kept.

    It is locked until the next is asked for: a writer that has just made it, and waits, finds that it is gone.
    """
    for path in _files(folder):
        try:
            with path.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                yield path, list(_unpack(file.read()))
        except (BlockingIOError, FileNotFoundError):
            continue


def _own_file(folder: Path) -> FileIO:
    """A new file, locked; not one that the ingest process found empty, and removed, before it was."""
    while True:
        file = (folder / f"{time.time():.6f}-{uuid.uuid4().hex}{SUFFIX}").open("ab", buffering=0)
        fcntl.flock(file, fcntl.LOCK_EX)
        if os.fstat(file.fileno()).st_nlink:
            return file
        file.close()


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob(f"*{SUFFIX}"))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _pack(entry: Entry) -> bytes:
    # The lane stands before the partition, parted by a NUL that no partition holds; the main lane writes nothing.
    partition = f"{entry.lane}\0{entry.partition}".encode() if entry.lane else entry.partition.encode()
    return _HEAD.pack(len(partition), len(entry.line), zlib.crc32(partition + entry.line)) + partition + entry.line


def _unpack(content: bytes) -> Iterator[Entry]:
    at = 0
    while at + _HEAD.size <= len(content):
        first, second, crc = _HEAD.unpack_from(content, at)
        start = at + _HEAD.size
        record = content[start : start + first + second]
        if len(record) < first + second or zlib.crc32(record) != crc:
            return
        lane, parted, partition = record[:first].decode().rpartition("\0")
        yield Entry(partition, record[first:], lane if parted else "")
        at = start + first + second


def _write(file: FileIO, packed: bytes) -> None:
    left = memoryview(packed)
    while left:
        left = left[file.write(left) :]
    os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
