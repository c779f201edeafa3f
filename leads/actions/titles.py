"""Titles the rules do not understand: a member's word ranks everybody who has one, now and later."""

from __future__ import annotations

from datetime import datetime

from conditions.fold import fold
from leads.actions.upsert import Actor
from leads.models import TitleRank
from leads.titles import RANKS
from ma_platform import audit
from ma_platform.db import sql
from ma_platform.errors import NotFound
from ma_platform.tenancy.models import User
from ma_platform.tenancy.reach import everybody
from tracking.actions import NewFact, record_many
from tracking.catalogue import Event


@everybody()
def rank_title(title: str, rank: str, *, by: Actor, now: datetime) -> int:
    """Remember what a title stands for ("": no rank) and rank everybody who has it; returns how many changed.

    Ranks that came from elsewhere stay; those an earlier word gave follow. Raises NotFound for a rank that is none.
    """
    if rank and rank not in RANKS:
        raise NotFound(kind="rank")
    index = RANKS.index(rank) if rank else None
    key, user_id = fold(title.strip()), by.pk if isinstance(by, User) else None
    before = TitleRank.objects.filter(key=key).values_list("rank", flat=True).first()
    sql.run(REMEMBER, key=key, title=title.strip(), rank=index, now=now, user_id=user_id)
    found = sql.run(APPLY, key=key, rank=index, before=before, shown=rank, now=now, user_id=user_id)
    changed = [int(one) for one in found.values()]
    props = {"source": "titles", "fields": ["job_rank"]}
    record_many([NewFact(Event.LEAD_UPDATED, lead=lead_id, at=now, props=dict(props)) for lead_id in changed])
    audit.record(by, "title.ranked", title.strip()[:200], at=now, rank=rank, people=len(changed))
    return len(changed)


REMEMBER = """
    INSERT INTO leads_titlerank (tenant_id, key, title, rank, at, by_id)
    VALUES (%(tenant_id)s, %(key)s, %(title)s, %(rank)s, %(now)s, %(user_id)s)
        ON CONFLICT (tenant_id, key) DO UPDATE
       SET title = excluded.title, rank = excluded.rank, at = excluded.at, by_id = excluded.by_id
"""

# Nobody's rank, or the one this title was given before: a rank stated in so many words stays.
APPLY = """
    WITH meant AS (
        SELECT lead.id FROM leads_lead AS lead
         WHERE lead.tenant_id = %(tenant_id)s AND lead.job_title <> '' AND lead.merged_into_id IS NULL
           AND (lead.job_rank IS NULL OR lead.job_rank = %(before)s::smallint)
           AND lead.job_rank IS DISTINCT FROM %(rank)s::smallint
           AND ma_fold(btrim(lead.job_title)) = %(key)s
         ORDER BY lead.id
           FOR UPDATE
    ), ranked AS (
        UPDATE leads_lead AS lead SET job_rank = %(rank)s::smallint, updated_at = %(now)s
          FROM meant WHERE lead.tenant_id = %(tenant_id)s AND lead.id = meant.id
        RETURNING lead.id
    ), told AS (
        INSERT INTO leads_fieldhistory (tenant_id, lead_id, field, value, source, at, by_id)
        SELECT %(tenant_id)s, ranked.id, 'job_rank', %(shown)s, 'titles', %(now)s, %(user_id)s FROM ranked
    )
    SELECT id FROM ranked ORDER BY id
"""
