"""Hits without a visit, judged together: opens and clicks by message and network, pixels and views that are only
counted by place and agent.

What is needed lies beside each event in `props.hit`. Networks that show themselves as mail gateways are remembered
(`tracking_network`, kind "gateway", learned) for ninety days after their last scan.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network
from typing import Any
from uuid import UUID

import orjson

from ma_platform.db import sql
from tracking import verdict
from tracking.actions.rejudge.changing import Changing, judged_columns
from tracking.actions.rejudge.moves import Moved
from tracking.catalogue import Event, Verdict
from tracking.queries.pages import measured_pages
from tracking.verdict import Hit
from tracking.verdict.mails import GATEWAY_SECONDS
from tracking.verdict.pixels import BURST_SECONDS, BURST_VIEWS

AROUND = timedelta(hours=1)  # everything that can bear on a hit lies this near
SCAN = timedelta(minutes=10)
PIXELS_AROUND = timedelta(minutes=2)
BURST = timedelta(seconds=BURST_SECONDS)
MOST_COUNTED = 10_000  # several times what a consumer reads at once
GATEWAY_DAYS, GATEWAY_CONFIDENCE = 90, 80


@dataclass(frozen=True, slots=True)
class HitRow:
    """A kept hit; `group` is the message of a mail hit, `link` its subject as text ("" for an open)."""

    id: UUID
    occurred_at: datetime
    lead_id: int | None
    name: int
    subject_id: int | None
    group: str
    email: str
    verdict: int
    hit: Hit

    @property
    def at(self) -> float:
        return self.occurred_at.timestamp()


@dataclass(frozen=True, slots=True)
class JudgedHit:
    """A hit and what is thought of it now."""

    row: HitRow
    judgement: verdict.Judgement


@dataclass(frozen=True, slots=True)
class Span:
    """A lead and the time in which its mail hits are looked at."""

    lead_id: int
    since: datetime
    until: datetime


def judge_mail_of(spans: Sequence[Span], *, now: datetime) -> list[JudgedHit]:
    """Judge every message of these leads that was opened or clicked in the span. Learns gateways on the way, and
    judges with them the other recipients they scanned for.
    """
    rows = rows_of(MAIL_HITS, **_columns(spans)) if spans else []
    learned = learn_gateways(rows, now=now)
    if learned.new:
        more = [Span(row.lead_id, row.occurred_at, row.occurred_at) for row in learned.scanned if row.lead_id]
        rows = rows_of(MAIL_HITS, **_columns([*spans, *more]))
    return judge_mail_rows(rows, gateways=known_gateways((row.hit.ip for row in rows), now=now))


def judge_mail_rows(rows: Sequence[HitRow], *, gateways: Collection[str]) -> list[JudgedHit]:
    """The rules over hits already read: one more statement, for the times their recipients were seen reading."""
    seen = _seen(rows)
    by_message: dict[tuple[int | None, str], list[HitRow]] = defaultdict(list)
    for row in rows:
        by_message[row.lead_id, row.group].append(row)
    judged: dict[object, verdict.Judgement] = {}
    for (lead_id, _message), found in by_message.items():
        hits = [verdict.MailHit(row.id, row.at, row.hit, _link(row)) for row in found]
        judged |= verdict.judge_message(hits, gateways=gateways, seen=seen.get(lead_id or 0, ()))
    return [JudgedHit(row, judged[row.id]) for row in rows]


def judge_pixels_near(pages: Collection[int], *, since: datetime, until: datetime) -> list[JudgedHit]:
    """Judge the pixels of these pages within a time; pages where others run the tag are known by that."""
    rows = rows_of(PIXEL_HITS, pages=sorted(pages), since=since, until=until) if pages else []
    return judge_pixel_rows(rows)


def judge_counted_near(moments: Collection[datetime]) -> list[JudgedHit]:
    """Put in doubt the views that are only counted and lie, with one of these moments, in a minute of many of them.

    Returns those that are not in doubt yet, the oldest MOST_COUNTED of them: the log holds what its reader has not come
    to yet, so that a later call finds the others.
    """
    firsts, lasts = _stretches(moments)
    since, until = [at - BURST for at in firsts], [at + BURST for at in lasts]
    span: dict[str, Any] = {"minute": BURST, "many": BURST_VIEWS, "most": MOST_COUNTED}  # Any: parameters
    rows = rows_of(COUNTED_TOGETHER, since=since, until=until, **span)
    doubt = verdict.Judgement(Verdict.UNSURE, ("burst",))
    return [JudgedHit(row, verdict.judge_post(row.hit.ua).worse(doubt)) for row in rows]


def _stretches(moments: Collection[datetime]) -> tuple[list[datetime], list[datetime]]:
    """First and last of moments that lie so near each other that what is read about them touches."""
    firsts: list[datetime] = []
    lasts: list[datetime] = []
    for at in sorted(moments):
        if lasts and at - lasts[-1] <= 2 * BURST:
            lasts[-1] = at
        else:
            firsts.append(at)
            lasts.append(at)
    return firsts, lasts


def judge_pixel_rows(rows: Sequence[HitRow]) -> list[JudgedHit]:
    """The rules over pixels (and downloads, and counted views) already read."""
    scripted = measured_pages({row.subject_id for row in rows if row.subject_id is not None})
    by_place: dict[tuple[str, str], list[HitRow]] = defaultdict(list)
    for row in rows:
        place = verdict.network_of(row.hit.ip)
        by_place[(place, row.hit.ua) if place else (str(row.id), "")].append(row)
    judged: dict[object, verdict.Judgement] = {}
    for found in by_place.values():
        hits = [verdict.PixelHit(row.id, row.at, row.hit, _scripted(row, scripted)) for row in found]
        judged |= verdict.judge_series(hits)
    return [JudgedHit(row, judged[row.id]) for row in rows]


def preview_hits(judged: Sequence[JudgedHit]) -> list[Moved]:
    """What `write_hits` would move; changes nothing."""
    return CHANGING.preview(**_judged(judged)) if judged else []


def write_hits(judged: Sequence[JudgedHit]) -> list[Moved]:
    """Give the hits their verdict; returns what moved. Repeating it moves nothing."""
    return CHANGING.write(**_judged(judged)) if judged else []


@dataclass(frozen=True, slots=True)
class Learned:
    """Networks remembered as gateways just now, and the clicks that gave them away."""

    new: frozenset[str]
    scanned: tuple[HitRow, ...]


def learn_gateways(rows: Sequence[HitRow], *, now: datetime) -> Learned:
    """Look at who else's links were clicked right after delivery from the networks of these clicks."""
    soon = [row for row in rows if row.name == Event.EMAIL_CLICKED and _is_soon(row)]
    if not soon:
        return Learned(frozenset(), ())
    since, until = min(row.occurred_at for row in soon) - SCAN, max(row.occurred_at for row in soon) + SCAN
    near = rows_of(CLICKS_NEAR, links=sorted({row.subject_id or 0 for row in soon}), since=since, until=until)
    found = verdict.learn_gateways(
        verdict.Delivered(row.email, row.group, row.hit.ip, row.hit.since_delivery) for row in near
    )
    if not found:
        return Learned(frozenset(), ())
    expires = now + timedelta(days=GATEWAY_DAYS)
    sql.run(REMEMBER, networks=sorted(found), confidence=GATEWAY_CONFIDENCE, now=now, expires_at=expires)
    return Learned(frozenset(found), tuple(row for row in near if verdict.network_of(row.hit.ip) in found))


