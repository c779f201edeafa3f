"""A person's or a browser's events as rows to show, newest first, with the time each page was really on screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
from django.utils.translation import gettext, gettext_lazy

from ma_platform import errors
from ma_platform.db import sql
from tracking.catalogue import BY_NUMBER, BY_WIRE, Event, Verdict
from tracking.facts import UNSHOWN

HIDDEN = (Event.PAGE_LEFT,)  # shown as visible time of the page view it belongs to
# Within one moment a cause stands before what it brought about; whatever is not named here came first.
CAUSES = (
    Event.FORM_SUBMITTED,
    Event.LEAD_CREATED,
    Event.VISITOR_BOUND,
    Event.LEAD_UPDATED,
    Event.TAG_ADDED,
    Event.DEAL_OPENED,
    Event.DEAL_WON,
    Event.DEAL_LOST,
    Event.SCORE_CROSSED,
    Event.STAGE_CHANGED,
    Event.BECAME_HOT,
    Event.EMAIL_SENT,
    Event.EMAIL_DELIVERED,
    Event.EMAIL_OPENED,
    Event.EMAIL_CLICKED,
    Event.FLOW_ENDED,
)


class BadPosition(errors.DomainError):
    """A place in a timeline that no entry has."""

    code = "bad_cursor"
    status = 400
    message = gettext_lazy("This is not a place in a timeline.")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a timeline. `visible_ms` is the time the page was really on screen, `scroll` how far down it was seen
    (percent of its height); None where that means nothing or nobody told.
    """

    id: UUID
    name: str
    at: datetime
    received_at: datetime
    kind: str | None
    key: str | None
    subject_name: str | None
    url: str | None
    visible_ms: int | None
    verdict: int
    reasons: tuple[str, ...]
    props: Mapping[str, Any]  # Any: JSON
    lead_id: int | None
    visitor_id: int | None
    scroll: int | None = None
    own_label: str | None = None  # what members call an event of the workspace's own

    @property
    def event(self) -> Event | None:
        """The catalogue's event; None for a customer's own."""
        return BY_WIRE.get(self.name)

    @property
    def label(self) -> str:
        """The event's name in the reader's language; one of the workspace's own as its members call it."""
        return gettext(self.event.label) if self.event else self.own_label or self.name

    @property
    def position(self) -> list[object]:
        """Where the next page begins."""
        return [self.at.isoformat(), CAUSES.index(self.event) + 1 if self.event in CAUSES else 0, str(self.id)]

    def as_json(self) -> dict[str, object]:
        """The entry as the public API shows it."""
        about = {"kind": self.kind, "id": self.key, "name": self.subject_name, "url": self.url} if self.kind else None
        return {
            "id": str(self.id),
            "event": self.name,
            "at": self.at,
            "subject": about,
            "visible_ms": self.visible_ms,
            "scroll": self.scroll,
            "verdict": Verdict(self.verdict).name.lower(),
            "properties": dict(self.props),
        }


def timeline(
    *,
    lead_id: int | None = None,
    visitor_id: int | None = None,
    before: Sequence[object] | None = None,
    limit: int = 50,
) -> list[Entry]:
    """Events of a lead or of a browser, newest first. `before`: an entry's position; raises BadPosition for another."""
    at, cause, number = _position(before) if before is not None else (None, None, None)
    statement = LEAD_TIMELINE if lead_id is not None else VISITOR_TIMELINE
    if at is not None:
        statement = LEAD_TIMELINE_BEFORE if lead_id is not None else VISITOR_TIMELINE_BEFORE
    who = lead_id if lead_id is not None else visitor_id
    found = sql.run(
        statement,
        causes=_CAUSES,
        who=who,
        at=at,
        cause=cause,
        id=number,
        limit=limit,
        hidden=[int(event) for event in HIDDEN],
    )
    return _with_visible_time([_entry(row) for row in found.dicts()])


def newest(recent: str, *, limit: int, **given: Any) -> list[Entry]:  # Any: parameters of the statement
    """Newest first, out of a statement that begins `WITH … recent AS (rows of tracking_event)`."""
    return _recent(recent + _FROM_RECENT + _NEWEST, limit=limit, **given)


def arrived(recent: str, *, limit: int, **given: Any) -> list[Entry]:  # Any: as above
    """As `newest`, the last to arrive first."""
    return _recent(recent + _FROM_RECENT + _LAST_IN, limit=limit, **given)


def _recent(statement: str, **given: Any) -> list[Entry]:  # Any: as above
    return _with_visible_time([_entry(row) for row in sql.run(statement, causes=_CAUSES, **given).dicts()])


def last_pages(lead_id: int, *, limit: int = 5) -> list[Entry]:
    """The last page views of a person, with visible time."""
    return _with_visible_time(
        [_entry(row) for row in sql.run(LAST_PAGES, causes=_CAUSES, who=lead_id, limit=limit).dicts()]
    )


