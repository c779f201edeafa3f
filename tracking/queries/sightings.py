"""Where the tag has been seen lately."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ma_platform.db import sql


@dataclass(frozen=True, slots=True)
class Sighting:
    """A host on which visits began lately, and the last of them."""

    host: str
    visits: int
    last_at: datetime


def sightings() -> list[Sighting]:
    """Hosts of the newest 2,000 visits' first pages, most visits first; bounded, whatever the size of the log."""
    return sql.typed(SIGHTINGS, Sighting)


SIGHTINGS = """
    WITH newest AS (
        SELECT landing_id, last_at FROM tracking_session
         WHERE tenant_id = %(tenant_id)s ORDER BY last_at DESC LIMIT 2000
    )
    SELECT subject.host, count(*)::int AS visits, max(newest.last_at) AS last_at
      FROM newest
      JOIN tracking_subject AS subject ON subject.tenant_id = %(tenant_id)s AND subject.id = newest.landing_id
     WHERE subject.host <> ''
     GROUP BY subject.host ORDER BY visits DESC, subject.host LIMIT 50
"""
