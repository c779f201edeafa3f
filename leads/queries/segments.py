"""Questions about segments: who is in, since when, why, and how the number grew."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Case, Q, Value, When
from psycopg2.sql import SQL

from conditions import Verdict, parse
from leads.models import Lead, Segment, SegmentOverride
from leads.queries.asking import explain_lead
from leads.stirring import Reads
from ma_platform.api.pages import moment_of
from ma_platform.db import sql


def find_segment(public_id: str) -> Segment | None:
    """The segment in use with this public id; None for a missing, archived or foreign one."""
    found: Segment | None = Segment.objects.filter(public_id=public_id, archived_at=None).first()
    return found


def list_segments(
    *, after: Sequence[Any] | None = None, q: str = "", by_hand: bool | None = None, limit: int = 50
) -> list[Segment]:
    """Segments in use, last changed first. by_hand: lists only, or those with a condition only."""
    found = Segment.objects.filter(archived_at=None).order_by("-updated_at", "-id")
    place = moment_of(after)
    if place is not None:
        found = found.filter(Q(updated_at__lt=place[0]) | Q(updated_at=place[0], id__lt=place[1]))
    if q.strip():
        found = found.filter(name__icontains=q.strip()[:100].replace("\x00", ""))
    if by_hand is not None:
        found = found.filter(condition__isnull=by_hand)
    return list(found[:limit])


def readers_of(segment: Segment) -> list[Segment]:
    """Segments in use whose condition, in force or proposed, asks about this one."""
    others = Segment.objects.filter(archived_at=None).exclude(pk=segment.pk).order_by("pk")
    return [one for one in others if segment.public_id in Reads.of_json(one.reads).segments | _named(one.proposed)]


def segments_with_choice(field: str, values: Collection[str]) -> list[Segment]:
    """Segments in use whose condition, in force or proposed, compares this field with one of these values."""
    living = Segment.objects.filter(archived_at=None, condition__isnull=False).order_by("name")
    return [one for one in living if _compares(one.condition, field, values) or _compares(one.proposed, field, values)]


def _compares(document: object, field: str, values: Collection[str]) -> bool:
    match document:
        case {"field": str() as key, "value": value} if key == field:
            return not set(values).isdisjoint(map(str, value if isinstance(value, list) else [value]))
        case dict():
            return any(_compares(one, field, values) for one in document.values())
        case list():
            return any(_compares(one, field, values) for one in document)
    return False


def _named(document: object) -> frozenset[str]:
    """Every segment a document names, read or not."""
    match document:
        case {"segment": str() as public_id}:
            return frozenset({public_id})
        case dict():
            return frozenset().union(*map(_named, document.values()))
        case list():
            return frozenset().union(*map(_named, document))
    return frozenset()


@dataclass(frozen=True, slots=True)
class MemberRow:
    """Somebody's stay. `position` continues after it."""

    lead_id: int
    public_id: str
    email: str
    last_name: str
    first_name: str
    company_name: str | None
    since: datetime
    until: datetime | None
    reason: str
    expires_at: datetime | None
    note: str | None

    @property
    def position(self) -> list[object]:
        return [self.since, self.lead_id]

    @property
    def company(self) -> str:
        return self.company_name or ""


@dataclass(frozen=True, slots=True)
class LeftRow(MemberRow):
    """Somebody's stay that is over. kept_out: somebody said so by hand, and it still holds."""

    kept_out: bool

    @property
    def position(self) -> list[object]:
        return [self.until, self.lead_id]

    @property
    def why(self) -> str:
        """`kept_out`, `taken_off` (or the time by hand was over), `rule`: the condition held no more."""
        if self.kept_out:
            return "kept_out"
        return "taken_off" if self.reason == "hand" else "rule"


