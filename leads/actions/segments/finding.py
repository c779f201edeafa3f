"""Everybody looked at: who is to come or go, and when time changes an answer next.

It only reads. A transaction that has written anything holds back every consumer of the log, of all workspaces, until it
ends (`pg_snapshot_xmin`); a temporary table is such a thing too. So what was found is carried to the writing in memory.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from psycopg2.sql import SQL

from leads.actions.segments.moments import SOON
from leads.actions.segments.wanted import turns, wanted
from leads.models import Segment
from ma_platform.db import sql

TIME_LIMIT_MS = 120_000  # of each statement that looks at everybody
MEMORY_MB = 64  # of each of its sorts and hashes: hundreds of thousands of people fit
NOTHING = rb"\N"
# Somebody, a word about them, and the row that says something else until now.
Said = list[tuple[int, str | None, int | None]]


@dataclass(frozen=True, slots=True)
class Found:
    """People in order, each with a word: why they are to come in, or when they want looking at. None: not any more, and
    the row that says so is to go.
    """

    lines: io.BytesIO
    count: int

    def rounds(self, size: int) -> Iterator[Said]:
        """At most `size` people at a time; none for nobody."""
        self.lines.seek(0)
        while some := list(islice(self.lines, size)):
            yield [_read(line) for line in some]


def _read(line: bytes) -> tuple[int, str | None, int | None]:
    lead_id, word, row = line.rstrip(b"\n").split(b"\t")
    return int(lead_id), None if word == NOTHING else word.decode(), None if row == NOTHING else int(row)


def gather(segment: Segment, condition: object, *, now: datetime) -> Found:
    """Who is to come in (and why) and who is to leave (None), for `condition` to be true of the membership.

    Raises ConditionRefused.
    """
    asked = wanted(segment.pk, condition, now=now, few=False)
    with sql.bounded(TIME_LIMIT_MS), sql.thorough(MEMORY_MB):
        return _found(sql.copied(SQL(GATHER).format(wanted=asked.sql), **asked.params))


def gather_turns(segment: Segment, *, now: datetime) -> Found:
    """Who wants looking at another time than is noted (None: never more). Raises ConditionRefused."""
    found = turns(segment.condition, now=now, few=False)
    due, params = (NEVER, {}) if found is None or found.sql is None else (found.sql, found.params)
    with sql.bounded(TIME_LIMIT_MS), sql.thorough(MEMORY_MB):
        return _found(sql.copied(SQL(TURNS).format(due=SQL(due)), **params, segment_id=segment.pk, soon=SOON))


def _found(lines: io.BytesIO) -> Found:
    return Found(lines, lines.getvalue().count(b"\n"))


def differences(segment: Segment, *, now: datetime) -> list[int]:
    """Leads whose membership is not what the condition in force says. Raises ConditionRefused."""
    found = gather(segment, segment.condition, now=now)
    return [lead_id for some in found.rounds(found.count) for lead_id, _word, _row in some]


# The condition stands alone in a CTE: joined at once, its own plan would be another, and one core would read.
GATHER = """
    WITH wanted AS MATERIALIZED ({wanted}
    ), here AS MATERIALIZED (
        SELECT stay.id, stay.lead_id FROM leads_segmentmember AS stay
         WHERE stay.tenant_id = %(tenant_id)s AND stay.segment_id = %(segment_id)s AND stay.until IS NULL
    )
    SELECT coalesce(wanted.lead_id, here.lead_id), wanted.reason, here.id
      FROM wanted FULL JOIN here ON here.lead_id = wanted.lead_id
     WHERE wanted.lead_id IS NULL OR here.lead_id IS NULL
     ORDER BY 1
"""
NEVER = "SELECT NULL::bigint AS lead_id, NULL::timestamptz AS due_at WHERE FALSE"
# Looks that are owed (`soon`) stay owed.
TURNS = """
    WITH due AS MATERIALIZED ({due}
    ), here AS MATERIALIZED (
        SELECT moment.id, moment.lead_id, moment.due_at FROM leads_segmentmoment AS moment
         WHERE moment.tenant_id = %(tenant_id)s AND moment.segment_id = %(segment_id)s AND moment.due_at > %(soon)s
    )
    SELECT coalesce(due.lead_id, here.lead_id), due.due_at, here.id
      FROM due FULL JOIN here ON here.lead_id = due.lead_id
     WHERE due.lead_id IS NULL OR here.lead_id IS NULL OR due.due_at <> here.due_at
     ORDER BY 1
"""
