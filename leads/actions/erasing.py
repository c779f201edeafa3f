"""People erased: the row, what hangs on it, what they did, and what rooms above keep about them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from leads.actions.upsert import Actor
from leads.models import Lead
from ma_platform import audit
from ma_platform.db import sql
from ma_platform.tenancy.reach import everybody
from ma_platform.workspaces.actions.quotas import spend
from ma_platform.workspaces.quotas import Used
from tracking.actions import erase_people
from tracking.catalogue import Fact


@dataclass(frozen=True, slots=True)
class Gone:
    """Who is about to go: to find what is kept under the number or the address."""

    lead_id: int
    email: str


@dataclass(frozen=True, slots=True)
class Erasure:
    """What erasing removed: `public_ids` of those who were named, `rows` of people, `events` of the log."""

    public_ids: Sequence[str]
    rows: int
    events: int = 0


Forgetting = Callable[[Sequence[Gone]], None]
_forgetting: list[tuple[str, Forgetting]] = []


def at_erasure(forget: Forgetting) -> Forgetting:
    """Run `forget(people)` in the transaction that erases them, before the rows go; never with nobody."""
    _forgetting.append((f"{forget.__module__}.{forget.__qualname__}", forget))
    return forget


def erase_lead(lead: Lead, *, by: Actor, now: datetime) -> Erasure:
    """`erase_leads` for one."""
    return erase_leads([lead.pk], by=by, now=now)


@transaction.atomic
def erase_leads(lead_ids: Collection[int], *, by: Actor, now: datetime) -> Erasure:
    """Remove people and everything about them: tags, consents, history, score, position, runs, mails, forms sent,
    events and browsers; also whoever was joined with them. What is left: an audit line each with the public id, and the
    hashes of suppressed addresses. About thirty statements, however many; give at most some hundreds.
    """
    asked = sorted(Lead.objects.filter(pk__in=set(lead_ids)).values_list("pk", flat=True))
    with everybody():  # who was joined with them may have an owner out of reach, or none
        return _erased(asked, by=by, now=now)


def _erased(lead_ids: Sequence[int], *, by: Actor, now: datetime) -> Erasure:
    rows = sql.run(LOCK_LEADS, ids=lead_ids).rows  # nobody writes about them what nobody would forget
    going = [Gone(pk, email) for pk, _public_id, email, _key, _named in rows]
    if not going:
        return Erasure((), 0)
    _forget(going, [key for _pk, _public_id, _email, key, _named in rows if key])
    done = erase_people([gone.lead_id for gone in going], now=now)
    sql.run(ERASE_LEADS, ids=[gone.lead_id for gone in going])
    named = [public_id for _pk, public_id, _email, _key, named in rows if named]
    audit.record_each(by, "lead.erased", named, at=now)
    spend(Used.PEOPLE, -len(named))
    return Erasure(named, len(rows), done.events)


def forget_address(lead_id: int, email: str, email_key: str) -> None:
    """What is kept under a further address that is taken off a person; its row is still there."""
    _forget([Gone(lead_id, email)], [email_key])


def _forget(going: Sequence[Gone], email_keys: Sequence[str]) -> None:
    for _name, forget in sorted(_forgetting, key=lambda one: one[0]):
        forget(going)
    sql.run(ERASE_HINTS, email_keys=list(email_keys))


def forget_browsers_hints(facts: Sequence[Fact]) -> int:
    """Browsers that are gone leave no unproven addresses; those that only lost events keep theirs. Returns hints
    deleted.
    """
    ids = sorted({int(one) for fact in facts for one in fact.props.get("visitors", ())})
    return sql.run(ERASE_BROWSER_HINTS, ids=ids).rowcount if ids else 0


# Plain SQL: the database's own keys take along what hangs on the row, also in rooms above this one.
LOCK_LEADS = """
    WITH gone AS MATERIALIZED (
        SELECT lead.id FROM leads_lead AS lead
         WHERE lead.tenant_id = (SELECT %(tenant_id)s::bigint) AND lead.id = ANY (%(ids)s::bigint[])
         UNION
        SELECT aside.id FROM leads_lead AS aside
         WHERE aside.tenant_id = (SELECT %(tenant_id)s::bigint) AND aside.merged_into_id = ANY (%(ids)s::bigint[])
    )
    SELECT lead.id, lead.public_id, lead.email, lead.email_key, lead.id = ANY (%(ids)s::bigint[]) AS named
      FROM leads_lead AS lead
     WHERE lead.tenant_id = (SELECT %(tenant_id)s::bigint) AND lead.id IN (SELECT gone.id FROM gone)
     ORDER BY lead.id FOR UPDATE
"""
ERASE_LEADS = """
    DELETE FROM leads_lead WHERE tenant_id = (SELECT %(tenant_id)s::bigint) AND id = ANY (%(ids)s::bigint[])
"""
ERASE_HINTS = """
    DELETE FROM leads_identityhint WHERE tenant_id = %(tenant_id)s AND email_key = ANY (%(email_keys)s::text[])
"""
ERASE_BROWSER_HINTS = """
    DELETE FROM leads_identityhint AS hint
     WHERE hint.tenant_id = %(tenant_id)s AND hint.visitor_id = ANY (%(ids)s::bigint[])
       AND NOT EXISTS (SELECT FROM tracking_visitor AS visitor
                        WHERE visitor.tenant_id = %(tenant_id)s AND visitor.id = hint.visitor_id)
"""