def list_left(
    segment: Segment, *, after: Sequence[Any] | None = None, since: datetime | None = None, limit: int = 50
) -> list[LeftRow]:
    """Who was in and is so no more, the latest to leave first; who came back is left out. Why: as far as is known.

    since: each time somebody left from then on, whether they came back or not.
    """
    place = moment_of(after)
    statement = SQL(LEFT).format(
        after=SQL("" if place is None else "AND (stay.until, stay.lead_id) < (%(after_until)s, %(after_id)s)"),
        which=SQL(NOT_BACK if since is None else "AND stay.until >= %(since)s"),
    )
    until, lead_id = place or (None, None)
    return sql.typed(
        statement, LeftRow, segment_id=segment.pk, after_until=until, after_id=lead_id, since=since, limit=limit
    )


NOT_BACK = """AND NOT EXISTS (SELECT FROM leads_segmentmember AS later
                            WHERE later.tenant_id = %(tenant_id)s AND later.lead_id = stay.lead_id
                              AND later.segment_id = %(segment_id)s AND later.id > stay.id)"""
LEFT = """
    WITH stays AS MATERIALIZED (
        SELECT stay.lead_id, stay.since, stay.until, stay.reason
          FROM leads_segmentmember AS stay
         WHERE stay.tenant_id = %(tenant_id)s AND stay.segment_id = %(segment_id)s AND stay.until IS NOT NULL {after}
           {which}
         ORDER BY stay.until DESC, stay.lead_id DESC
         LIMIT %(limit)s
    )
    SELECT lead.id AS lead_id, lead.public_id, lead.email, lead.last_name, lead.first_name,
           company.name AS company_name, stays.since, stays.until, stays.reason,
           override.expires_at, override.note, override.id IS NOT NULL AS kept_out
      FROM stays
      JOIN leads_lead AS lead ON lead.tenant_id = %(tenant_id)s AND lead.id = stays.lead_id
      LEFT JOIN leads_company AS company ON company.tenant_id = %(tenant_id)s AND company.id = lead.company_id
      LEFT JOIN leads_segmentoverride AS override
        ON override.tenant_id = %(tenant_id)s AND override.segment_id = %(segment_id)s
       AND override.lead_id = stays.lead_id AND NOT override.belongs
     ORDER BY stays.until DESC, stays.lead_id DESC
"""


def list_members(
    segment: Segment, *, after: Sequence[Any] | None = None, on: datetime | None = None, limit: int = 50
) -> list[MemberRow]:
    """Who is in now, or was in at the moment `on`, the newest stay first."""
    stay = IN_NOW if on is None else "stay.since <= %(on)s AND (stay.until IS NULL OR stay.until > %(on)s)"
    return _stays(segment, stay, on, after=after, limit=limit)


def list_came(
    segment: Segment, *, since: datetime, after: Sequence[Any] | None = None, limit: int = 50
) -> list[MemberRow]:
    """Each time somebody came in from `since` on, the latest first, whether they are still in or not."""
    return _stays(segment, "stay.since >= %(on)s", since, after=after, limit=limit)


def _stays(
    segment: Segment, which: str, on: datetime | None, *, after: Sequence[Any] | None, limit: int
) -> list[MemberRow]:
    place = moment_of(after)
    follows = "" if place is None else "AND (stay.since, stay.lead_id) < (%(after_since)s, %(after_id)s)"
    statement = SQL(MEMBERS).format(stay=SQL(which), after=SQL(follows))
    since, lead_id = place or (None, None)
    return sql.typed(
        statement, MemberRow, segment_id=segment.pk, on=on, after_since=since, after_id=lead_id, limit=limit
    )


IN_NOW = "stay.until IS NULL"
MEMBERS = """
    WITH stays AS MATERIALIZED (
        SELECT stay.lead_id, stay.since, stay.until, stay.reason
          FROM leads_segmentmember AS stay
         WHERE stay.tenant_id = %(tenant_id)s AND stay.segment_id = %(segment_id)s AND {stay} {after}
         ORDER BY stay.since DESC, stay.lead_id DESC
         LIMIT %(limit)s
    )
    SELECT lead.id AS lead_id, lead.public_id, lead.email, lead.last_name, lead.first_name,
           company.name AS company_name, stays.since, stays.until, stays.reason,
           override.expires_at, override.note
      FROM stays
      JOIN leads_lead AS lead ON lead.tenant_id = %(tenant_id)s AND lead.id = stays.lead_id
      LEFT JOIN leads_company AS company ON company.tenant_id = %(tenant_id)s AND company.id = lead.company_id
      LEFT JOIN leads_segmentoverride AS override
        ON override.tenant_id = %(tenant_id)s AND override.segment_id = %(segment_id)s
       AND override.lead_id = stays.lead_id AND override.belongs
     ORDER BY stays.since DESC, stays.lead_id DESC
"""


