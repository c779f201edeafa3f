"""Lines that Postgres cannot read are found as a set, by Postgres's own judgement, before a batch is torn in halves."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

from ma_platform.db import sets, sql
from tracking.collector.lines import COLUMNS

TYPES = {
    "tenant_id": "bigint",
    "id": "uuid",
    "visitor": "varchar(200)",
    "lead_id": "bigint",
    "name": "smallint",
    "custom": "varchar(200)",
    "kind": "varchar(16)",
    "key": "varchar(2000)",
    "subject_name": "varchar(500)",
    "url": "varchar(2000)",
    "host": "varchar(255)",
    "path": "varchar(2000)",
    "session": "uuid",
    "occurred_at": "timestamptz",
    "received_at": "timestamptz",
    "duration": "integer",
    "verdict": "smallint",
    "reasons": "text[]",
    "rule_version": "smallint",
    "source": "jsonb",
    "agent": "varchar(300)",
    "language": "varchar(35)",
    "ip": "inet",
    "props": "jsonb",
}
NEEDED = ("tenant_id", "id", "occurred_at", "received_at", "verdict", "reasons", "rule_version", "props")
KEY_BYTES = 2_600  # what a b-tree entry holds, less tenant and kind


@dataclass(frozen=True, slots=True)
class Sieved:
    """Lines that can be read, and those that cannot, with the reason."""

    good: list[bytes]
    bad: list[tuple[bytes, str]]


def sieve(lines: Sequence[bytes]) -> Sieved:
    """Two passes: what COPY cannot even split into texts, then every text against its column's type."""
    reasons = {at: reason for at, line in enumerate(lines) if (reason := _unsplittable(line))}
    whole = [(at, line) for at, line in enumerate(lines) if at not in reasons]
    sql.run(CREATE)
    sql.run("TRUNCATE incoming_text")
    numbered = b"".join(b"%d\t%b\n" % (at, line) for at, line in whole)
    sets.copy_lines("incoming_text", ("place", *COLUMNS), io.BytesIO(numbered))
    reasons |= dict(sql.run(FIND).rows)
    good = [line for at, line in enumerate(lines) if at not in reasons]
    return Sieved(good, [(lines[at], reasons[at]) for at in sorted(reasons)])


def _unsplittable(line: bytes) -> str | None:
    columns = line.count(b"\t") + 1
    if columns != len(COLUMNS):
        return f"{columns} columns instead of {len(COLUMNS)}"
    if b"\x00" in line or b"\r" in line:
        return "a NUL or carriage return inside the line"
    if STRANGE_ESCAPE.search(line):
        return "an escape that no line of ours has"
    try:
        line.decode()
    except UnicodeDecodeError as error:
        return f"not UTF-8: {error.reason} at byte {error.start}"
    return None


# Bytes by number would bring back what the checks above look for; a backslash at the end would eat the next line.
STRANGE_ESCAPE = re.compile(rb"(?<!\\)(?:\\\\)*\\(?:[0-7x]|$)")
CREATE = f"""
    CREATE TEMPORARY TABLE IF NOT EXISTS incoming_text (place integer, {", ".join(f"{name} text" for name in COLUMNS)})
    ON COMMIT DELETE ROWS
"""
_MISSING = " ".join(f"WHEN {name} IS NULL THEN '{name} is missing'" for name in NEEDED)
_UNREADABLE = ", ".join(
    f"(SELECT '{name}: ' || error.message FROM pg_input_error_info({name}, '{kind}') AS error)"  # noqa: S608 - constants
    for name, kind in TYPES.items()
)
# A CASE, because a moment can only be compared once it is known to be one.
FIND = f"""
    SELECT place, reason
      FROM incoming_text
     CROSS JOIN LATERAL (SELECT coalesce(
               CASE {_MISSING} WHEN octet_length(key) > {KEY_BYTES} THEN 'the key is too long for its index' END,
               {_UNREADABLE}) AS problem) AS looked
     CROSS JOIN LATERAL (SELECT CASE WHEN problem IS NOT NULL THEN problem
               WHEN occurred_at::timestamptz < '2000-01-01 UTC' OR occurred_at::timestamptz >= '2100-01-01 UTC'
               THEN 'no month of the log: ' || occurred_at END AS reason) AS judged
     WHERE reason IS NOT NULL
"""  # noqa: S608 - constants put together