def _entry(row: dict[str, Any]) -> Entry:  # Any: a row of TIMELINE
    number, custom = row.pop("name"), row.pop("custom")
    name = BY_NUMBER[number].wire if number in BY_NUMBER else custom or str(number)
    props = {key: value for key, value in orjson.loads(row["props"]).items() if key not in UNSHOWN}
    return Entry(**{**row, "name": name, "reasons": tuple(row["reasons"]), "props": props})


def _with_visible_time(entries: list[Entry]) -> list[Entry]:
    """A view's own duration, when its sender knew it, and the slices that came after it; and how deep they went."""
    views = [entry for entry in entries if entry.name == Event.PAGE_VIEWED.wire and entry.visitor_id]
    if not views:
        return entries
    rows = sql.run(
        VISIBLE,
        visitors=sorted({entry.visitor_id for entry in views if entry.visitor_id}),
        views=[str(entry.id) for entry in views],
        since=min(entry.at for entry in views),
        until=max(entry.at for entry in views),
    ).rows
    slices: dict[UUID, tuple[int, int | None]] = {
        UUID(view): (int(total or 0), deepest) for view, total, deepest in rows
    }
    seen = {entry.id for entry in views}
    return [_read(entry, *slices.get(entry.id, (0, None))) if entry.id in seen else entry for entry in entries]


def _read(entry: Entry, slices_ms: int, scroll: int | None) -> Entry:
    own = entry.props.get("scroll")
    told = [int(min(max(deep, 0), 100)) for deep in (own, scroll) if isinstance(deep, int | float)]
    return replace(entry, visible_ms=(entry.visible_ms or 0) + slices_ms, scroll=max(told, default=None))


def _position(before: Sequence[object]) -> tuple[datetime, int, str]:
    try:
        at, cause, number = before
        return datetime.fromisoformat(str(at)).astimezone(UTC), _whole(cause), str(UUID(str(number)))
    except (ValueError, OverflowError):
        raise BadPosition from None


def _whole(number: object) -> int:
    if type(number) is not int or not 0 <= number <= len(CAUSES):
        raise ValueError(number)
    return number


_CAUSES = [int(event) for event in CAUSES]
_ENTRY = """
    SELECT event.id, event.name, custom.name AS custom, custom.label AS own_label, event.occurred_at AS at,
           event.received_at, subject.kind,
           subject.key, subject.name AS subject_name, nullif(coalesce(nullif(subject.url, ''), subject.key), '') AS url,
           event.duration AS visible_ms, event.verdict, event.reasons, event.props, event.lead_id, event.visitor_id
"""
_JOINS = """
      LEFT JOIN tracking_subject AS subject ON subject.tenant_id = event.tenant_id AND subject.id = event.subject_id
      LEFT JOIN tracking_customname AS custom
             ON custom.tenant_id = event.tenant_id AND custom.number = event.name AND event.name >= 1000
"""
_SHOWN = " AND event.name <> ALL (%(hidden)s::smallint[])"
_OF_LEAD = " WHERE event.tenant_id = %(tenant_id)s AND event.lead_id = %(who)s" + _SHOWN
_OF_VISITOR = " WHERE event.tenant_id = %(tenant_id)s AND event.visitor_id = %(who)s" + _SHOWN
_CAUSE = "coalesce(array_position(%(causes)s::smallint[], event.name), 0)"
_BEFORE = (
    " AND event.occurred_at <= %(at)s AND (event.occurred_at, "
    + _CAUSE
    + ", event.id) < (%(at)s, %(cause)s, %(id)s::uuid)"
)
_NEWEST = " ORDER BY event.occurred_at DESC, " + _CAUSE + " DESC, event.id DESC LIMIT %(limit)s"
_LAST_IN = _NEWEST.replace("ORDER BY", "ORDER BY event.received_at DESC,")
_FROM = _ENTRY + " FROM tracking_event AS event " + _JOINS
LEAD_TIMELINE = _FROM + _OF_LEAD + _NEWEST
LEAD_TIMELINE_BEFORE = _FROM + _OF_LEAD + _BEFORE + _NEWEST
VISITOR_TIMELINE = _FROM + _OF_VISITOR + _NEWEST
VISITOR_TIMELINE_BEFORE = _FROM + _OF_VISITOR + _BEFORE + _NEWEST
LAST_PAGES = _FROM + " WHERE event.tenant_id = %(tenant_id)s AND event.lead_id = %(who)s AND event.name = 1" + _NEWEST
_FROM_RECENT = _ENTRY + " FROM recent AS event " + _JOINS
# A view is read for hours at most; the bounds keep the search to one or two months.
VISIBLE = """
    SELECT event.props ->> 'view', sum(event.duration),
           max(CASE WHEN jsonb_typeof(event.props -> 'scroll') = 'number'
                    THEN greatest(least((event.props -> 'scroll')::numeric, 100), 0)::int END)
      FROM tracking_event AS event
     WHERE event.tenant_id = %(tenant_id)s AND event.visitor_id = ANY (%(visitors)s::bigint[]) AND event.name = 2
       AND event.occurred_at >= %(since)s - interval '1 hour' AND event.occurred_at <= %(until)s + interval '1 day'
       AND event.props ->> 'view' = ANY (%(views)s::text[])
     GROUP BY 1
"""
