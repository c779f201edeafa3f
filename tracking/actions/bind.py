"""Bind browsers to people. What the rules are is `identity`'s business; this writes them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from django.db import transaction

from ma_platform.db import sql
from tracking import identity
from tracking.actions.handing import survivors
from tracking.actions.links import Shift, relink
from tracking.actions.record import record_many
from tracking.actions.visitors import visitor_ids
from tracking.catalogue import Event
from tracking.facts import NewFact

DAY = timedelta(days=1)
UNBOUND, REBOUND = "unbound", "rebound"  # keys of LEAD_UPDATED's props: the browser that left, that came back


@dataclass(frozen=True, slots=True)
class Sign:
    """Somebody showed who uses a browser. `source`: identify, form, mail_click, import, or a member's own hand.

    `named`: whom they showed, when that person stands aside for `lead_id`.
    """

    visitor: str
    lead_id: int
    source: str
    at: datetime
    named: int | None = None


@dataclass(frozen=True, slots=True)
class Binding:
    """What came of it. `lead_id` is whom the browser belonged to from then on: after a conflict not who was asked for.

    `bound`: this sign made or moved the binding; `attached`: events that became the person's by it; `conflict`: the
    browser was somebody else's, whether it moved or not.
    """

    visitor_id: int
    lead_id: int | None
    bound: bool
    attached: int
    conflict: bool


def bind_visitor(visitor_key: str, lead_id: int, source: str, at: datetime) -> Binding:
    """Bind one browser to the lead, as semantics §6 says. Raises ValueError for an unknown source."""
    return bind_visitors([Sign(visitor_key, lead_id, source, at)])[0]


@transaction.atomic
def bind_visitors(signs: Sequence[Sign]) -> list[Binding]:
    """Follow the signs, oldest first; answers in the order given. All browsers are locked first, in key order.

    A browser of nobody takes the binding with its whole anonymous past. Another's: a login or form moves it from that
    moment on and leaves the past; a mail click or import only notes the conflict.
    """
    seen: dict[str, datetime] = {}
    for sign in signs:
        seen[sign.visitor] = max(sign.at, seen.get(sign.visitor, sign.at))
    ids = visitor_ids(seen)
    signs = _resolved(signs)
    order = sorted(range(len(signs)), key=lambda place: signs[place].at)
    news: list[NewFact] = []
    answers = {place: follow(ids[signs[place].visitor], signs[place], news) for place in order}
    record_many(news)
    return [answers[place] for place in range(len(signs))]


def _resolved(signs: Sequence[Sign]) -> list[Sign]:
    """Signs of people who stand aside bind to those who stand for them."""
    aside = survivors({sign.lead_id for sign in signs})
    return [
        replace(sign, lead_id=aside[sign.lead_id], named=sign.lead_id) if sign.lead_id in aside else sign
        for sign in signs
    ]


@dataclass(frozen=True, slots=True)
class _Before:
    lead_id: int | None
    shared: bool
    others: int
    refused: bool


def follow(visitor_id: int, sign: Sign, news: list[NewFact], *, by: int | None = None) -> Binding:
    """One sign on a browser whose row is locked; what judges must hear of joins `news`. `by`: whose hand it is."""
    before = sql.typed(BEFORE, _Before, visitor_id=visitor_id, lead_id=sign.lead_id, at=sign.at, day=DAY)[0]
    account = sign.visitor.startswith(identity.ACCOUNT)
    known = identity.Bound(before.lead_id, before.shared, before.others, before.refused, account)
    plan = identity.plan(known, sign.lead_id, sign.source)
    if before.lead_id == sign.lead_id and sign.source in identity.LOGINS:
        sql.run(SIGN_AGAIN, visitor_id=visitor_id, lead_id=sign.lead_id, at=sign.at)
    if not plan.note:
        return Binding(visitor_id, before.lead_id, False, 0, False)
    number = _note(visitor_id, sign, plan, other=before.lead_id, by=by)
    if not plan.bind:
        return Binding(visitor_id, before.lead_id, False, 0, plan.conflict)
    shift = relink(visitor_id)
    news += _news(number, sign, shift)
    return Binding(visitor_id, sign.lead_id, True, shift.gained[sign.lead_id], plan.conflict)


def event_of(binding_id: int) -> UUID:
    """The id of the VISITOR_BOUND fact of a binding."""
    return uuid5(NAMESPACE_URL, f"tracking_binding:{binding_id}")


def _note(visitor_id: int, sign: Sign, plan: identity.Plan, *, other: int | None, by: int | None) -> int | None:
    """The row of the sign; None when one that was not followed either says the same already."""
    made: list[int] = sql.run(
        NOTE,
        visitor_id=visitor_id,
        lead_id=sign.lead_id,
        source=sign.source,
        strength=identity.STRENGTH[sign.source],
        at=sign.at,
        login=sign.source in identity.LOGINS,
        conflict=plan.conflict,
        took=plan.bind,
        past=plan.attach_past,
        shares=plan.shared,
        other=other,
        by=by,
        named=sign.named,
    ).values()
    return made[0] if made else None


def _news(binding_id: int | None, sign: Sign, shift: Shift) -> list[NewFact]:
    """Facts for those who judge: whose the browser is now, and who lost events that came in before we knew."""
    assert binding_id is not None
    props = {"source": sign.source, "attached": shift.gained[sign.lead_id], "binding": binding_id}
    showed = sign.named or sign.lead_id  # `record` knows who stands for them
    bound = NewFact(
        Event.VISITOR_BOUND, sign.at, lead=showed, visitor=sign.visitor, props=props, id=event_of(binding_id)
    )
    return [bound, *lost([lead_id for lead_id in shift.lost if lead_id != sign.lead_id], sign.visitor, at=sign.at)]


def lost(lead_ids: Collection[int], visitor: str, *, at: datetime) -> list[NewFact]:
    """LEAD_UPDATED {"unbound": browser}: some of their events are not theirs any more."""
    return [NewFact(Event.LEAD_UPDATED, at, lead=lead_id, props={UNBOUND: visitor}) for lead_id in sorted(lead_ids)]


# Whose the browser was at that moment; before every binding: the first one's, whose past it is or who came next.
BEFORE = """
    WITH standing AS MATERIALIZED (
        SELECT binding.id, binding.lead_id, binding.since, binding.signed_at FROM tracking_binding AS binding
         WHERE binding.tenant_id = %(tenant_id)s AND binding.visitor_id = %(visitor_id)s
           AND binding.took AND binding.undone_at IS NULL
    )
    SELECT coalesce((SELECT lead_id FROM standing WHERE since <= %(at)s ORDER BY since DESC, id DESC LIMIT 1),
                    (SELECT lead_id FROM standing ORDER BY since, id LIMIT 1)) AS lead_id,
           visitor.shared,
           (SELECT count(DISTINCT lead_id) FROM standing WHERE lead_id <> %(lead_id)s
               AND signed_at BETWEEN %(at)s - %(day)s AND %(at)s + %(day)s)::int AS others,
           EXISTS (SELECT FROM tracking_binding AS cut
                    WHERE cut.tenant_id = %(tenant_id)s AND cut.visitor_id = %(visitor_id)s
                      AND cut.lead_id = %(lead_id)s AND cut.took AND cut.undone_at IS NOT NULL) AS refused
      FROM tracking_visitor AS visitor
     WHERE visitor.tenant_id = %(tenant_id)s AND visitor.id = %(visitor_id)s
