"""What this room, and the log below it, hand out about a person."""

from __future__ import annotations

from leads.actions.personal import Part, told_by, withhold
from tracking.queries.portable import BROWSERS, BROWSERS_BOUND, DAYS, EVENTS, VISITS

PEOPLE = """
    SELECT json_build_object(
               'id', lead.public_id, 'joined', lead.merged_into_id IS NOT NULL, 'email', lead.email,
               'last_name', lead.last_name, 'first_name', lead.first_name, 'last_name_kana', lead.last_name_kana,
               'first_name_kana', lead.first_name_kana, 'company', company.name, 'department', lead.department,
               'job_title', lead.job_title, 'job_rank', (%(ranks)s::text[])[lead.job_rank + 1], 'phone', lead.phone,
               'prefecture', lead.prefecture, 'attributes', lead.attributes,
               'owner', coalesce(nullif(owner.name, ''), owner.email), 'source_first',
               coalesce(lead.touch_first, lead.source_first), 'source_last',
               coalesce(lead.touch_last, lead.source_last), 'visits', lead.visits,
               'last_seen_at', lead.last_seen_at, 'created_at', lead.created_at,
               'updated_at', lead.updated_at)::text
      FROM leads_lead AS lead
      LEFT JOIN leads_company AS company ON company.tenant_id = %(tenant_id)s AND company.id = lead.company_id
      LEFT JOIN tenancy_user AS owner ON owner.id = lead.owner_id
     WHERE lead.tenant_id = %(tenant_id)s AND lead.id = ANY (%(lead_ids)s::bigint[])
     ORDER BY lead.merged_into_id NULLS FIRST, lead.id
"""
IDENTIFIERS = """
    SELECT json_build_object('kind', kind, 'value', value, 'source', source, 'added_at', added_at)::text
      FROM leads_leadidentifier
     WHERE tenant_id = %(tenant_id)s AND lead_id = ANY (%(lead_ids)s::bigint[]) ORDER BY kind, value
"""
HINTS = """
    SELECT json_build_object('address', email_key, 'at', at)::text FROM leads_identityhint
     WHERE tenant_id = %(tenant_id)s AND email_key = ANY (%(email_keys)s::text[]) ORDER BY at, id
"""
TAGS = """
    SELECT json_build_object('tag', tag.name, 'added_at', worn.added_at)::text
      FROM leads_leadtag AS worn
      JOIN leads_tag AS tag ON tag.tenant_id = %(tenant_id)s AND tag.id = worn.tag_id
     WHERE worn.tenant_id = %(tenant_id)s AND worn.lead_id = ANY (%(lead_ids)s::bigint[])
     ORDER BY worn.added_at, tag.name
"""
HISTORY = """
    SELECT json_build_object('at', line.at, 'field', line.field, 'value', line.value, 'fields', line.stated,
                             'source', line.source, 'by', coalesce(nullif(member.name, ''), member.email))::text
      FROM leads_fieldhistory AS line
      LEFT JOIN tenancy_user AS member ON member.id = line.by_id
     WHERE line.tenant_id = %(tenant_id)s AND line.lead_id = ANY (%(lead_ids)s::bigint[])
     ORDER BY line.at, line.id
"""
CONSENTS = """
    SELECT json_build_object('at', line.at, 'email', holder.email, 'topic', line.topic, 'state', line.state,
                             'basis', line.basis, 'evidence', line.evidence)::text
      FROM leads_consent AS line
      JOIN leads_lead AS holder ON holder.tenant_id = %(tenant_id)s AND holder.id = line.lead_id
     WHERE line.tenant_id = %(tenant_id)s AND line.lead_id = ANY (%(lead_ids)s::bigint[]) ORDER BY line.at, line.id
"""
NOTES = """
    SELECT json_build_object('at', note.at, 'text', note.text, 'edited_at', note.edited_at,
                             'by', coalesce(nullif(member.name, ''), member.email))::text
      FROM leads_note AS note
      LEFT JOIN tenancy_user AS member ON member.id = note.by_id
     WHERE note.tenant_id = %(tenant_id)s AND note.lead_id = ANY (%(lead_ids)s::bigint[]) ORDER BY note.at, note.id
"""
TO_DO_LIST = """
    SELECT json_build_object('at', todo.at, 'title', todo.title, 'due_on', todo.due_on, 'done_at', todo.done_at,
                             'assigned_to', coalesce(nullif(member.name, ''), member.email))::text
      FROM leads_todo AS todo
      LEFT JOIN tenancy_user AS member ON member.id = todo.assigned_to_id
     WHERE todo.tenant_id = %(tenant_id)s AND todo.lead_id = ANY (%(lead_ids)s::bigint[]) ORDER BY todo.at, todo.id
"""
FILES = """
    SELECT json_build_object('at', at, 'name', name, 'content_type', content_type, 'bytes', bytes)::text
      FROM leads_attachment
     WHERE tenant_id = %(tenant_id)s AND lead_id = ANY (%(lead_ids)s::bigint[]) ORDER BY at, id
"""
SEGMENTS = """
    SELECT json_build_object('segment', segment.name, 'since', stay.since, 'until', stay.until,
                             'reason', stay.reason)::text
      FROM leads_segmentmember AS stay
      JOIN leads_segment AS segment ON segment.tenant_id = %(tenant_id)s AND segment.id = stay.segment_id
     WHERE stay.tenant_id = %(tenant_id)s AND stay.lead_id = ANY (%(lead_ids)s::bigint[]) ORDER BY stay.since, stay.id
"""
BY_HAND = """
    SELECT json_build_object('segment', segment.name, 'belongs', held.belongs, 'at', held.at,
                             'expires_at', held.expires_at, 'note', held.note)::text
      FROM leads_segmentoverride AS held
      JOIN leads_segment AS segment ON segment.tenant_id = %(tenant_id)s AND segment.id = held.segment_id
     WHERE held.tenant_id = %(tenant_id)s AND held.lead_id = ANY (%(lead_ids)s::bigint[]) ORDER BY held.at, held.id
"""
IMPORTED = """
    SELECT json_build_object('at', transfer.created_at, 'file', transfer.file_name, 'row', line.number,
                             'outcome', line.outcome, 'before', line.before, 'cells', line.cells)::text
      FROM leads_importedrow AS line
      JOIN leads_import AS transfer ON transfer.tenant_id = %(tenant_id)s AND transfer.id = line.transfer_id
     WHERE line.tenant_id = %(tenant_id)s AND line.subject = ANY (%(public_ids)s::text[]) AND line.subject <> ''
     ORDER BY transfer.created_at, line.number
"""
JOBS = """
    SELECT json_build_object('at', job.created_at, 'kind', job.kind, 'params', job.params, 'outcome', item.outcome,
                             'before', item.before)::text
      FROM leads_bulkitem AS item
      JOIN leads_bulkjob AS job ON job.tenant_id = %(tenant_id)s AND job.id = item.job_id
     WHERE item.tenant_id = %(tenant_id)s AND item.lead_id = ANY (%(lead_ids)s::bigint[])
     ORDER BY job.created_at, item.id
"""
SUGGESTIONS = """
    SELECT json_build_object('found_at', found_at, 'reasons', reasons, 'confidence', confidence,
                             'dismissed_at', dismissed_at)::text
      FROM leads_suggestion
     WHERE tenant_id = %(tenant_id)s
       AND (one_id = ANY (%(lead_ids)s::bigint[]) OR other_id = ANY (%(lead_ids)s::bigint[])) ORDER BY found_at, id
"""
MERGES = """
    SELECT json_build_object('at', merge.at, 'kept', kept.public_id, 'joined', joined.public_id,
                             'undone_at', merge.undone_at, 'address', merge.address_source)::text
      FROM leads_merge AS merge
      JOIN leads_lead AS kept ON kept.tenant_id = %(tenant_id)s AND kept.id = merge.keep_id
      JOIN leads_lead AS joined ON joined.tenant_id = %(tenant_id)s AND joined.id = merge.drop_id
     WHERE merge.tenant_id = %(tenant_id)s
       AND (merge.keep_id = ANY (%(lead_ids)s::bigint[]) OR merge.drop_id = ANY (%(lead_ids)s::bigint[]))
     ORDER BY merge.at, merge.id
"""

