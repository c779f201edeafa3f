"""Two leads who may be one person: found as a set from what is stored, dismissed by a member, never merged alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from leads.models import CompanySuggestion, Suggestion
from ma_platform import audit, ids
from ma_platform.db import sql
from ma_platform.tenancy.models import User
from tracking.catalogue import Event

NAMESAKES = 20  # of one lead that are looked at: more people of one name are no sign
NOTED_AS = {Suggestion: "suggestion", CompanySuggestion: "company_suggestion"}  # in the audit trail
SHARED_PHONE = 5  # more people on one number: a switchboard


def suggest(lead_ids: Sequence[int], *, now: datetime) -> int:
    """Look for doubles of these leads; suggestions that hold no longer go. Returns rows made or changed."""
    wanted = sorted(set(lead_ids))
    if not wanted:
        return 0
    params: dict[str, Any] = {  # Any: parameters of FIND
        "ids": wanted,
        "namesakes": NAMESAKES,
        "switchboard": SHARED_PHONE,
        "bounced": int(Event.EMAIL_BOUNCED),
    }
    pairs = sql.run(FIND, **params).rows
    one, other, reasons, confidence = (
        (list(column) for column in zip(*pairs, strict=True)) if pairs else ([], [], [], [])
    )
    found: dict[str, Any] = {"one": one, "other": other}  # Any: arrays
    sql.run(FORGET, ids=wanted, **found)
    if not pairs:
        return 0
    return sql.run(
        KEEP,
        **found,
        reasons=["{" + ",".join(sorted(words)) + "}" for words in reasons],
        confidence=confidence,
        public_ids=[ids.new("dup") for _ in pairs],
        now=now,
    ).rowcount


def dismiss(pair: Suggestion | CompanySuggestion, *, by: User, now: datetime) -> bool:
    """They are two people, or companies; it is not suggested again. False when that was said before."""
    said = type(pair).objects.filter(pk=pair.pk, dismissed_at=None).update(dismissed_at=now, dismissed_by=by)
    if said:
        audit.record(by, f"{NOTED_AS[type(pair)]}.dismissed", pair.public_id, at=now)
    return bool(said)


def restore(pair: Suggestion | CompanySuggestion, *, by: User, now: datetime) -> bool:
    """Suggest it again."""
    back = type(pair).objects.filter(pk=pair.pk).exclude(dismissed_at=None)
    restored = back.update(dismissed_at=None, dismissed_by=None)
    if restored:
        audit.record(by, f"{NOTED_AS[type(pair)]}.restored", pair.public_id, at=now)
    return bool(restored)


# A reason of its own counts in full, each further one adds five percent. A family name alone is half a name.
FIND = """
    WITH asked AS MATERIALIZED (
        SELECT lead.id, lead.name_key, lead.first_name <> '' AND lead.last_name <> '' AS whole, lead.company_id,
               lead.phone_key, lead.email_key
          FROM leads_lead AS lead
         WHERE lead.tenant_id = %(tenant_id)s AND lead.id = ANY (%(ids)s::bigint[])
           AND lead.merged_into_id IS NULL
    ), reasons AS (
        SELECT asked.id AS a, other.id AS b, 'name_company' AS reason,
               CASE WHEN asked.whole THEN 80 ELSE 45 END AS points
          FROM asked
         CROSS JOIN LATERAL (
               SELECT lead.id FROM leads_lead AS lead
                WHERE lead.tenant_id = %(tenant_id)s AND lead.name_key = asked.name_key
                  AND lead.company_id = asked.company_id AND lead.id <> asked.id
                  AND lead.merged_into_id IS NULL
                ORDER BY lead.id LIMIT %(namesakes)s) AS other
         WHERE asked.name_key <> ''
        UNION ALL
        SELECT asked.id, other.id, 'phone',
               CASE WHEN other.name_key = asked.name_key AND asked.whole THEN 90 ELSE 40 END
          FROM asked
         CROSS JOIN LATERAL (
               SELECT lead.id, lead.name_key FROM leads_lead AS lead
                WHERE lead.tenant_id = %(tenant_id)s AND lead.phone_key = asked.phone_key AND lead.id <> asked.id
                  AND lead.merged_into_id IS NULL
                ORDER BY lead.id LIMIT %(switchboard)s) AS other
         WHERE asked.phone_key <> ''
           AND (SELECT count(*) FROM (SELECT FROM leads_lead AS lead
                                       WHERE lead.tenant_id = %(tenant_id)s AND lead.phone_key = asked.phone_key
                                         AND lead.merged_into_id IS NULL
                                       LIMIT %(switchboard)s + 1) AS listed) <= %(switchboard)s
        UNION ALL
        SELECT asked.id, other.id, 'browser', CASE WHEN asked.whole THEN 90 ELSE 60 END
          FROM asked
          JOIN tracking_binding AS mine
            ON mine.tenant_id = %(tenant_id)s AND mine.lead_id = asked.id AND mine.took AND mine.undone_at IS NULL
          JOIN tracking_binding AS theirs
            ON theirs.tenant_id = %(tenant_id)s AND theirs.visitor_id = mine.visitor_id AND theirs.lead_id <> asked.id
           AND theirs.took AND theirs.undone_at IS NULL
          JOIN leads_lead AS other
            ON other.tenant_id = %(tenant_id)s AND other.id = theirs.lead_id AND other.name_key = asked.name_key
         WHERE asked.name_key <> ''
        UNION ALL
        SELECT asked.id, other.id, 'bounced', 70
          FROM asked
         CROSS JOIN LATERAL (
               SELECT lead.id FROM leads_lead AS lead
                WHERE lead.tenant_id = %(tenant_id)s AND lead.name_key = asked.name_key AND lead.id <> asked.id
                  AND lead.email_key IS DISTINCT FROM asked.email_key
                  AND lead.merged_into_id IS NULL
                ORDER BY lead.id LIMIT %(namesakes)s) AS other
         WHERE asked.name_key <> '' AND asked.whole
           AND (SELECT count(*) FROM (SELECT FROM tracking_daily AS daily
                 WHERE daily.tenant_id = %(tenant_id)s AND daily.lead_id = ANY (ARRAY[asked.id, other.id])
                   AND daily.name = %(bounced)s LIMIT 1) AS once) = 1
    )
    SELECT least(a, b), greatest(a, b), array_agg(DISTINCT reason),
           least(99, max(points) + 5 * (count(DISTINCT reason) - 1))::int
      FROM reasons GROUP BY 1, 2
