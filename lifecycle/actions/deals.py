"""Deals as an SFA states them: found by their external id, with the people they move along."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

import orjson
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from leads.actions import upsert_companies
from leads.actions.segments import stir
from leads.catalogue import find_address
from leads.models import Company, Lead
from leads.queries import survivors
from lifecycle import stages
from lifecycle.actions.stages import Moved, follow_rule
from ma_platform import ids
from ma_platform.db import sql
from ma_platform.errors import DomainError
from ma_platform.tenancy.reach import everybody
from scoring.actions import Marker, reset_markers, reset_scores
from tracking.actions import NewFact, SubjectRef, record_many
from tracking.catalogue import Event


class UnknownPeople(DomainError):
    """A deal names people the workspace does not have."""

    code = "unknown_leads"
    message = _("These people are not known here: %(people)s")


@dataclass(frozen=True, kw_only=True)
class DealInput:
    """One deal as stated; None = not said. `lead_emails` and `leads` (public ids) replace the people when given.

    `external_id` is the number other systems know the deal by; `own_number` makes one for a deal that has none.
    """

    external_id: str
    name: str | None = None
    lead_emails: Sequence[str] | None = None
    leads: Sequence[str] | None = None
    company: str | None = None
    amount: Decimal | None = None
    currency: str | None = None
    stage: str | None = None
    status: str | None = None
    lost_reason: str | None = None
    closed_at: datetime | None = None
    products: Sequence[str] | None = None


@dataclass(frozen=True)
class UpsertedDeal:
    """What became of one deal. `was` is its status before; None for a new one."""

    id: int
    public_id: str
    external_id: str
    name: str
    status: str
    was: str | None
    closed_at: datetime | None

    @property
    def turned(self) -> bool:
        return self.status != self.was


@dataclass(frozen=True, slots=True)
class Caused:
    """What stating deals set going, by the deal's number: so much is needed to take it back.

    facts: ids in the log, all at the moment it was stated. moves: of its people. markers: of scores begun anew.
    """

    facts: dict[int, list[str]] = field(default_factory=dict)
    moves: dict[int, list[Moved]] = field(default_factory=dict)
    markers: dict[int, list[Marker]] = field(default_factory=dict)


def own_number() -> str:
    """A number for a deal that no other system has given one: own_number() == "MA-7K2P9XQRTB"."""
    return f"MA-{ids.code().upper()}"


OUTCOMES = {
    "open": (Event.DEAL_OPENED, stages.DEAL_OPENED),
    "won": (Event.DEAL_WON, stages.DEAL_WON),
    "lost": (Event.DEAL_LOST, stages.DEAL_LOST),
}


def upsert_deals(rows: Sequence[DealInput], *, now: datetime) -> list[UpsertedDeal]:
    """Make or change deals, one per external id; facts and stage moves follow. Answers in the order of `rows`.

    A deal that opens, is won or lost moves its people: to opportunity, customer, or recycled with a fresh score (unless
    another deal of theirs is open); people who join a deal later move along then. Said again, it moves nobody: where a
    person put them since, they stay. Raises UnknownPeople before anything is written.
    """
    return state_deals(rows, now=now)[0]


def state_deals(rows: Sequence[DealInput], *, now: datetime) -> tuple[list[UpsertedDeal], Caused]:
    """As `upsert_deals`, with what it set going."""
    distinct = {row.external_id: row for row in rows}
    people = _people(list(distinct.values()))
    companies = _companies(list(distinct.values()), now=now)
    stated = orjson.dumps([_line(row, companies) for row in distinct.values()], default=str).decode()
    deals = {deal.external_id: deal for deal in sql.typed(UPSERT, UpsertedDeal, rows=stated, now=now)}
    with everybody():  # a deal is of all its people, also of those whom whoever states it does not see
        before = {lead for _deal, lead in _people_of(deals.values())}
    links = [(deals[key].id, lead) for key, leads in people.items() for lead in leads]
    joined = sql.run(
        LINK,
        stated=[deals[key].id for key in people],
        deal_id=[deal for deal, _lead in links],
        lead_id=[lead for _deal, lead in links],
    ).rows
    with everybody():
        caused = _follow(list(deals.values()), set(joined), now=now)
        stir({*before, *(lead for _deal, lead in links)}, ["deal."], now=now)
    return [deals[row.external_id] for row in rows], caused


def _people(rows: Sequence[DealInput]) -> dict[str, list[int]]:
    """Primary keys of the stated people by external id; deals that say nothing of people are left out."""
    emails = {_key(address) for row in rows for address in row.lead_emails or ()}
    named = {public_id for row in rows for public_id in row.leads or ()}
    standing = Coalesce("merged_into_id", "id")  # who stands for the one the address names
    known = dict(Lead.objects.filter(email_key__in=emails).values_list("email_key", standing))
    known |= survivors(named)
    if missing := sorted((emails | named) - set(known)):
        raise UnknownPeople(people=", ".join(missing[:20]))
    return {
        row.external_id: sorted(
            {known[_key(address)] for address in row.lead_emails or ()}
            | {known[public_id] for public_id in row.leads or ()}
        )
        for row in rows
        if row.lead_emails is not None or row.leads is not None
    }


def _key(address: str) -> str:
    """The folded address; text that is none stands for itself, and is known to nobody."""
    found = find_address(address)
    return found.key if found else address


def _companies(rows: Sequence[DealInput], *, now: datetime) -> dict[str, int]:
    names = sorted({row.company.strip() for row in rows if row.company and row.company.strip()})
    if not names:
        return {}
    made = upsert_companies([{"name": name} for name in names], now=now, source="deal")
    by_public_id = dict(Company.objects.filter(public_id__in=[one for one, _ in made]).values_list("public_id", "id"))
    return {name: by_public_id[public_id] for name, (public_id, _) in zip(names, made, strict=True)}


def _line(row: DealInput, companies: dict[str, int]) -> dict[str, object]:
    return {
        "public_id": ids.new("deal"),
        "external_id": row.external_id,
        "name": row.name,
        "company_id": companies.get((row.company or "").strip()),
        "amount": str(row.amount) if row.amount is not None else None,
        "currency": row.currency,
        "stage": row.stage,
        "status": row.status,
        "lost_reason": row.lost_reason,
        "closed_at": row.closed_at.isoformat() if row.closed_at else None,
        "products": list(row.products) if row.products is not None else None,
    }


def _follow(deals: Sequence[UpsertedDeal], joined: Collection[tuple[int, int]], *, now: datetime) -> Caused:
    """Facts of the deals that turned, and the stages of their people and of those who joined just now."""
    people: dict[int, list[int]] = {}
    for deal_id, lead_id in _people_of(deals):
        people.setdefault(deal_id, []).append(lead_id)
    caused = Caused()
    _tell([deal for deal in deals if deal.turned], people, caused, now=now)
    for status, (_event, rule) in OUTCOMES.items():
        moved = {
            lead: deal.id
            for deal in deals
            if deal.status == status
            for lead in people.get(deal.id, ())
            if deal.turned or (status != "lost" and (deal.id, lead) in joined)
        }
        leads = _recycled(moved, caused, now=now) if status == "lost" else sorted(moved)
        for one in follow_rule(leads, rule, now=now):
            caused.moves.setdefault(moved[one.lead_id], []).append(one)
    return caused


def _people_of(deals: Iterable[UpsertedDeal]) -> list[tuple[int, int]]:
    """(deal, person) as they stand now."""
    return sql.run(PEOPLE, deal_ids=[deal.id for deal in deals]).rows


def _tell(deals: Sequence[UpsertedDeal], people: dict[int, list[int]], caused: Caused, *, now: datetime) -> None:
    nobody: list[int | None] = [None]
    facts = [(deal.id, _fact(deal, lead, now)) for deal in deals for lead in people.get(deal.id) or nobody]
    for deal_id, fact in facts:
        caused.facts.setdefault(deal_id, []).append(str(fact.id))
    record_many([fact for _deal_id, fact in facts])


def _recycled(moved: dict[int, int], caused: Caused, *, now: datetime) -> list[int]:
    """Those whom a lost deal frees, their scores begun anew."""
    free = _free(sorted(moved))
    for marker in reset_markers(free):
        caused.markers.setdefault(moved[marker.lead_id], []).append(marker)
    reset_scores(free, after=now, now=now)
    return free


def _free(lead_ids: list[int]) -> list[int]:
    """Those without another open deal."""
    return sorted(set(lead_ids) - set(sql.run(BUSY, lead_ids=lead_ids).values()))


def _fact(deal: UpsertedDeal, lead_id: int | None, now: datetime) -> NewFact:
    subject = SubjectRef("deal", deal.public_id, name=deal.name)
    props = {"deal": deal.public_id, "external_id": deal.external_id, "status": deal.status}
    return NewFact(OUTCOMES[deal.status][0], now, lead=lead_id, subject=subject, props=props, id=uuid7())


UPSERT = """
WITH stated AS (
    SELECT *
      FROM jsonb_to_recordset(%(rows)s::jsonb)
           AS deal(public_id text, external_id text, name text, company_id bigint, amount numeric, currency text,
                   stage text, status text, lost_reason text, closed_at timestamptz, products jsonb)
)
INSERT INTO lifecycle_deal AS deal
       (tenant_id, public_id, external_id, name, company_id, amount, currency, stage, status, lost_reason,
        closed_at, products, created_at, updated_at)