OWN = (
    Part("person", ("leads_lead",), told_by(PEOPLE)),
    Part("identifiers", ("leads_leadidentifier",), told_by(IDENTIFIERS)),
    Part("tags", ("leads_leadtag",), told_by(TAGS)),
    Part("history", ("leads_fieldhistory",), told_by(HISTORY)),
    Part("consents", ("leads_consent",), told_by(CONSENTS)),
    Part("notes", ("leads_note",), told_by(NOTES)),
    Part("todos", ("leads_todo",), told_by(TO_DO_LIST)),
    Part("files", ("leads_attachment",), told_by(FILES)),
    Part("segments", ("leads_segmentmember",), told_by(SEGMENTS)),
    Part("segments_by_hand", ("leads_segmentoverride",), told_by(BY_HAND)),
    Part("imports", ("leads_importedrow",), told_by(IMPORTED)),
    Part("jobs", ("leads_bulkitem",), told_by(JOBS)),
    Part("duplicates", ("leads_suggestion",), told_by(SUGGESTIONS)),
    Part("merges", ("leads_merge",), told_by(MERGES)),
    Part("unproven_addresses", ("leads_identityhint",), told_by(HINTS)),
    Part("events", ("tracking_event",), told_by(EVENTS)),
    Part("visits", ("tracking_session",), told_by(VISITS)),
    Part("browsers", ("tracking_visitor",), told_by(BROWSERS)),
    Part("browsers_bound", ("tracking_binding",), told_by(BROWSERS_BOUND)),
    Part("days", ("tracking_daily",), told_by(DAYS)),
)
withhold(
    leads_mergedrow="which rows of the other lists a merge handed over",
    leads_segmentchange="what a changed condition would do, gone once it is confirmed",
    leads_segmentmoment="when a segment is judged next",
    tracking_alias="ids of those who were joined, told under merges",
    tracking_rejudged="how many events a pass counted anew, told with the events",
)