@dataclass(frozen=True, slots=True)
class Pending:
    """The difference that waits to be confirmed."""

    enters: int = 0
    leaves: int = 0


def pending(segment: Segment) -> Pending:
    """How many would enter and leave under the proposed condition."""
    enters, leaves = sql.run(PENDING, segment_id=segment.pk).one()
    return Pending(enters, leaves)


PENDING = """
    SELECT count(*) FILTER (WHERE enters), count(*) FILTER (WHERE NOT enters) FROM leads_segmentchange
     WHERE tenant_id = %(tenant_id)s AND segment_id = %(segment_id)s
"""


def pending_people(segment: Segment, *, enters: bool, limit: int = 8) -> list[Lead]:
    """Some of those who would enter, or leave."""
    ids = segment.changes.filter(enters=enters).order_by("lead_id").values_list("lead_id", flat=True)[:limit]
    return list(Lead.objects.filter(pk__in=list(ids)).select_related("company").order_by("pk"))


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """Somebody who would enter or leave. `position` continues after it."""

    lead_id: int
    public_id: str
    email: str
    last_name: str
    first_name: str
    company: str

    @property
    def position(self) -> list[object]:
        return [self.lead_id]


def list_changes(segment: Segment, *, enters: bool, after: int | None = None, limit: int = 50) -> list[ChangeRow]:
    """Who would enter, or leave, under the proposed condition; in the order of their keys."""
    return sql.typed(CHANGES, ChangeRow, segment_id=segment.pk, enters=enters, after=after or 0, limit=limit)


CHANGES = """
    SELECT lead.id AS lead_id, lead.public_id, lead.email, lead.last_name, lead.first_name,
           coalesce(company.name, '') AS company
      FROM leads_segmentchange AS change
      JOIN leads_lead AS lead ON lead.tenant_id = %(tenant_id)s AND lead.id = change.lead_id
      LEFT JOIN leads_company AS company ON company.tenant_id = %(tenant_id)s AND company.id = lead.company_id
     WHERE change.tenant_id = %(tenant_id)s AND change.segment_id = %(segment_id)s AND change.enters = %(enters)s
       AND change.lead_id > %(after)s
     ORDER BY change.lead_id
     LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class GrowthDay:
    """A day of a segment: members at its end, and who came and went during it."""

    day: date
    members: int
    entered: int
    left: int


def growth(segment_ids: Sequence[int], *, today: date, days: int = 30) -> dict[int, list[GrowthDay]]:
    """Every day of the segment's life up to today; where nothing changed, the number of the day before. Today's is the
    segment's own: who is erased or joined with somebody leaves without a word.
    """
    first = today - timedelta(days=days - 1)
    rows = sql.run(GROWTH, segment_ids=list(segment_ids), first=first, today=today).rows
    found: dict[int, list[GrowthDay]] = {pk: [] for pk in segment_ids}
    for pk, day, members, entered, left in rows:
        found[pk].append(GrowthDay(day, members, entered, left))
    return found


GROWTH = """
    SELECT segment.id, day.on::date,
           CASE WHEN day.on = %(today)s THEN segment.members ELSE
           coalesce((SELECT line.members FROM leads_segmentday AS line
                      WHERE line.tenant_id = %(tenant_id)s AND line.segment_id = segment.id AND line.day <= day.on
                      ORDER BY line.day DESC LIMIT 1), 0) END AS members,
           coalesce(today.entered, 0), coalesce(today."left", 0)
      FROM leads_segment AS segment
     CROSS JOIN generate_series(%(first)s::date, %(today)s::date, interval '1 day') AS day("on")
      LEFT JOIN leads_segmentday AS today
        ON today.tenant_id = %(tenant_id)s AND today.segment_id = segment.id AND today.day = day.on
     WHERE segment.tenant_id = %(tenant_id)s AND segment.id = ANY(%(segment_ids)s::bigint[])
       AND (day.on = %(today)s OR day.on >= (
           SELECT min(line.day) FROM leads_segmentday AS line
            WHERE line.tenant_id = %(tenant_id)s AND line.segment_id = segment.id))
     ORDER BY segment.id, day.on
