"""People named by identify messages: the believed ones become leads with their browser, the others leave a hint."""

from collections.abc import Sequence
from datetime import datetime

from leads.actions.upsert import Upserted, upsert_leads
from leads.merging import Rules
from leads.models import Lead
from leads.proofs import Claim, read_claim, stated_lead
from ma_platform.db import sql
from ma_platform.tenancy.queries import settings_of
from tracking.actions import Sign, bind_visitors
from tracking.catalogue import Fact

Claimed = tuple[Fact, Claim]


def recognise(facts: Sequence[Fact], *, now: datetime) -> int:
    """Returns how many messages were believed. A public key's address never merges, overwrites or binds."""
    settings = settings_of()
    secret, old = settings.identify_secret, settings.believed_old_secret(now=now)
    claims = [(fact, read_claim(fact.props, secret=secret, old=old)) for fact in facts]
    # Only a secret key, or a hash over the address, speaks for an address; a hash over the user id may fill it in.
    full = [pair for pair in claims if pair[1].trusted or pair[1].proven_email]
    partial = [pair for pair in claims if pair[1].proven_id and not (pair[1].trusted or pair[1].proven_email)]
    _bind(full, _upsert(full, Rules(), now))
    _bind(partial, _upsert(partial, Rules(fields={"email": "fill"}), now))
    _hint([pair for pair in claims if not pair[1].believed and pair[1].email_key])
    return len(full) + len(partial)


def _upsert(claims: Sequence[Claimed], rules: Rules, now: datetime) -> list[Upserted]:
    if not claims:
        return []
    taken = _taken([claim for _, claim in claims if not (claim.trusted or claim.proven_email)])
    said = [stated_lead(claim, fact.props.get("traits", {}), without=taken) for fact, claim in claims]
    return upsert_leads(said, by=None, now=now, policy=rules, source="identify")


def _taken(claims: Sequence[Claim]) -> frozenset[str]:
    """Addresses of somebody already, which a proof over the user id alone may not speak for."""
    keys = [claim.email_key for claim in claims if claim.email_key]
    return (
        frozenset(Lead.objects.filter(email_key__in=keys).values_list("email_key", flat=True)) if keys else frozenset()
    )


def _bind(claims: Sequence[Claimed], results: Sequence[Upserted]) -> None:
    keys = _visitor_keys([fact for fact, _ in claims])
    signs = [
        Sign(keys[fact.visitor_id], result.lead_id, "identify", fact.occurred_at)
        for (fact, _), result in zip(claims, results, strict=True)
        if result.lead_id is not None and fact.visitor_id in keys
    ]
    bind_visitors(signs)


def _visitor_keys(facts: Sequence[Fact]) -> dict[int | None, str]:
    ids = sorted({fact.visitor_id for fact in facts if fact.visitor_id is not None})
    return dict(sql.run(VISITOR_KEYS, ids=ids).rows) if ids else {}


VISITOR_KEYS = """
    SELECT visitor.id, visitor.key FROM tracking_visitor AS visitor
     WHERE visitor.tenant_id = %(tenant_id)s AND visitor.id = ANY(%(ids)s::bigint[])
       AND NOT starts_with(visitor.key, 'claimed:')
"""  # an account that only a stranger spoke of is nobody's browser, whatever one message proves


def _hint(claims: Sequence[Claimed]) -> None:
    seen = {
        (fact.visitor_id, claim.email_key): fact.occurred_at for fact, claim in claims if fact.visitor_id is not None
    }
    if seen:
        pairs = sorted(seen, key=str)
        sql.run(
            KEEP_HINTS,
            visitor_ids=[visitor_id for visitor_id, _ in pairs],
            email_keys=[key for _, key in pairs],
            moments=[seen[pair] for pair in pairs],
        )


KEEP_HINTS = """
    INSERT INTO leads_identityhint (tenant_id, visitor_id, email_key, at)
    SELECT %(tenant_id)s, hint.visitor_id, hint.email_key, hint.at
      FROM unnest(%(visitor_ids)s::bigint[], %(email_keys)s::text[], %(moments)s::timestamptz[])
               AS hint(visitor_id, email_key, at)
        ON CONFLICT (tenant_id, visitor_id, email_key) DO UPDATE SET at = excluded.at
"""