def known_gateways(ips: Iterable[str], *, now: datetime) -> set[str]:
    """The neighbourhoods of these addresses that lie in a network listed or learned as a gateway."""
    prefixes = {ip: _prefixes(ip) for ip in set(ips) if verdict.network_of(ip)}
    if not prefixes:
        return set()
    known = set(
        sql.run(KNOWN, networks=sorted({one for found in prefixes.values() for one in found}), now=now).values()
    )
    return {verdict.network_of(ip) for ip, found in prefixes.items() if known.intersection(found)}


def _prefixes(ip: str) -> list[str]:
    address = ip_address(ip)
    lengths = range(8, 33) if address.version == 4 else range(16, 129, 4)
    return [str(ip_network((address, length), strict=False)) for length in lengths]


def _is_soon(row: HitRow) -> bool:
    since = row.hit.since_delivery
    return since is not None and since <= GATEWAY_SECONDS


def _link(row: HitRow) -> str:
    return str(row.subject_id) if row.name == Event.EMAIL_CLICKED else ""


def _scripted(row: HitRow, scripted: Collection[int]) -> bool:
    return row.name == Event.PAGE_VIEWED and not row.hit.posted and row.subject_id in scripted


def _seen(rows: Sequence[HitRow]) -> Mapping[int, list[float]]:
    leads = sorted({row.lead_id for row in rows if row.lead_id is not None})
    if not leads:
        return {}
    since, until = min(row.occurred_at for row in rows), max(row.occurred_at for row in rows) + AROUND
    found: dict[int, list[float]] = defaultdict(list)
    for lead, at in sql.run(SEEN, leads=leads, since=since, until=until).rows:
        found[lead].append(at)
    return found


