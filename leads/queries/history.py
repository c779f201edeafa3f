"""What became of each field of a person: every value with where it came from, who wrote it, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from leads.models import Lead
from ma_platform.db import sql

SHOWN = 10  # values a field


@dataclass(frozen=True, slots=True)
class Past:
    """A value a field was given; `by` is a member's name or ""."""

    value: str
    source: str
    at: datetime
    by: str


def past_values(lead: Lead) -> dict[str, list[Past]]:
    """By field, its values, the present one first; ten of each, in one query."""
    found: dict[str, list[Past]] = {}
    for field, value, source, at, by in sql.run(PAST, lead_id=lead.pk, limit=SHOWN).rows:
        found.setdefault(field, []).append(Past(value, source, at, by))
    return found


PAST = """
    SELECT past.field, past.value, past.source, past.at,
           coalesce(nullif(writer.name, ''), writer.email, '') AS by_name
      FROM (SELECT given.field, given.value, history.source, history.at, history.by_id,
                   row_number() OVER (PARTITION BY given.field ORDER BY history.at DESC, history.id DESC) AS place
              FROM leads_fieldhistory AS history
             CROSS JOIN LATERAL (SELECT history.field, history.value WHERE history.stated IS NULL
                                  UNION ALL
                                 SELECT one.key, one.value FROM jsonb_each_text(history.stated) AS one) AS given
             WHERE history.tenant_id = %(tenant_id)s AND history.lead_id = %(lead_id)s) AS past
      LEFT JOIN tenancy_user AS writer ON writer.id = past.by_id
     WHERE past.place <= %(limit)s
     ORDER BY past.field, past.place
"""
