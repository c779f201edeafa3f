"""The audit log taken out as a file, which is itself a line of it."""

from __future__ import annotations

import csv
from datetime import datetime
from io import TextIOWrapper
from typing import BinaryIO
from zoneinfo import ZoneInfo

from ma_platform import audit
from ma_platform.audit.queries import Asked, audit_pages
from ma_platform.defusing import defuse
from ma_platform.tenancy.models import User
from ma_platform.tenancy.scope import current_tenant
from ma_platform.workspaces.auditing import actors, csv_row, csv_titles, read_lines

MOST_LINES = 100_000  # of one file; a longer stretch is taken in parts, by time


def export_audit(asked: Asked, held: BinaryIO, *, by: User, now: datetime) -> int:
    """Write the newest of these lines into `held` as CSV (UTF-8 with BOM, times of the workspace's zone).

    Returns how many; the log says who took them.
    """
    zone, people, rows = ZoneInfo(current_tenant().timezone), actors(), 0
    text = TextIOWrapper(held, encoding="utf-8-sig", newline="")
    writer = csv.writer(text)
    writer.writerow(csv_titles())
    for page in audit_pages(asked, most=MOST_LINES):
        rows += len(page)
        for line in read_lines(page, people):
            cells = csv_row(line, lambda at: f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S}")
            writer.writerow([defuse(cell) for cell in cells])
    text.flush()
    text.detach()
    audit.record(by, "audit.exported", "", at=now, rows=rows)
    return rows
