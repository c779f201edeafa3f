"""How many people are new, for the home page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from psycopg2.sql import SQL

from leads.queries.left_out import LEFT_OUT
from ma_platform.db import sql

MOST = 10_000


@dataclass(frozen=True, slots=True)
class Arrivals:
    """People by when they were first known: since midnight, in the last 7 days, in the 7 days before those.

    Each is counted up to MOST; MOST + 1 says there are more.
    left_out: people of the last 7 days on the exclusion list, who are in no other number.
    """

    today: int
    week: int
    week_before: int
    left_out: int = 0

    @property
    def growth(self) -> float | None:
        """Of the week against the one before: 0.5 is half as many again. None when there is nothing to compare."""
        if not self.week_before or max(self.week, self.week_before) > MOST:
            return None
        return self.week / self.week_before - 1


def arrivals(*, now: datetime, midnight: datetime) -> Arrivals:
    """One statement over the newest people; `midnight` is where the reader's day began."""
    (found,) = sql.typed(ARRIVALS, Arrivals, now=now, midnight=midnight, most=MOST)
    return found


COUNTED = SQL("""(
    SELECT count(*)
      FROM (SELECT FROM leads_lead AS lead
             WHERE lead.tenant_id = %(tenant_id)s AND lead.created_at {since} AND lead.created_at {until}
               AND lead.id NOT IN (SELECT aside.id FROM aside)
             LIMIT %(most)s + 1) AS new)""")
# Read from the index alone: almost nobody is merged or left out, so those are set aside by id.
ARRIVALS = SQL("""
    WITH aside AS MATERIALIZED (
        SELECT gone.id FROM leads_lead AS gone
         WHERE gone.tenant_id = %(tenant_id)s AND gone.merged_into_id IS NOT NULL
         UNION ALL
        {left_out}
    )
    SELECT {today} AS today, {week} AS week, {week_before} AS week_before,
           (SELECT count(*) FROM leads_lead AS lead
             WHERE lead.tenant_id = %(tenant_id)s AND lead.id IN ({left_out}) AND lead.merged_into_id IS NULL
               AND lead.created_at > %(now)s - interval '7 days' AND lead.created_at <= %(now)s) AS left_out
""").format(
    left_out=SQL(LEFT_OUT),
    today=COUNTED.format(since=SQL(">= %(midnight)s"), until=SQL("<= %(now)s")),
    week=COUNTED.format(since=SQL("> %(now)s - interval '7 days'"), until=SQL("<= %(now)s")),
    week_before=COUNTED.format(
        since=SQL("> %(now)s - interval '14 days'"), until=SQL("<= %(now)s - interval '7 days'")
    ),
)