SELECT %(tenant_id)s, public_id, external_id, coalesce(nullif(name, ''), external_id), company_id, amount,
       coalesce(currency, 'JPY'), coalesce(stage, ''), coalesce(status, 'open'), coalesce(lost_reason, ''),
       coalesce(closed_at, CASE WHEN status IN ('won', 'lost') THEN %(now)s END),
       CASE WHEN jsonb_typeof(products) = 'array' THEN products ELSE '[]'::jsonb END, %(now)s, %(now)s
  FROM stated
 ORDER BY external_id
ON CONFLICT (tenant_id, external_id) DO UPDATE
   SET name = CASE WHEN excluded.name = excluded.external_id THEN deal.name ELSE excluded.name END,
       company_id = coalesce(excluded.company_id, deal.company_id),
       amount = coalesce(excluded.amount, deal.amount),
       currency = coalesce((SELECT stated.currency FROM stated WHERE stated.external_id = deal.external_id),
                           deal.currency),
       stage = coalesce((SELECT stated.stage FROM stated WHERE stated.external_id = deal.external_id), deal.stage),
       status = coalesce((SELECT stated.status FROM stated WHERE stated.external_id = deal.external_id),
                         deal.status),
       lost_reason = coalesce((SELECT stated.lost_reason FROM stated WHERE stated.external_id = deal.external_id),
                              deal.lost_reason),
       closed_at = CASE WHEN (SELECT stated.status FROM stated WHERE stated.external_id = deal.external_id) = 'open'
                        THEN NULL
                        ELSE coalesce((SELECT stated.closed_at FROM stated
                                        WHERE stated.external_id = deal.external_id),
                                      CASE WHEN excluded.status = deal.status THEN deal.closed_at END,
                                      excluded.closed_at, deal.closed_at) END,
       products = CASE WHEN excluded.products = '[]'::jsonb THEN deal.products ELSE excluded.products END,
       updated_at = %(now)s
