"""Accounts a customer's server speaks of by `userId`: the lead with that external id, without an identify before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ma_platform.db import sql
from tracking.actions import Sign, bind_visitors
from tracking.catalogue import Event, Fact

PEOPLE = (Event.LEAD_CREATED, Event.LEAD_UPDATED)


@dataclass(frozen=True, slots=True)
class _Found:
    key: str
    lead_id: int
    at: datetime


def recognise_accounts(facts: Sequence[Fact]) -> int:
    """Bind accounts nobody has (`user:<id>`, which only a secret key can name) to the lead of that external id.

    Either side may have come first. Returns how many were bound; at most two queries when there is none.
    """
    seen = sorted({fact.visitor_id for fact in facts if fact.lead_id is None and fact.visitor_id is not None})
    known = sorted({fact.lead_id for fact in facts if fact.name in PEOPLE and fact.lead_id is not None})
    found = sql.typed(OF_VISITORS, _Found, ids=seen) if seen else []
    found += sql.typed(OF_LEADS, _Found, ids=known) if known else []
    signs = {one.key: Sign(one.key, one.lead_id, "identify", one.at) for one in found}
    return sum(one.bound for one in bind_visitors(list(signs.values())))


OF_VISITORS = """
    SELECT visitor.key, identifier.lead_id, visitor.first_seen_at AS at
      FROM tracking_visitor AS visitor
      JOIN leads_leadidentifier AS identifier
        ON identifier.tenant_id = visitor.tenant_id AND identifier.kind = 'external_id'
       AND identifier.value = substr(visitor.key, 6)
     WHERE visitor.tenant_id = %(tenant_id)s AND visitor.id = ANY (%(ids)s::bigint[]) AND visitor.lead_id IS NULL
       AND starts_with(visitor.key, 'user:')
"""
OF_LEADS = """
    SELECT visitor.key, identifier.lead_id, visitor.first_seen_at AS at
      FROM leads_leadidentifier AS identifier
      JOIN tracking_visitor AS visitor
        ON visitor.tenant_id = identifier.tenant_id AND visitor.key = 'user:' || identifier.value
       AND visitor.lead_id IS NULL
     WHERE identifier.tenant_id = %(tenant_id)s AND identifier.lead_id = ANY (%(ids)s::bigint[])
       AND identifier.kind = 'external_id'
"""
