"""Words people put on leads."""

from collections.abc import Sequence
from datetime import datetime

from leads.entry import TAG_LIMIT, clean_text
from leads.models import LeadTag
from ma_platform.db import sql
from tracking.actions import NewFact, record_many
from tracking.catalogue import Event


def add_tag(lead_ids: Sequence[int], tag: str, *, now: datetime) -> int:
    """Put one tag on many leads; returns on how many it was new."""
    return tag_leads([(lead_id, tag) for lead_id in lead_ids], now=now)


def tag_leads(pairs: Sequence[tuple[int, str]], *, now: datetime) -> int:
    """Put tags on leads, making tags as needed; each new pair is an event. Returns how many were new."""
    clean = {tag: clean_text(tag)[:TAG_LIMIT] for _lead_id, tag in pairs}
    wanted = [(lead_id, clean[tag]) for lead_id, tag in pairs if clean[tag]]
    if not wanted:
        return 0
    names = [name for _, name in wanted]
    sql.run(MAKE_TAGS, names=sorted(set(names)))
    added = sql.run(ADD_TAGS, lead_ids=[lead_id for lead_id, _ in wanted], names=names, now=now).rows
    record_many([NewFact(Event.TAG_ADDED, lead=lead_id, at=now, props={"tag": name}) for lead_id, name in added])
    return len(added)


MAKE_TAGS = """
    INSERT INTO leads_tag (tenant_id, name)
    SELECT %(tenant_id)s, name FROM unnest(%(names)s::text[]) AS wanted(name)
        ON CONFLICT (tenant_id, name) DO NOTHING
"""

ADD_TAGS = """
    WITH wanted AS (
        SELECT DISTINCT w.lead_id, tag.id AS tag_id
          FROM unnest(%(lead_ids)s::bigint[], %(names)s::text[]) AS w(lead_id, name)
          JOIN leads_tag AS tag ON tag.tenant_id = (SELECT %(tenant_id)s::bigint) AND tag.name = w.name
         ORDER BY w.lead_id, tag.id
    ), added AS (
        INSERT INTO leads_leadtag (tenant_id, lead_id, tag_id, added_at)
        SELECT %(tenant_id)s, wanted.lead_id, wanted.tag_id, %(now)s FROM wanted
            ON CONFLICT (tenant_id, lead_id, tag_id) DO NOTHING
        RETURNING lead_id, tag_id
    )
    SELECT added.lead_id, tag.name
      FROM added JOIN leads_tag AS tag ON tag.tenant_id = %(tenant_id)s AND tag.id = added.tag_id
"""


def remove_tag(lead_ids: Sequence[int], tag: str, *, now: datetime) -> int:
    """Take one tag off many leads; each that carried it is an event. Returns how many did."""
    worn = LeadTag.objects.filter(lead_id__in=lead_ids, tag__name=clean_text(tag)[:TAG_LIMIT])
    bare = sorted(worn.values_list("lead_id", flat=True))
    worn.delete()
    props = {"source": "tag", "fields": ["tags"]}
    record_many([NewFact(Event.LEAD_UPDATED, lead=lead_id, at=now, props=dict(props)) for lead_id in bare])
    return len(bare)