RETURNING new.id, new.public_id, new.external_id, new.name, new.status, new.closed_at, old.status AS was
"""

LINK = """
WITH linked AS (
    SELECT * FROM unnest(%(deal_id)s::bigint[], %(lead_id)s::bigint[]) AS link(deal_id, lead_id)
), removed AS (
    DELETE FROM lifecycle_deallead AS person
     WHERE person.tenant_id = %(tenant_id)s AND person.deal_id = ANY(%(stated)s::bigint[])
       AND NOT EXISTS (SELECT FROM linked WHERE linked.deal_id = person.deal_id AND linked.lead_id = person.lead_id)
)
INSERT INTO lifecycle_deallead (tenant_id, deal_id, lead_id)
SELECT %(tenant_id)s, deal_id, lead_id FROM linked
ON CONFLICT (tenant_id, deal_id, lead_id) DO NOTHING
RETURNING deal_id, lead_id
"""

PEOPLE = """
    SELECT person.deal_id, person.lead_id
      FROM lifecycle_deallead AS person
     WHERE person.tenant_id = %(tenant_id)s AND person.deal_id = ANY(%(deal_ids)s::bigint[])
     ORDER BY person.deal_id, person.lead_id
"""

BUSY = """
    SELECT DISTINCT person.lead_id
      FROM lifecycle_deallead AS person
      JOIN lifecycle_deal AS deal ON deal.tenant_id = %(tenant_id)s AND deal.id = person.deal_id
     WHERE person.tenant_id = %(tenant_id)s AND person.lead_id = ANY(%(lead_ids)s::bigint[]) AND deal.status = 'open'
"""