"""
FORGET = """
    DELETE FROM leads_suggestion AS suggestion
     WHERE suggestion.tenant_id = %(tenant_id)s AND suggestion.dismissed_at IS NULL
       AND (suggestion.one_id = ANY (%(ids)s::bigint[]) OR suggestion.other_id = ANY (%(ids)s::bigint[]))
       AND NOT EXISTS (SELECT FROM unnest(%(one)s::bigint[], %(other)s::bigint[]) AS found(one, other)
                        WHERE found.one = suggestion.one_id AND found.other = suggestion.other_id)
"""
KEEP = """
    INSERT INTO leads_suggestion AS suggestion (tenant_id, public_id, one_id, other_id, reasons, confidence, found_at)
    SELECT %(tenant_id)s, public_id, one, other, reasons::text[], confidence, %(now)s
      FROM unnest(%(public_ids)s::text[], %(one)s::bigint[], %(other)s::bigint[], %(reasons)s::text[],
                  %(confidence)s::smallint[]) AS found(public_id, one, other, reasons, confidence)
     ORDER BY one, other
    ON CONFLICT (tenant_id, one_id, other_id) DO UPDATE
       SET reasons = excluded.reasons, confidence = excluded.confidence
     WHERE (suggestion.reasons, suggestion.confidence) IS DISTINCT FROM (excluded.reasons, excluded.confidence)
"""
