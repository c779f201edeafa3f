"""Bind browsers to people. What the rules are is `identity`'s business; this writes them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
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
    news: list[NewFact] = []
    answers: dict[int, Binding] = {}
    for wave in _waves([ids[sign.visitor] for sign in signs], signs):
        done = follow({visitor_id: signs[place] for visitor_id, place in wave.items()}, news)
        answers |= {place: done[visitor_id] for visitor_id, place in wave.items()}
    record_many(news)
    return [answers[place] for place in range(len(signs))]


def _waves(browsers: Sequence[int], signs: Sequence[Sign]) -> list[dict[int, int]]:
    """The first sign on every browser, then every second one, ...: {browser: place in `signs`}, oldest first."""
    waves: list[dict[int, int]] = []
    met: Counter[int] = Counter()
    for place in sorted(range(len(signs)), key=lambda place: signs[place].at):
        browser = browsers[place]
        if met[browser] == len(waves):
            waves.append({})
        waves[met[browser]][browser] = place
        met[browser] += 1
    return waves


def _resolved(signs: Sequence[Sign]) -> list[Sign]:
    """Signs of people who stand aside bind to those who stand for them."""
    aside = survivors({sign.lead_id for sign in signs})
    return [
        replace(sign, lead_id=aside[sign.lead_id], named=sign.lead_id) if sign.lead_id in aside else sign
        for sign in signs
    ]


@dataclass(frozen=True, slots=True)
class _Before:
    visitor_id: int
    lead_id: int | None
    shared: bool
    others: int
    refused: bool


def follow(signs: Mapping[int, Sign], news: list[NewFact], *, by: int | None = None) -> dict[int, Binding]:
    """One sign on each of these browsers, whose rows are locked; what judges must hear of joins `news`.

    `by`: whose hand it is.
    """
    found = {before.visitor_id: before for before in sql.typed(BEFORE, _Before, **_asked(signs), day=DAY)}
    plans = {visitor_id: _plan(found[visitor_id], sign) for visitor_id, sign in signs.items()}
    again = {
        visitor_id: sign
        for visitor_id, sign in signs.items()
        if found[visitor_id].lead_id == sign.lead_id and sign.source in identity.LOGINS
    }
    if again:
        sql.run(SIGN_AGAIN, **_asked(again))
    numbers = _note({one: signs[one] for one, plan in plans.items() if plan.note}, plans, found, by=by)
    shifts = relink([one for one, plan in plans.items() if plan.bind])
    for visitor_id, shift in shifts.items():
        news += _news(numbers[visitor_id], signs[visitor_id], shift)
    return {
        visitor_id: _answer(found[visitor_id], sign, plans[visitor_id], shifts.get(visitor_id))
        for visitor_id, sign in signs.items()
    }


def _asked(signs: Mapping[int, Sign]) -> dict[str, Any]:  # Any: parameters of BEFORE, SIGN_AGAIN and NOTE
    return {
        "visitors": list(signs),
        "leads": [sign.lead_id for sign in signs.values()],
        "moments": [sign.at for sign in signs.values()],
    }


def _plan(before: _Before, sign: Sign) -> identity.Plan:
    account = sign.visitor.startswith(identity.ACCOUNT)
    known = identity.Bound(before.lead_id, before.shared, before.others, before.refused, account)
    return identity.plan(known, sign.lead_id, sign.source)


def _answer(before: _Before, sign: Sign, plan: identity.Plan, shift: Shift | None) -> Binding:
    if shift is None:
        return Binding(before.visitor_id, before.lead_id, False, 0, plan.conflict)
    return Binding(before.visitor_id, sign.lead_id, True, shift.gained[sign.lead_id], plan.conflict)


def event_of(binding_id: int) -> UUID:
    """The id of the VISITOR_BOUND fact of a binding."""
    return uuid5(NAMESPACE_URL, f"tracking_binding:{binding_id}")


def _note(
    signs: Mapping[int, Sign], plans: Mapping[int, identity.Plan], found: Mapping[int, _Before], *, by: int | None
) -> dict[int, int]:
    """The rows of the signs, by browser; none for a sign that was not followed when an earlier one says the same."""
    if not signs:
        return {}
    noted = [plans[visitor_id] for visitor_id in signs]
    made = sql.run(
        NOTE,
        **_asked(signs),
        sources=[sign.source for sign in signs.values()],
        strengths=[identity.STRENGTH[sign.source] for sign in signs.values()],
        logins=[sign.source in identity.LOGINS for sign in signs.values()],
        conflicts=[plan.conflict for plan in noted],
        took=[plan.bind for plan in noted],
        past=[plan.attach_past for plan in noted],
        shares=[plan.shared for plan in noted],
        others=[found[visitor_id].lead_id for visitor_id in signs],
        named=[sign.named for sign in signs.values()],
        by=by,
    )
    return dict(made.rows)


def _news(binding_id: int, sign: Sign, shift: Shift) -> list[NewFact]:
    """Facts for those who judge: whose the browser is now, and who lost events that came in before we knew."""
    props = {"source": sign.source, "attached": shift.gained[sign.lead_id], "binding": binding_id}
    showed = sign.named or sign.lead_id  # `record` knows who stands for them
    bound = NewFact(
        Event.VISITOR_BOUND, sign.at, lead=showed, visitor=sign.visitor, props=props, id=event_of(binding_id)
    )
    return [bound, *lost([lead_id for lead_id in shift.lost if lead_id != sign.lead_id], sign.visitor, at=sign.at)]


def lost(lead_ids: Collection[int], visitor: str, *, at: datetime) -> list[NewFact]:
    """LEAD_UPDATED {"unbound": browser}: some of their events are not theirs any more."""
    return [NewFact(Event.LEAD_UPDATED, at, lead=lead_id, props={UNBOUND: visitor}) for lead_id in sorted(lead_ids)]


_ASKED = """
    unnest(%(visitors)s::bigint[], %(leads)s::bigint[], %(moments)s::timestamptz[]) AS sign(visitor_id, lead_id, at)
