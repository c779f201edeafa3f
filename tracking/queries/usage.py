"""How much was counted since a day, for quotas: a stretch of the rollup by day."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from ma_platform.db import sql


def counted_since(day: date, *, names: Collection[int] = ()) -> int:
    """Events of people and browsers from this day on; every event when `names` is empty."""
    return int(sql.run(COUNTED, day=day, names=[int(name) for name in names]).value())


COUNTED = """
    SELECT coalesce(sum(count), 0) FROM tracking_daily
     WHERE tenant_id = %(tenant_id)s AND day >= %(day)s
       AND (%(names)s::smallint[] = '{}' OR name = ANY (%(names)s::smallint[]))
"""
