"""What became of each fact of a company: every value with the one before, from where, by whom, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from leads.models import Company
from leads.queries.history import SHOWN
from ma_platform.db import sql


@dataclass(frozen=True, slots=True)
class Changed:
    """A value a field was given and the one it had, None for a blank; `by` is a member's name or ""."""

    before: Any  # Any: JSON
    after: Any  # Any: JSON
    source: str
    at: datetime
    by: str


def company_past(company: Company) -> dict[str, list[Changed]]:
    """By field ("attributes.KEY" for an own one), its changes, the newest first; ten of each, in one query."""
    found: dict[str, list[Changed]] = {}
    for field, pair, source, at, by in sql.run(PAST, company_id=company.pk, limit=SHOWN).rows:
        before, after = orjson.loads(pair)
        found.setdefault(field, []).append(Changed(before, after, source, at, by))
    return found


PAST = """
    SELECT past.field, past.pair, past.source, past.at, coalesce(nullif(writer.name, ''), writer.email, '') AS by_name
      FROM (SELECT one.key AS field, one.value::text AS pair, history.source, history.at, history.by_id,
                   row_number() OVER (PARTITION BY one.key ORDER BY history.at DESC, history.id DESC) AS place
              FROM leads_companyhistory AS history
             CROSS JOIN LATERAL jsonb_each(history.changes) AS one
             WHERE history.tenant_id = %(tenant_id)s AND history.company_id = %(company_id)s) AS past
      LEFT JOIN tenancy_user AS writer ON writer.id = past.by_id
     WHERE past.place <= %(limit)s
     ORDER BY past.field, past.place
"""
