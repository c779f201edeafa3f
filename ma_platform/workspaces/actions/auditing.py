"""The audit log taken out as a file, which is itself a line of it."""

from __future__ import annotations

import csv
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from io import StringIO
from zoneinfo import ZoneInfo

from ma_platform import audit
from ma_platform.audit.queries import Asked, audit_pages, count_lines
from ma_platform.defusing import defuse
from ma_platform.tenancy.models import User
from ma_platform.tenancy.scope import current_tenant
from ma_platform.workspaces.auditing import actors, csv_row, csv_titles, cut_short, read_lines

MOST_LINES = 100_000  # of one file; a longer stretch is taken in parts, by time


def export_audit(asked: Asked, *, by: User, now: datetime) -> Iterator[bytes]:
    """The newest of these lines until `now` as CSV (UTF-8 with BOM, times of the workspace's zone), in parts.

    The log says who takes how many before the first part is read. One query or a few for each part, and no part needs
    the transaction of another.
    """
    until = min(asked.until or now, now)
    asked, zone, people = replace(asked, until=until), ZoneInfo(current_tenant().timezone), actors()
    audit.record(by, "audit.exported", "", at=now, rows=count_lines(asked, most=MOST_LINES))

    return _parts(asked, zone, people)


def _parts(asked: Asked, zone: ZoneInfo, people: Mapping[str, str]) -> Iterator[bytes]:
    yield BOM_UTF8 + _csv([csv_titles()])
    for page in audit_pages(asked, most=MOST_LINES):
        rows = [csv_row(line, partial(_local, zone)) for line in read_lines(page, people)]
        yield _csv([defuse(cell) for cell in row] for row in rows)


def _local(zone: ZoneInfo, at: datetime) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S}"


def broken_off() -> bytes:
    """The last line of a file that could not be written to its end."""
    return _csv([[cut_short()]])


def _csv(rows: Iterable[Sequence[str]]) -> bytes:
    text = StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()