"""
NOTE = """
    INSERT INTO tracking_binding (tenant_id, visitor_id, lead_id, source, strength, since, signed_at, conflict, took,
                                  past, shares, other_lead_id, by_user, named)
    SELECT %(tenant_id)s, %(visitor_id)s, %(lead_id)s, %(source)s, %(strength)s, %(at)s,
           CASE WHEN %(login)s THEN %(at)s::timestamptz END, %(conflict)s, %(took)s, %(past)s, %(shares)s, %(other)s,
           %(by)s, %(named)s
     WHERE %(took)s OR NOT EXISTS (
           SELECT FROM tracking_binding AS same
            WHERE same.tenant_id = %(tenant_id)s AND same.visitor_id = %(visitor_id)s AND same.lead_id = %(lead_id)s
              AND same.source = %(source)s AND NOT same.took AND same.other_lead_id IS NOT DISTINCT FROM %(other)s)
    RETURNING id
"""
# To the hour: it only tells two logins in a day.
SIGN_AGAIN = """
    UPDATE tracking_binding AS binding SET signed_at = %(at)s
      FROM (SELECT id FROM tracking_binding
             WHERE tenant_id = %(tenant_id)s AND visitor_id = %(visitor_id)s AND lead_id = %(lead_id)s
               AND took AND undone_at IS NULL
             ORDER BY since DESC, id DESC LIMIT 1) AS standing
     WHERE binding.tenant_id = %(tenant_id)s AND binding.id = standing.id
       AND coalesce(binding.signed_at, '-infinity') < %(at)s::timestamptz - interval '1 hour'
"""
