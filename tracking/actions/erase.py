"""Forget a browser, or people: events, visits, days, bindings. What is still on its way is not written afterwards.

Reports lose what the person did; nothing is left that could be counted. A tombstone (a hash) keeps leftovers in
streams, spools, senders' queues and lines set aside from bringing anything back.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from django.db import transaction

from ma_platform import audit
from ma_platform.db import sql
from ma_platform.env import ENV
from ma_platform.errors import NotFound
from ma_platform.tenancy.models import ApiKey, User
from ma_platform.tenancy.reach import everybody
from ma_platform.tenancy.scope import system_scope
from ma_platform.workspaces.actions import drop_whole_exports
from tracking.actions.handing import forget_aliases
from tracking.actions.links import relink
from tracking.actions.retention import tell_fewer
from tracking.collector.lines import json_text
from tracking.set_aside import cells_of

REMEMBERED = timedelta(days=7 + ENV.set_aside_days)  # a line set aside can be put back until it is let go


@dataclass(frozen=True, slots=True)
class Forgotten:
    """Rows that are gone."""

    browsers: int = 0
    events: int = 0
    visits: int = 0


@transaction.atomic
def erase_visitor(key: str, *, by: User | ApiKey | None, now: datetime) -> Forgotten:
    """Remove one browser and everything it did, also what it did as somebody known. Raises NotFound."""
    ids = sql.run(LOCK, keys=[key]).values()
    if not ids:
        raise NotFound(kind="visitor")
    with everybody():  # who else used it may be out of reach
        leads = sql.run(LEADS_OF, ids=ids).values()
        done = _forget_browsers(ids, [key], now=now)
        tell_fewer(leads, ids, now=now)
    audit.record(by, "visitor.erased", f"browser:{ids[0]}", at=now, events=done.events, visits=done.visits)
    return done


@transaction.atomic
def erase_people(lead_ids: Collection[int], *, now: datetime) -> Forgotten:
    """Remove what these people did. Browsers that are theirs alone go whole, others lose what was theirs.

    Whoever stands aside for one of them is to be among them. Called by the room that removes the people; audits nothing
    itself.
    """
    leads = sorted(set(lead_ids))
    browsers = sql.run(BROWSERS_OF, leads=leads).rows
    own = [(visitor_id, key) for visitor_id, key, alone in browsers if alone]
    others = [visitor_id for visitor_id, _key, alone in browsers if not alone]
    sql.run(LOCK, keys=[key for _id, key, _alone in browsers])
    done = _forget_browsers([visitor_id for visitor_id, _ in own], [key for _, key in own], now=now)
    _bury([f"lead {one}" for one in leads], now=now)
    forget_aliases(leads)
    sql.run(DROP_REJECTED_OF, leads=list(map(str, leads)))
    for statement in (DROP_BINDINGS, DROP_OTHER, DROP_REJUDGED, DROP_LEAD_DAYS):
        sql.run(statement, leads=leads)
    events = sql.run(DROP_LEAD_EVENTS, leads=leads).rowcount
    visits = sql.run(DROP_EMPTY_VISITS, ids=others).rowcount
    shifts = relink(others).values()
    heirs = {heir for shift in shifts for heir in (*shift.gained, *shift.lost)} - set(leads)
    tell_fewer(heirs, [visitor_id for visitor_id, _key, _alone in browsers], now=now)
    return Forgotten(done.browsers, done.events + events, done.visits + visits)


def drop_old_tombstones(*, now: datetime) -> int:
    """A week after the last line set aside went, nothing can be on its way any more."""
    with system_scope():
        return sql.run("DELETE FROM tracking_tombstone WHERE at < %(before)s", before=now - REMEMBERED).rowcount


def _forget_browsers(ids: Sequence[int], keys: Sequence[str], *, now: datetime) -> Forgotten:
    if not ids:
        return Forgotten()
    _bury([f"browser {key}" for key in keys], now=now)
    sql.run(DROP_REJECTED, cells=[cell for key in keys for cell in cells_of(key)], told=list(map(json_text, keys)))
    events = sql.run(DROP_EVENTS, ids=list(ids)).rowcount
    sql.run(DROP_DAYS, ids=list(ids))
    visits = sql.run(DROP_VISITS, ids=list(ids)).rowcount
    return Forgotten(sql.run(DROP_BROWSERS, ids=list(ids)).rowcount, events, visits)


def _bury(names: Sequence[str], *, now: datetime) -> None:
    drop_whole_exports()  # files of the whole workspace hold them, too
    sql.run(BURY, who=[sha256(name.encode()).hexdigest() for name in names], at=now)


LOCK = """
    SELECT id FROM tracking_visitor WHERE tenant_id = %(tenant_id)s AND key = ANY (%(keys)s::text[])
     ORDER BY key FOR UPDATE
"""
LEADS_OF = """
    SELECT DISTINCT lead_id FROM tracking_event
     WHERE tenant_id = %(tenant_id)s AND visitor_id = ANY (%(ids)s::bigint[]) AND lead_id IS NOT NULL AND verdict = 0
