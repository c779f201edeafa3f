"""What one file said and another, which still stands, says too: undoing the first makes it the other's own."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from ma_platform.db import sql

Json = dict[str, Any]  # Any: JSON of the kind


@dataclass(frozen=True, slots=True)
class Heir:
    """A row of another file about the same subject, the first that was written. before: what its own undo needs."""

    transfer_id: int
    number: int
    subject: str
    before: Json


def befores(numbers: Sequence[int], *, source: str) -> dict[int, Json]:
    """What undo needs of these rows of a file, as it stands now: another file may have left them something."""
    rows = sql.run(BEFORES, numbers=list(numbers), source=source).rows
    return {number: orjson.loads(before) for number, before in rows}


def heirs(subjects: Collection[str], *, source: str) -> dict[str, Heir]:
    """By subject, the row of another file that stands and is about it; without one it is missing."""
    rows = sql.run(HEIRS, subjects=sorted(subjects), source=source).rows if subjects else []
    return {row[2]: Heir(row[0], row[1], row[2], orjson.loads(row[3])) for row in rows}


def bequeath(left: Sequence[tuple[Heir, Json]]) -> None:
    """Let each of these rows have made its subject from now on, and undo it with that."""
    if left:
        sql.run(
            BEQUEATH,
            transfers=[heir.transfer_id for heir, _before in left],
            numbers=[heir.number for heir, _before in left],
            befores=[orjson.dumps(before).decode() for _heir, before in left],
        )


BEFORES = """
    SELECT row.number, row.before::text
      FROM leads_importedrow AS row
      JOIN leads_import AS transfer ON transfer.tenant_id = %(tenant_id)s AND transfer.id = row.transfer_id
     WHERE row.tenant_id = %(tenant_id)s AND 'import:' || transfer.public_id = %(source)s
       AND row.number = ANY (%(numbers)s::int[]) AND row.before IS NOT NULL
"""
HEIRS = """
    SELECT DISTINCT ON (row.subject) row.transfer_id, row.number, row.subject, coalesce(row.before, '{}')::text
      FROM leads_importedrow AS row
      JOIN leads_import AS transfer ON transfer.tenant_id = %(tenant_id)s AND transfer.id = row.transfer_id
     WHERE row.tenant_id = %(tenant_id)s AND row.subject <> '' AND row.subject = ANY (%(subjects)s::text[])
       AND row.outcome IN ('created', 'updated', 'same', 'duplicate')
       AND 'import:' || transfer.public_id <> %(source)s
     ORDER BY row.subject, row.transfer_id, row.number
"""
BEQUEATH = """
    UPDATE leads_importedrow AS row SET outcome = 'created', before = own.before
      FROM unnest(%(transfers)s::bigint[], %(numbers)s::int[], %(befores)s::jsonb[])
           AS own(transfer_id, number, before)
     WHERE row.tenant_id = %(tenant_id)s AND row.transfer_id = own.transfer_id AND row.number = own.number
"""
