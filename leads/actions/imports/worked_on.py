"""People a file made on whom somebody has worked since: when the file is taken back, they stay."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from leads.actions.imports.kinds import Order
from ma_platform.db import sql
from ma_platform.tenancy.reach import everybody
from tracking.catalogue import Event

Find = Callable[[Sequence[int]], Collection[int]]
_finding: list[Find] = []


def at_undo(find: Find) -> Find:
    """Ask `find(lead_ids)`, before an import that made these people is undone, on whom of them a room above knows work
    of somebody; whoever may see them.
    """
    _finding.append(find)
    return find


def worked_on(lead_ids: Sequence[int], order: Order) -> set[int]:
    """Those of whom something else is known than the order's file said and the product concluded from it."""
    if not lead_ids:
        return set()
    source = order.source
    with everybody():  # whoever works on them, and whoever else they were joined with
        here = sql.run(WORKED_ON, lead_ids=list(lead_ids), source=source, undo=f"undo:{source}", said=SAID_BY_US)
        return set(here.values()).union(*(find(lead_ids) for find in _finding))


# What the product itself says about a person who was only imported.
SAID_BY_US = [
    int(event)
    for event in (
        Event.LEAD_CREATED,
        Event.LEAD_UPDATED,
        Event.TAG_ADDED,
        Event.SCORE_CROSSED,
        Event.BECAME_HOT,
        Event.STAGE_CHANGED,
        Event.SEGMENT_ENTERED,
        Event.SEGMENT_LEFT,
    )
]
# A tag does not say who put it on: one that no row of the file gave came from somebody else.
WORKED_ON = """
    WITH made AS MATERIALIZED (
        SELECT lead.id, lead.public_id FROM leads_lead AS lead
         WHERE lead.tenant_id = %(tenant_id)s AND lead.id = ANY(%(lead_ids)s::bigint[])
    )
    SELECT history.lead_id FROM leads_fieldhistory AS history
     WHERE history.tenant_id = %(tenant_id)s AND history.lead_id = ANY(%(lead_ids)s::bigint[])
       AND history.source NOT IN (%(source)s, %(undo)s)
     UNION
    SELECT daily.lead_id FROM tracking_daily AS daily
     WHERE daily.tenant_id = %(tenant_id)s AND daily.lead_id = ANY(%(lead_ids)s::bigint[])
       AND daily.name <> ALL(%(said)s::smallint[])
     UNION
    SELECT line.lead_id FROM leads_consent AS line
     WHERE line.tenant_id = %(tenant_id)s AND line.lead_id = ANY(%(lead_ids)s::bigint[])
       AND coalesce(line.evidence ->> 'source', '') <> %(source)s
     UNION
    SELECT note.lead_id FROM leads_note AS note
     WHERE note.tenant_id = %(tenant_id)s AND note.lead_id = ANY(%(lead_ids)s::bigint[])
     UNION
    SELECT todo.lead_id FROM leads_todo AS todo
     WHERE todo.tenant_id = %(tenant_id)s AND todo.lead_id = ANY(%(lead_ids)s::bigint[])
     UNION
    SELECT file.lead_id FROM leads_attachment AS file
     WHERE file.tenant_id = %(tenant_id)s AND file.lead_id = ANY(%(lead_ids)s::bigint[])
     UNION
    SELECT identifier.lead_id FROM leads_leadidentifier AS identifier
     WHERE identifier.tenant_id = %(tenant_id)s AND identifier.lead_id = ANY(%(lead_ids)s::bigint[])
       AND identifier.source NOT IN (%(source)s, '')
     UNION
    SELECT override.lead_id FROM leads_segmentoverride AS override
     WHERE override.tenant_id = %(tenant_id)s AND override.lead_id = ANY(%(lead_ids)s::bigint[])
       AND override.source IS DISTINCT FROM %(source)s
     UNION
    SELECT made.id FROM made JOIN leads_merge AS joined ON made.id IN (joined.keep_id, joined.drop_id)
     WHERE joined.tenant_id = %(tenant_id)s AND joined.undone_at IS NULL
     UNION
    SELECT made.id
      FROM made
      JOIN leads_leadtag AS worn ON worn.tenant_id = %(tenant_id)s AND worn.lead_id = made.id
      JOIN leads_tag AS tag ON tag.tenant_id = %(tenant_id)s AND tag.id = worn.tag_id
     WHERE NOT EXISTS (
               SELECT FROM leads_importedrow AS row
                 JOIN leads_import AS transfer ON transfer.tenant_id = %(tenant_id)s AND transfer.id = row.transfer_id
                WHERE row.tenant_id = %(tenant_id)s AND row.subject <> '' AND row.subject = made.public_id
                  AND 'import:' || transfer.public_id = %(source)s AND row.before -> 'tags' ? tag.name)
"""