"""
# Whose the browser was at that moment; before every binding: the first one's, whose past it is or who came next.
BEFORE = (
    """
    WITH standing AS MATERIALIZED (
        SELECT binding.visitor_id, binding.id, binding.lead_id, binding.since, binding.signed_at
          FROM tracking_binding AS binding
         WHERE binding.tenant_id = %(tenant_id)s AND binding.visitor_id = ANY (%(visitors)s::bigint[])
           AND binding.took AND binding.undone_at IS NULL
    )
    SELECT visitor.id AS visitor_id,
           coalesce((SELECT lead_id FROM standing WHERE standing.visitor_id = visitor.id AND since <= sign.at
                      ORDER BY since DESC, id DESC LIMIT 1),
                    (SELECT lead_id FROM standing WHERE standing.visitor_id = visitor.id
                      ORDER BY since, id LIMIT 1)) AS lead_id,
           visitor.shared,
           (SELECT count(DISTINCT standing.lead_id) FROM standing
             WHERE standing.visitor_id = visitor.id AND standing.lead_id <> sign.lead_id
               AND signed_at BETWEEN sign.at - %(day)s AND sign.at + %(day)s)::int AS others,
           EXISTS (SELECT FROM tracking_binding AS cut
                    WHERE cut.tenant_id = %(tenant_id)s AND cut.visitor_id = visitor.id
                      AND cut.lead_id = sign.lead_id AND cut.took AND cut.undone_at IS NOT NULL) AS refused
      FROM """  # noqa: S608 - constants put together, values are parameters
    + _ASKED
    + """
      JOIN tracking_visitor AS visitor ON visitor.tenant_id = %(tenant_id)s AND visitor.id = sign.visitor_id
"""
)
NOTE = """
    INSERT INTO tracking_binding (tenant_id, visitor_id, lead_id, source, strength, since, signed_at, conflict, took,
                                  past, shares, other_lead_id, by_user, named)
    SELECT %(tenant_id)s, sign.visitor_id, sign.lead_id, sign.source, sign.strength, sign.at,
           CASE WHEN sign.login THEN sign.at END, sign.conflict, sign.took, sign.past, sign.shares, sign.other,
           %(by)s, sign.named
      FROM unnest(%(visitors)s::bigint[], %(leads)s::bigint[], %(moments)s::timestamptz[], %(sources)s::text[],
                  %(strengths)s::smallint[], %(logins)s::boolean[], %(conflicts)s::boolean[], %(took)s::boolean[],
                  %(past)s::boolean[], %(shares)s::boolean[], %(others)s::bigint[], %(named)s::bigint[])
           AS sign(visitor_id, lead_id, at, source, strength, login, conflict, took, past, shares, other, named)
     WHERE sign.took OR NOT EXISTS (
           SELECT FROM tracking_binding AS same
            WHERE same.tenant_id = %(tenant_id)s AND same.visitor_id = sign.visitor_id
              AND same.lead_id = sign.lead_id AND same.source = sign.source AND NOT same.took
              AND same.other_lead_id IS NOT DISTINCT FROM sign.other)
    RETURNING visitor_id, id
"""
# To the hour: it only tells two logins in a day.
SIGN_AGAIN = (
    """
    UPDATE tracking_binding AS binding SET signed_at = standing.at
      FROM (SELECT DISTINCT ON (sign.visitor_id) held.id, sign.at
              FROM """  # noqa: S608 - constants put together, values are parameters
    + _ASKED
    + """
              JOIN tracking_binding AS held
                ON held.tenant_id = %(tenant_id)s AND held.visitor_id = sign.visitor_id
               AND held.lead_id = sign.lead_id AND held.took AND held.undone_at IS NULL
             ORDER BY sign.visitor_id, held.since DESC, held.id DESC) AS standing
     WHERE binding.tenant_id = %(tenant_id)s AND binding.id = standing.id
       AND coalesce(binding.signed_at, '-infinity') < standing.at - interval '1 hour'
"""
)
