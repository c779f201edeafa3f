"""What a file may say about mailing people: it adds a basis or a refusal, and never lifts a refusal."""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from leads.actions.imports.kinds import Order
from leads.entry import Permission
from ma_platform.db import sql


def permitted(people: Sequence[tuple[int, Sequence[Permission]]], order: Order) -> tuple[set[int], set[int]]:
    """Add lines to the ledger as one statement: (people whose refusal stands, people who got a line).

    A line that says what the ledger says already is not written again, so the same file twice changes nothing. Whoever
    is refused by one of these rows gets no basis from another, or from the same one.
    """
    lines = [{"lead_id": lead, "topic": one.topic, "state": one.state} for lead, said in people for one in said]
    if order.basis and order.topic:
        lines += [{"lead_id": lead, "topic": order.topic, "state": "granted"} for lead, _said in people]
    if not lines:
        return set(), set()
    rows = sql.run(
        ADD_PERMISSIONS,
        lines=orjson.dumps(lines).decode(),
        basis=order.basis or "consent",
        evidence=orjson.dumps(dict(order.evidence)).decode(),
        source=order.source,
        now=order.now,
    ).rows
    return {lead for lead, written in rows if not written}, {lead for lead, written in rows if written}


# Refusals: any word of no for the topic or for all, not followed by a fresh consent; a basis also by one of this very
# statement. A refusal never lies before a line of an earlier chunk, whose worker's clock may be ahead.
ADD_PERMISSIONS = """
    WITH said AS (
        SELECT DISTINCT lead_id, topic, state
          FROM jsonb_to_recordset(%(lines)s::jsonb) AS line(lead_id bigint, topic text, state text)
    ), judged AS (
        SELECT said.*, said.state = 'granted' AND EXISTS (
                   SELECT FROM said AS no
                    WHERE no.lead_id = said.lead_id AND no.state = 'refused' AND no.topic IN (said.topic, '*'))
               OR EXISTS (
                   SELECT FROM leads_consent AS no
                    WHERE no.tenant_id = %(tenant_id)s AND no.lead_id = said.lead_id AND no.state = 'refused'
                      AND no.topic IN (said.topic, '*')
                      AND NOT EXISTS (
                          SELECT FROM leads_consent AS later
                           WHERE later.tenant_id = %(tenant_id)s AND later.lead_id = said.lead_id
                             AND later.topic IN (said.topic, '*') AND later.state = 'granted'
                             AND later.basis = 'consent' AND (later.at, later.id) > (no.at, no.id))) AS refused,
               EXISTS (
                   SELECT FROM leads_consent AS yes
                    WHERE yes.tenant_id = %(tenant_id)s AND yes.lead_id = said.lead_id AND yes.state = 'granted'
                      AND yes.topic IN (said.topic, '*')
                      AND yes.basis IN ('consent', %(basis)s)) AS granted
          FROM said
    ), written AS (
        INSERT INTO leads_consent (tenant_id, lead_id, topic, state, basis, at, evidence)
        SELECT %(tenant_id)s, judged.lead_id, judged.topic, judged.state,
               CASE judged.state WHEN 'granted' THEN %(basis)s END,
               CASE judged.state WHEN 'granted' THEN %(now)s ELSE greatest(%(now)s, (
                   SELECT max(own.at) FROM leads_consent AS own
                    WHERE own.tenant_id = %(tenant_id)s AND own.lead_id = judged.lead_id
                      AND own.evidence ->> 'source' = %(source)s)) END,
               %(evidence)s::jsonb
          FROM judged
         WHERE NOT judged.refused AND NOT (judged.state = 'granted' AND judged.granted)
         ORDER BY judged.lead_id, judged.topic
        RETURNING lead_id
    )
    SELECT lead_id, true FROM written
     UNION ALL
    SELECT lead_id, false FROM judged WHERE judged.refused AND judged.state = 'granted'
"""


def worn_tags(lead_ids: Sequence[int]) -> dict[int, set[str]]:
    """Tags people carry, by person."""
    worn: dict[int, set[str]] = {}
    for lead_id, name in sql.run(WORN, lead_ids=list(lead_ids)).rows if lead_ids else ():
        worn.setdefault(lead_id, set()).add(name)
    return worn


WORN = """
    SELECT worn.lead_id, tag.name
      FROM leads_leadtag AS worn
      JOIN leads_tag AS tag ON tag.tenant_id = (SELECT %(tenant_id)s::bigint) AND tag.id = worn.tag_id
     WHERE worn.tenant_id = (SELECT %(tenant_id)s::bigint) AND worn.lead_id = ANY (%(lead_ids)s::bigint[])
"""
