"""Whom a condition is about: the row it is judged on and the events that are that row's.

A person is judged on `lead`. A browser is judged on `visitor`, with the person it belongs to beside it: nobody is there
for an unknown visitor, so everything asked about the person is unknown, and each leaf is true or false all the same.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Audience:
    """`rows` is what to select from, `key` the id of one, `doer` the column of `event` that holds it.

    everybody: the rows of the tenant that conditions are about; a person merged into another is not one of them.
    standing: what `compile` adds, so that no statement takes those for people; None: every row is one.
    known_since: when we first knew of it, for "has not within n days"; None: as the event words say.
    """

    rows: str
    key: str
    doer: str
    everybody: str
    standing: str | None = None
    known_since: str | None = None


LEADS = Audience(
    rows="leads_lead AS lead",
    key="lead.id",
    doer="event.lead_id",
    everybody="lead.tenant_id = %(tenant_id)s AND lead.merged_into_id IS NULL",
    standing="lead.merged_into_id IS NULL",
)
VISITORS = Audience(
    rows="""tracking_visitor AS visitor
      LEFT JOIN leads_lead AS lead ON lead.tenant_id = visitor.tenant_id AND lead.id = visitor.lead_id""",
    key="visitor.id",
    doer="event.visitor_id",
    everybody="visitor.tenant_id = %(tenant_id)s",
    known_since="visitor.first_seen_at",
)