"""


@dataclass(frozen=True, slots=True)
class Why:
    """Why somebody is in or not: by hand, or by the tree of the condition in force. verdict None: a list by hand."""

    lead: Lead
    is_member: bool
    since: datetime | None
    override: SegmentOverride | None
    verdict: Verdict | None


def why(segment: Segment, lead: Lead, *, now: datetime, judged: bool = True) -> Why:
    """Judged at `now` if `judged`; membership is as stored. Raises ConditionRefused for words that are gone."""
    stay = segment.stays.filter(lead=lead, until=None).first()
    override = segment.overrides.filter(lead=lead).first()
    verdict = None
    if judged and segment.condition is not None:
        verdict = explain_lead(parse(segment.condition), lead, now=now)
    return Why(lead, stay is not None, stay.since if stay else None, override, verdict)


@dataclass(frozen=True, slots=True)
class Stay:
    """One of somebody's segments."""

    public_id: str
    name: str
    since: datetime
    reason: str
    expires_at: datetime | None


def segments_of(lead_id: int) -> list[Stay]:
    """The segments somebody is in now, the latest first."""
    return sql.typed(STAYS, Stay, lead_id=lead_id)


STAYS = """
    SELECT segment.public_id, segment.name, stay.since, stay.reason, override.expires_at
      FROM leads_segmentmember AS stay
      JOIN leads_segment AS segment ON segment.tenant_id = %(tenant_id)s AND segment.id = stay.segment_id
      LEFT JOIN leads_segmentoverride AS override
        ON override.tenant_id = %(tenant_id)s AND override.segment_id = stay.segment_id
       AND override.lead_id = stay.lead_id AND override.belongs
     WHERE stay.tenant_id = %(tenant_id)s AND stay.lead_id = %(lead_id)s AND stay.until IS NULL
     ORDER BY stay.since DESC, stay.id DESC
     LIMIT 50
"""


def segments_without(public_ids: Collection[str], *, limit: int = 200) -> list[tuple[str, str]]:
    """(public id, name) of the others one can be put into by hand: lists first, then segments, by name."""
    lists_first = Case(When(condition__isnull=True, then=Value(0)), default=Value(1))
    found = Segment.objects.filter(archived_at=None).exclude(public_id__in=public_ids).order_by(lists_first, "name")
    return list(found.values_list("public_id", "name")[:limit])


def segments_reading() -> list[tuple[str, str, list[int]]]:
    """(public id, name, numbers of events it asks about) of every segment with a condition, by name."""
    found = Segment.objects.filter(archived_at=None, condition__isnull=False).order_by("name")
    return [
        (public_id, name, reads.get("events", ()))
        for public_id, name, reads in found.values_list("public_id", "name", "reads")
    ]


def overrides(segment: Segment, *, belongs: bool, limit: int = 50) -> list[SegmentOverride]:
    """What was said by hand, the latest first."""
    found = segment.overrides.filter(belongs=belongs).select_related("lead", "lead__company", "by")
    return list(found.order_by("-at", "-id")[:limit])


def segments_by_ids(public_ids: Sequence[str]) -> dict[str, str]:
    """Names by public id, archived ones included."""
    return dict(Segment.objects.filter(public_id__in=public_ids).values_list("public_id", "name"))
