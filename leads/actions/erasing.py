"""A person erased: the row, what hangs on it, what they did, and what rooms above keep about them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from leads.actions.upsert import Actor
from leads.models import Lead
from ma_platform import audit
from ma_platform.db import sql
from tracking.actions import erase_person
from tracking.catalogue import Fact


@dataclass(frozen=True, slots=True)
class Gone:
    """Who is about to go: to find what is kept under the number or the address."""

    lead_id: int
    email: str


@dataclass(frozen=True, slots=True)
class Erasure:
    """What erasing removed: `rows` of people, `events` of the log."""

    public_id: str
    rows: int
    events: int = 0


Forgetting = Callable[[Gone], None]
_forgetting: list[tuple[str, Forgetting]] = []


def at_erasure(forget: Forgetting) -> Forgetting:
    """Run `forget(gone)` in the transaction that erases a person, before the row goes."""
    _forgetting.append((f"{forget.__module__}.{forget.__qualname__}", forget))
    return forget


@transaction.atomic
def erase_lead(lead: Lead, *, by: Actor, now: datetime) -> Erasure:
    """Remove the person and everything about them: tags, consents, history, score, position, runs, mails, forms sent,
    events and browsers; also whoever was joined with them. What is left: the audit line with the public id, and the
    hash of a suppressed address.
    """
    public_id = lead.public_id
    rows = sql.run(LOCK_LEADS, lead_id=lead.pk).rows  # nobody writes about them meanwhile what nobody would forget
    everybody = [Gone(pk, email) for pk, email, _key in rows]
    for gone in everybody:
        for _name, forget in sorted(_forgetting, key=lambda one: one[0]):
            forget(gone)
    done = erase_person(lead.pk, now=now, also=[gone.lead_id for gone in everybody if gone.lead_id != lead.pk])
    sql.run(ERASE_HINTS, email_keys=[key for _pk, _email, key in rows if key])
    erased = sql.run(ERASE_LEADS, ids=[gone.lead_id for gone in everybody]).rowcount
    audit.record(by, "lead.erased", public_id, at=now)
    return Erasure(public_id, erased, done.events)


def forget_browsers_hints(facts: Sequence[Fact]) -> int:
    """Browsers that are gone leave no unproven addresses; those that only lost events keep theirs. Returns hints
    deleted.
    """
    ids = sorted({int(one) for fact in facts for one in fact.props.get("visitors", ())})
    return sql.run(ERASE_BROWSER_HINTS, ids=ids).rowcount if ids else 0


# Plain SQL: the database's own keys take along what hangs on the row, also in rooms above this one.
LOCK_LEADS = """
    SELECT id, email, email_key FROM leads_lead
     WHERE tenant_id = %(tenant_id)s AND (id = %(lead_id)s OR merged_into_id = %(lead_id)s)
     ORDER BY id FOR UPDATE
"""
ERASE_LEADS = "DELETE FROM leads_lead WHERE tenant_id = %(tenant_id)s AND id = ANY (%(ids)s::bigint[])"
ERASE_HINTS = """
    DELETE FROM leads_identityhint WHERE tenant_id = %(tenant_id)s AND email_key = ANY (%(email_keys)s::text[])
"""
ERASE_BROWSER_HINTS = """
    DELETE FROM leads_identityhint AS hint
     WHERE hint.tenant_id = %(tenant_id)s AND hint.visitor_id = ANY (%(ids)s::bigint[])
       AND NOT EXISTS (SELECT FROM tracking_visitor AS visitor
                        WHERE visitor.tenant_id = %(tenant_id)s AND visitor.id = hint.visitor_id)
"""
