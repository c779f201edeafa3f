"""Deals as they stand, to be compared and put back: their values, and the people who are part of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson

from lifecycle.actions.deals import LINK
from ma_platform.db import sql

Json = dict[str, Any]  # Any: JSON
FIELDS = {"company_id": "company"}  # columns that go by another name in files
PEOPLE = "lead_email"


@dataclass(frozen=True, slots=True)
class State:
    """One deal: `values` by column (moments in UTC, amounts as text), `people` in order."""

    id: int
    public_id: str
    external_id: str
    updated_at: str
    values: Json
    people: tuple[int, ...]


def states(external_ids: Collection[str]) -> dict[str, State]:
    """By external id; those that are not there are missing."""
    return {one.external_id: one for one in _states(external_ids, [])}


def locked_states(public_ids: Collection[str]) -> dict[str, State]:
    """By public id, locked in the order of their numbers."""
    sql.run(LOCK, public_ids=list(public_ids))
    return {one.public_id: one for one in _states([], public_ids)}


def _states(external_ids: Collection[str], public_ids: Collection[str]) -> list[State]:
    rows = sql.run(STATES, external_ids=list(external_ids), public_ids=list(public_ids)).rows
    return [
        State(number, public_id, external_id, updated_at, orjson.loads(values), tuple(people))
        for number, public_id, external_id, updated_at, values, people in rows
    ]


def difference(was: State | None, left: State) -> Json:
    """What undo needs of a change: {"made", "values": {column: [before, after]}, "people": [before, after]}."""
    stamps = {"updated": [was.updated_at if was else None, left.updated_at]}
    if was is None:
        return {"made": True, **stamps}
    values = {name: [old, left.values[name]] for name, old in was.values.items() if old != left.values[name]}
    people = {"people": [was.people, left.people]} if was.people != left.people else {}
    return {"made": False, "values": values, **people, **stamps}


def restored(here: State, before: Json, stand_for: Mapping[int, int]) -> tuple[State, set[str]]:
    """The deal with what is still as it was left put back, and the fields that were changed since."""
    later = {name for name, (_old, new) in before["values"].items() if here.values[name] != new}
    values = {name: old for name, (old, _new) in before["values"].items() if name not in later}
    people = here.people
    if "people" in before:
        old, new = (tuple(sorted({stand_for[one] for one in ids if one in stand_for})) for ids in before["people"])
        later |= {PEOPLE} if here.people != new else set()
        people = here.people if here.people != new else old
    stamp = before["updated"]
    updated_at = stamp[0] if not later and here.updated_at == stamp[1] else here.updated_at
    put = replace(here, values={**here.values, **values}, people=people, updated_at=updated_at)
    return put, {FIELDS.get(name, name) for name in later}


def put(deals: Sequence[State]) -> None:
    """Write these deals and their people as stated; two statements."""
    if not deals:
        return
    lines = [{"id": one.id, "updated_at": one.updated_at, **one.values} for one in deals]
    sql.run(PUT, rows=orjson.dumps(lines).decode())
    links = [(one.id, lead) for one in deals for lead in one.people]
    sql.run(
        LINK,
        stated=[one.id for one in deals],
        deal_id=[deal for deal, _lead in links],
        lead_id=[lead for _deal, lead in links],
    )


def remove(deal_ids: Collection[int]) -> None:
    """Take deals away, with their people's part in them."""
    if deal_ids:
        sql.run(REMOVE, ids=sorted(deal_ids))


def standing(lead_ids: Collection[int]) -> dict[int, int]:
    """Who stands for each of these people today; whoever was erased is missing."""
    return dict(sql.run(STANDING, ids=sorted(lead_ids)).rows) if lead_ids else {}


STATES = """
    SELECT deal.id, deal.public_id, deal.external_id, (deal.updated_at AT TIME ZONE 'UTC')::text AS updated_at,
           jsonb_build_object(
               'name', deal.name, 'company_id', deal.company_id, 'amount', deal.amount::text,
               'currency', deal.currency, 'stage', deal.stage, 'status', deal.status, 'lost_reason', deal.lost_reason,
               'closed_at', (deal.closed_at AT TIME ZONE 'UTC')::text, 'products', deal.products)::text AS values,
           ARRAY(SELECT person.lead_id FROM lifecycle_deallead AS person
                  WHERE person.tenant_id = %(tenant_id)s AND person.deal_id = deal.id ORDER BY 1) AS people
      FROM lifecycle_deal AS deal
     WHERE deal.tenant_id = %(tenant_id)s
       AND (deal.external_id = ANY (%(external_ids)s::text[]) OR deal.public_id = ANY (%(public_ids)s::text[]))
"""
LOCK = """
    SELECT deal.id FROM lifecycle_deal AS deal
     WHERE deal.tenant_id = %(tenant_id)s AND deal.public_id = ANY (%(public_ids)s::text[])
     ORDER BY deal.id FOR UPDATE
"""
PUT = """
    UPDATE lifecycle_deal AS deal
       SET name = former.name, amount = former.amount, currency = former.currency, stage = former.stage,
           company_id = (SELECT coalesce(firm.merged_into_id, firm.id) FROM leads_company AS firm
                          WHERE firm.tenant_id = %(tenant_id)s AND firm.id = former.company_id),
           status = former.status, lost_reason = former.lost_reason, products = former.products,
           closed_at = former.closed_at AT TIME ZONE 'UTC', updated_at = former.updated_at AT TIME ZONE 'UTC'
      FROM jsonb_to_recordset(%(rows)s::jsonb)
           AS former(id bigint, name text, company_id bigint, amount numeric, currency text, stage text, status text,
                     lost_reason text, closed_at timestamp, products jsonb, updated_at timestamp)
     WHERE deal.tenant_id = %(tenant_id)s AND deal.id = former.id
"""
REMOVE = "DELETE FROM lifecycle_deal WHERE tenant_id = %(tenant_id)s AND id = ANY (%(ids)s::bigint[])"
STANDING = """
    SELECT id, coalesce(merged_into_id, id) FROM leads_lead
     WHERE tenant_id = %(tenant_id)s AND id = ANY (%(ids)s::bigint[])
"""
