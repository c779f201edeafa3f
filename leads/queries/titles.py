"""Job titles nobody understands yet, and those members ranked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from conditions.fold import fold
from leads.models import TitleRank
from ma_platform.db import sql

SHOWN = 100


@dataclass(frozen=True, slots=True)
class UnknownTitle:
    """A title without a rank: as most people write it, and how many have it."""

    title: str
    people: int


def unknown_titles(*, limit: int = SHOWN) -> list[UnknownTitle]:
    """Titles without a rank that no member looked at, the most frequent first; spellings that fold alike are one."""
    return [UnknownTitle(title, people) for title, people in sql.run(UNKNOWN, limit=limit).rows]


UNKNOWN = """
    WITH written AS MATERIALIZED (
        SELECT lead.job_title AS title, count(*) AS people
          FROM leads_lead AS lead
         WHERE lead.tenant_id = %(tenant_id)s AND lead.job_rank IS NULL AND lead.job_title <> ''
           AND lead.merged_into_id IS NULL
         GROUP BY lead.job_title
    ), folded AS (
        SELECT ma_fold(btrim(written.title)) AS key, sum(written.people)::bigint AS people,
               (array_agg(written.title ORDER BY written.people DESC, written.title))[1] AS title
          FROM written GROUP BY 1
    )
    SELECT folded.title, folded.people FROM folded
     WHERE NOT EXISTS (SELECT FROM leads_titlerank AS known
                        WHERE known.tenant_id = %(tenant_id)s AND known.key = folded.key)
     ORDER BY folded.people DESC, folded.title
     LIMIT %(limit)s
"""


def ranked_titles(*, limit: int = SHOWN) -> Sequence[TitleRank]:
    """What members decided, newest first."""
    return list(TitleRank.objects.select_related("by").order_by("-at", "-id")[:limit])


def remembered_ranks(titles: Iterable[str]) -> dict[str, int]:
    """Title → the rank members gave it; titles nobody ranked are left out. At most one query."""
    keys = {title: fold(title.strip()) for title in titles}
    if not keys:
        return {}
    known = dict(TitleRank.objects.filter(key__in=set(keys.values()), rank__isnull=False).values_list("key", "rank"))
    return {title: known[key] for title, key in keys.items() if key in known}