"""
# `alone`: nobody else was ever taken for its person. (SELECT tenant): whose rows, the planner must not guess.
BROWSERS_OF = """
    WITH theirs AS (
        SELECT visitor_id FROM tracking_binding
         WHERE tenant_id = (SELECT %(tenant_id)s::bigint) AND lead_id = ANY (%(leads)s::bigint[])
         UNION SELECT id FROM tracking_visitor
                WHERE tenant_id = (SELECT %(tenant_id)s::bigint) AND lead_id = ANY (%(leads)s::bigint[])
         UNION SELECT visitor_id FROM tracking_event
                WHERE tenant_id = (SELECT %(tenant_id)s::bigint) AND lead_id = ANY (%(leads)s::bigint[])
                  AND visitor_id IS NOT NULL
    )
    SELECT visitor.id, visitor.key,
           coalesce(visitor.lead_id = ANY (%(leads)s::bigint[]), false)
           AND NOT EXISTS (SELECT FROM tracking_binding AS other
                            WHERE other.tenant_id = (SELECT %(tenant_id)s::bigint) AND other.visitor_id = visitor.id
                              AND other.lead_id <> ALL (%(leads)s::bigint[]) AND other.undone_at IS NULL)
           AND NOT EXISTS (SELECT FROM tracking_event AS event
                            WHERE event.tenant_id = (SELECT %(tenant_id)s::bigint) AND event.visitor_id = visitor.id
                              AND event.lead_id <> ALL (%(leads)s::bigint[]))
      FROM theirs
      JOIN tracking_visitor AS visitor
        ON visitor.tenant_id = (SELECT %(tenant_id)s::bigint) AND visitor.id = theirs.visitor_id
     ORDER BY visitor.key
"""
BURY = """
    INSERT INTO tracking_tombstone AS tomb (tenant_id, who, at)
    SELECT %(tenant_id)s, who, %(at)s FROM unnest(%(who)s::text[]) AS gone(who)
    ON CONFLICT (tenant_id, who) DO UPDATE SET at = greatest(tomb.at, excluded.at)
"""
# Lines of the browser, in both of the ways they are kept, and those whose properties name it. A key counts as a whole:
# anybody may give a browser one as short as a digit.
DROP_REJECTED = r"""
    DELETE FROM tracking_rejected AS rejected
     WHERE rejected.tenant_id = %(tenant_id)s
       AND (coalesce(substring(rejected.line FROM '^\(\d+,[0-9a-f-]+,("(?:[^"]|"")*"|[^",]*),'),
                     split_part(rejected.line, chr(9), 3)) = ANY (%(cells)s::text[])
            OR EXISTS (SELECT FROM unnest(%(told)s::text[]) AS gone(key) WHERE strpos(rejected.line, gone.key) > 0))
"""
# Lines that name their person, in both of the ways they are kept.
DROP_REJECTED_OF = r"""
    DELETE FROM tracking_rejected AS rejected
     WHERE rejected.tenant_id = %(tenant_id)s
       AND coalesce(substring(rejected.line FROM '^\(\d+,[0-9a-f-]+,(?:"(?:[^"]|"")*"|[^",]*),(\d+),'),
                    split_part(rejected.line, chr(9), 4)) = ANY (%(leads)s::text[])
"""
_OF = " WHERE tenant_id = %(tenant_id)s AND visitor_id = ANY (%(ids)s::bigint[])"
DROP_EVENTS = "DELETE FROM tracking_event" + _OF  # noqa: S608 - constants
DROP_DAYS = "DELETE FROM tracking_daily" + _OF  # noqa: S608 - constants
DROP_VISITS = "DELETE FROM tracking_session" + _OF  # noqa: S608 - constants
DROP_BROWSERS = "DELETE FROM tracking_visitor WHERE tenant_id = %(tenant_id)s AND id = ANY (%(ids)s::bigint[])"
_BY = " WHERE tenant_id = (SELECT %(tenant_id)s::bigint) AND lead_id = ANY (%(leads)s::bigint[])"
DROP_BINDINGS = "DELETE FROM tracking_binding" + _BY  # noqa: S608 - constants
DROP_REJUDGED = "DELETE FROM tracking_rejudged" + _BY  # noqa: S608 - constants
DROP_LEAD_DAYS = "DELETE FROM tracking_daily" + _BY  # noqa: S608 - constants
DROP_LEAD_EVENTS = "DELETE FROM tracking_event" + _BY  # noqa: S608 - constants
DROP_OTHER = """
    UPDATE tracking_binding SET other_lead_id = NULL
     WHERE tenant_id = (SELECT %(tenant_id)s::bigint) AND other_lead_id = ANY (%(leads)s::bigint[])
"""
DROP_EMPTY_VISITS = """
    DELETE FROM tracking_session AS visit
     WHERE visit.tenant_id = %(tenant_id)s AND visit.visitor_id = ANY (%(ids)s::bigint[])
       AND NOT EXISTS (SELECT FROM tracking_event AS event
                        WHERE event.tenant_id = %(tenant_id)s AND event.visitor_id = visit.visitor_id
                          AND event.session = visit.id)
"""
# For the drain: what was on its way when its browser or its person was erased. Over `incoming`.
DROP_BURIED = """
    DELETE FROM incoming USING tracking_tombstone AS tomb
     WHERE tomb.tenant_id = incoming.tenant_id AND incoming.occurred_at <= tomb.at
       AND (tomb.who = encode(sha256(convert_to('browser ' || incoming.visitor, 'UTF8')), 'hex')
            OR tomb.who = encode(sha256(convert_to('lead ' || incoming.lead_id, 'UTF8')), 'hex'))
"""