def rows_of(statement: str, **params: Any) -> list[HitRow]:  # Any: whatever the driver adapts
    return [
        HitRow(**{**row, "hit": verdict.hit_of(orjson.loads(row["hit"]))})
        for row in sql.run(statement, **params).dicts()
    ]


def _columns(spans: Sequence[Span]) -> dict[str, Any]:  # Any: arrays for unnest
    return {
        "lead_id": [span.lead_id for span in spans],
        "since": [span.since - AROUND for span in spans],
        "until": [span.until + AROUND for span in spans],
    }


def _judged(judged: Sequence[JudgedHit]) -> dict[str, Any]:  # Any: arrays for unnest
    return {
        "id": [str(one.row.id) for one in judged],
        "occurred_at": [one.row.occurred_at for one in judged],
        **judged_columns([one.judgement for one in judged]),
    }


HIT = """
    event.id, event.occurred_at, event.lead_id, event.name::int, event.subject_id,
    coalesce(event.props ->> 'message', '') AS group, coalesce(event.props ->> 'email', '') AS email,
    event.verdict::int, (event.props -> 'hit')::text AS hit
"""
MAIL_HITS = (
    "SELECT DISTINCT "  # noqa: S608 - constants put together, values are parameters
    + HIT
    + """
      FROM unnest(%(lead_id)s::bigint[], %(since)s::timestamptz[], %(until)s::timestamptz[])
               AS span(lead_id, since, until)
      JOIN tracking_event AS event
        ON event.tenant_id = %(tenant_id)s AND event.lead_id = span.lead_id
       AND event.occurred_at BETWEEN span.since AND span.until
     WHERE event.name IN (10, 11) AND event.props ? 'hit'
     ORDER BY event.occurred_at, event.id
"""
)
CLICKS_NEAR = (
    "SELECT "  # noqa: S608 - constants put together, values are parameters
    + HIT
    + """
      FROM tracking_event AS event
     WHERE event.tenant_id = %(tenant_id)s AND event.subject_id = ANY (%(links)s::bigint[])
       AND event.occurred_at BETWEEN %(since)s AND %(until)s AND event.name = 11 AND event.props ? 'hit'
"""
)
PIXEL_HITS = (
    "SELECT "  # noqa: S608 - constants put together, values are parameters
    + HIT
    + """
      FROM tracking_event AS event
     WHERE event.tenant_id = %(tenant_id)s AND event.subject_id = ANY (%(pages)s::bigint[])
       AND event.occurred_at BETWEEN %(since)s AND %(until)s AND event.name IN (1, 4) AND event.props ? 'hit'
       AND NOT event.props -> 'hit' ? 'posted'
"""
)
# The same rule as `verdict.pixels.in_bursts`. `until_now`: views of the minute that ends with this one; `full_at`: the
# end of the next minute that has many. A minute with none of the moments was looked at when its last view was read.
COUNTED_TOGETHER = (
    "SELECT "  # noqa: S608 - constants put together, values are parameters
    + HIT
    + """
      FROM (SELECT told.*, min(told.occurred_at) FILTER (WHERE told.until_now >= %(many)s) OVER (
                       PARTITION BY told.stretch, told.ip, told.ua ORDER BY told.occurred_at DESC) AS full_at
              FROM (SELECT view.*, count(*) OVER (
                               PARTITION BY view.stretch, view.ip, view.ua ORDER BY view.occurred_at
                               RANGE BETWEEN %(minute)s::interval PRECEDING AND CURRENT ROW) AS until_now
                      FROM (SELECT near.*, stretch.since AS stretch, near.props -> 'hit' ->> 'ip' AS ip,
                                   near.props -> 'hit' ->> 'ua' AS ua
                              FROM unnest(%(since)s::timestamptz[], %(until)s::timestamptz[]) AS stretch(since, until)
                             CROSS JOIN LATERAL (
                                   SELECT * FROM tracking_event AS one
                                    WHERE one.tenant_id = %(tenant_id)s AND one.visitor_id IS NULL AND one.name = 1
                                      AND one.occurred_at BETWEEN stretch.since AND stretch.until OFFSET 0) AS near
                             WHERE near.props -> 'hit' ? 'posted') AS view
                     WHERE view.ip <> '') AS told) AS event
     WHERE event.full_at <= event.occurred_at + %(minute)s::interval
       AND event.verdict = 0 AND NOT 'replaced' = ANY (event.reasons)
     ORDER BY event.occurred_at LIMIT %(most)s
"""
)
# Reading is told by visible time of a visit that is not itself in doubt.
SEEN = """
    SELECT event.lead_id, extract(epoch FROM event.occurred_at)::float8
      FROM tracking_event AS event
      LEFT JOIN tracking_session AS visit ON visit.tenant_id = event.tenant_id AND visit.id = event.session
     WHERE event.tenant_id = %(tenant_id)s AND event.lead_id = ANY (%(leads)s::bigint[])
       AND event.occurred_at BETWEEN %(since)s AND %(until)s
       AND event.name = 2 AND event.duration > 0 AND event.verdict = 0 AND coalesce(visit.verdict, 0) = 0
"""
KNOWN = """
    SELECT network FROM tracking_network
     WHERE tenant_id = %(tenant_id)s AND network = ANY (%(networks)s::text[]) AND kind = 'gateway'
       AND (expires_at IS NULL OR expires_at > %(now)s)
"""
REMEMBER = """
    INSERT INTO tracking_network AS known (tenant_id, network, kind, confidence, source, updated_at, expires_at)
    SELECT %(tenant_id)s, network, 'gateway', %(confidence)s, 'learned', %(now)s, %(expires_at)s
      FROM unnest(%(networks)s::text[]) AS found(network) ORDER BY network
    ON CONFLICT (tenant_id, network, source) DO UPDATE
       SET kind = 'gateway', confidence = excluded.confidence, updated_at = excluded.updated_at,
           expires_at = excluded.expires_at
"""
CHANGING = Changing(
    judged="""
        judged AS (
            SELECT id, occurred_at, verdict, string_to_array(nullif(reasons, ''), ',') AS reasons
              FROM unnest(%(id)s::uuid[], %(occurred_at)s::timestamptz[], %(verdict)s::smallint[], %(reasons)s::text[])
                   AS hit(id, occurred_at, verdict, reasons)
        )
    """,
    differs="""
        event.tenant_id = %(tenant_id)s AND event.id = judged.id AND event.occurred_at = judged.occurred_at
          AND NOT 'replaced' = ANY (event.reasons)
          AND (event.verdict <> judged.verdict
               OR array_remove(event.reasons, 'time_clamped') <> coalesce(judged.reasons, '{}'))
    """,
    kept="CASE WHEN 'time_clamped' = ANY (event.reasons) THEN '{time_clamped}' ELSE '{}' END",
)
