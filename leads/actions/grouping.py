"""What a believed `group` message says: which company a known person belongs to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from leads.actions.batch import load_batch
from leads.actions.company_finding import Stated, firms, sole_owners
from leads.actions.company_past import remember_made
from leads.actions.store import Provenance, store
from leads.entry import COMPANY_LIMIT, LeadInput, clean_text, read_entry
from leads.identity import find_address
from leads.merging import Rules
from leads.proofs import Claim, read_claim
from ma_platform.db import sql
from ma_platform.tenancy.queries import settings_of
from tracking.actions import NewFact, record_many
from tracking.catalogue import Event, Fact

SOURCE = "group"


@dataclass(frozen=True, slots=True)
class _Said:
    """`name` may be "" where a domain is known. The domain is a secret key's word only."""

    lead_id: int
    name: str
    domain: str


def state_companies(facts: Sequence[Fact], *, now: datetime) -> int:
    """Give people the company they are grouped under; returns how many changed.

    The person is who the message names, or whose browser it is where a secret key names nobody; nobody is made.
    """
    settings = settings_of()
    secret, old = settings.identify_secret, settings.believed_old_secret(now=now)
    claims = [(fact, read_claim(fact.props, secret=secret, old=old)) for fact in facts]
    people = _people([(fact, claim) for fact, claim in claims if claim.trusted or claim.proven_id])
    said = _named(list(filter(None, (_said(fact, claim, people) for fact, claim in claims))))
    return _write({one.lead_id: one for one in said if one.name}, now=now)


def _people(believed: Sequence[tuple[Fact, Claim]]) -> dict[str | int, int]:
    """Person by external id and by browser's number."""
    ids = {claim.user_id for _, claim in believed if claim.user_id}
    browsers = {fact.visitor_id for fact, claim in believed if not claim.user_id and fact.visitor_id is not None}
    found: dict[str | int, int] = dict(sql.run(BY_ID, ids=sorted(ids)).rows) if ids else {}
    return found | dict(sql.run(BY_BROWSER, ids=sorted(browsers)).rows) if browsers else found


def _said(fact: Fact, claim: Claim, people: Mapping[str | int, int]) -> _Said | None:
    lead_id = people.get(claim.user_id or fact.visitor_id or 0) if claim.trusted or claim.proven_id else None
    if lead_id is None:
        return None
    traits = fact.props.get("traits") or {}
    name = clean_text(_text(traits, "name"))[:COMPANY_LIMIT]
    return _Said(lead_id, name, _domain(traits) if claim.trusted else "")


def _text(traits: Mapping[str, Any], name: str) -> str:  # Any: the sender's JSON
    return value if isinstance(value := traits.get(name), str) else ""


def _domain(traits: Mapping[str, Any]) -> str:  # Any: the sender's JSON
    """The mail domain: stated, or the website's without "www."."""
    stated = _text(traits, "domain").strip()
    if not stated:
        website = _text(traits, "website").strip()
        try:
            stated = (urlsplit(website if "//" in website else f"//{website}").hostname or "").removeprefix("www.")
        except ValueError:
            return ""
    address = find_address(f"x@{stated}") if stated else None
    return address.domain if address else ""


def _named(said: Sequence[_Said]) -> list[_Said]:
    """A domain alone means the one company that owns it."""
    owners = sole_owners({one.domain for one in said if not one.name})
    return [one if one.name else _Said(one.lead_id, owners.get(one.domain, (0, ""))[1], "") for one in said]


def _write(said: Mapping[int, _Said], *, now: datetime) -> int:
    if not said:
        return 0
    # Made with the domain, where they are new: stated by a person, a company has that of the person's address.
    found = firms([Stated(one.name, domain=one.domain) for one in said.values()], now=now)
    origin = Provenance(SOURCE, None, now)
    remember_made([firm.id for firm in found if firm.created], origin)
    entries = {lead_id: read_entry(LeadInput(company=one.name)) for lead_id, one in said.items()}
    batch = load_batch(list(entries.values()), now=now, also=sorted(entries))
    present = {standing.id: standing for standing in batch.standings.values()}
    for lead_id in entries.keys() & present.keys():
        batch.join(entries[lead_id], present[lead_id], Rules())
    store(batch, origin)
    changed = [standing for standing in batch.standings.values() if standing.changed]
    fields = [{"source": SOURCE, "fields": list(standing.changed)} for standing in changed]
    record_many(
        [
            NewFact(Event.LEAD_UPDATED, lead=standing.id, at=now, props=props)
            for standing, props in zip(changed, fields, strict=True)
        ]
    )
    return len(changed)


BY_ID = """
    SELECT identifier.value, coalesce(lead.merged_into_id, lead.id)
      FROM leads_leadidentifier AS identifier
      JOIN leads_lead AS lead ON lead.tenant_id = identifier.tenant_id AND lead.id = identifier.lead_id
     WHERE identifier.tenant_id = %(tenant_id)s AND identifier.kind = 'external_id'
       AND identifier.value = ANY (%(ids)s::text[])
"""
BY_BROWSER = """
    SELECT visitor.id, coalesce(lead.merged_into_id, lead.id)
      FROM tracking_visitor AS visitor
      JOIN leads_lead AS lead ON lead.tenant_id = visitor.tenant_id AND lead.id = visitor.lead_id
     WHERE visitor.tenant_id = %(tenant_id)s AND visitor.id = ANY (%(ids)s::bigint[])
"""
