"""The workspace's own event names as people look at them: how often, since when, and which had no place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from ma_platform.db import sql
from ma_platform.env import ENV
from tracking.models import CustomName

COUNTED = timedelta(days=30)
MOST_COUNTED = 2_000  # counts by day a name: one a person, browser, page and day
LATELY = timedelta(days=1)  # a name without a place is worth a warning on its day and the next
STATES = ("live", "ignored", "rested")


@dataclass(frozen=True, slots=True)
class EventNameRow:
    """A name of the workspace's own. `recent`: what people did under it in 30 days by the counts by day, of which the
    latest MOST_COUNTED are added up (`more`: there are others); `dropped` in 30 days while ignored. `last_at`: None
    before its first event; `first_at` also where nobody has noted it.
    """

    public_id: str
    name: str
    label: str
    number: int
    vouched: bool
    added_at: datetime | None
    ignored_at: datetime | None
    rested_at: datetime | None
    first_at: datetime | None
    last_at: datetime | None
    recent: int
    more: bool
    dropped: int

    @property
    def state(self) -> str:
        """live, ignored, or rested: no event of it is kept."""
        return "ignored" if self.ignored_at else "rested" if self.rested_at else "live"


@dataclass(frozen=True, slots=True)
class EventNameFilter:
    """`text` in the name or what people call it; `state` one of STATES, "" for all."""

    text: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class NamePlaces:
    """Of `most` places `taken` are; at most `most` less `reserved` by names nobody vouches for, which are `strange`."""

    most: int
    reserved: int
    taken: int
    strange: int
    ignored: int

    @property
    def free(self) -> int:
        """For names that a secret key sends or a member adds."""
        return max(0, self.most - self.taken)

    @property
    def free_for_strangers(self) -> int:
        return max(0, min(self.free, self.most - self.reserved - self.strange))


@dataclass(frozen=True, slots=True)
class WithoutPlace:
    """Events that were set aside today or yesterday because there was no place for their names, and the first names."""

    count: int
    names: list[str]


def event_names(
    asked: EventNameFilter, *, today: date, before: int | None = None, limit: int = 50
) -> list[EventNameRow]:
    """Newest first, those with a smaller number than `before`. One query, over the counts by day of these names."""
    since = today - COUNTED
    narrow = {**_narrowed(asked), "id": ""}
    return sql.typed(
        LIST, EventNameRow, **narrow, since=since, before=before or 32_768, limit=limit, counted=MOST_COUNTED
    )


def find_event_name(public_id: str, *, today: date) -> EventNameRow | None:
    """One of them; None for a missing or foreign one."""
    narrow = _narrowed(EventNameFilter())
    since = today - COUNTED
    rows = sql.typed(
        LIST, EventNameRow, **narrow, id=public_id, since=since, before=32_768, limit=1, counted=MOST_COUNTED
    )
    return rows[0] if rows and public_id else None


def count_event_names(asked: EventNameFilter) -> int:
    counted: int = sql.run(COUNT, **_narrowed(asked), id="").value()
    return counted


def named_by(public_ids: Sequence[str]) -> dict[int, str]:
    """Names in use among these, by number: those that would be ignored."""
    rows = CustomName.objects.filter(public_id__in=public_ids, ignored_at=None).order_by("number")
    return dict(rows.values_list("number", "name"))


def strange_names(text: str) -> list[str]:
    """Public ids of those in use with this text in them that nobody vouches for; none for no text."""
    return sql.run(STRANGE, **_narrowed(EventNameFilter(text, "live")), id="").values() if text.strip() else []


def name_places() -> NamePlaces:
    """How many places there are, and who has them."""
    return NamePlaces(ENV.event_names, ENV.event_names_reserved, *sql.run(PLACES).one())


def names_without_place(*, today: date) -> WithoutPlace | None:
    """What was set aside lately; None when nothing was. One look-up."""
    count, names = sql.run(TURNED, since=today - LATELY, few=5).one()
    return WithoutPlace(int(count), names) if count else None


def _narrowed(asked: EventNameFilter) -> dict[str, str]:
    return {
        "text": asked.text.strip().lower().replace("\x00", ""),
        "state": asked.state if asked.state in STATES else "",
    }


_SHOWN = """
      FROM tracking_customname AS own
     WHERE own.tenant_id = %(tenant_id)s AND (%(id)s = '' OR own.public_id = %(id)s)
       AND (%(text)s = '' OR position(%(text)s IN lower(own.name || ' ' || own.label)) > 0)
       AND (%(state)s = '' OR %(state)s = CASE WHEN own.ignored_at IS NOT NULL THEN 'ignored'
                                               WHEN own.rested_at IS NOT NULL THEN 'rested' ELSE 'live' END)
"""
COUNT = "SELECT count(*)" + _SHOWN
STRANGE = "SELECT own.public_id" + _SHOWN + " AND NOT own.vouched ORDER BY own.number"
LIST = (
    "WITH shown AS MATERIALIZED (SELECT own.*"  # noqa: S608 - constants put together, values are parameters
    + _SHOWN
    + """
           AND own.number < %(before)s
         ORDER BY own.number DESC LIMIT %(limit)s
    )
    SELECT shown.public_id, shown.name, shown.label, shown.number, shown.vouched, shown.added_at, shown.ignored_at,
           shown.rested_at, shown.first_at, shown.last_at,
           coalesce(done.recent, 0)::bigint AS recent, done.rows > %(counted)s AS more,
           coalesce(dropped.count, 0)::bigint AS dropped
      FROM shown
      LEFT JOIN LATERAL (
           SELECT count(*) AS rows, sum(latest.count) FILTER (WHERE latest.place <= %(counted)s) AS recent
             FROM (SELECT daily.count, row_number() OVER (ORDER BY daily.day DESC) AS place
                     FROM tracking_daily AS daily
                    WHERE daily.tenant_id = %(tenant_id)s AND daily.name = shown.number AND daily.name >= 1000
                      AND daily.day > %(since)s
                    ORDER BY place LIMIT %(counted)s + 1) AS latest) AS done ON true
      LEFT JOIN LATERAL (
           SELECT sum(turned.count) AS count FROM tracking_turnedaway AS turned
            WHERE turned.tenant_id = %(tenant_id)s AND turned.number = shown.number
              AND turned.day > %(since)s) AS dropped ON true
     ORDER BY shown.number DESC
"""
)
PLACES = """
    SELECT count(*) FILTER (WHERE ignored_at IS NULL AND rested_at IS NULL),
           count(*) FILTER (WHERE ignored_at IS NULL AND rested_at IS NULL AND NOT vouched),
           count(*) FILTER (WHERE ignored_at IS NOT NULL)
      FROM tracking_customname WHERE tenant_id = %(tenant_id)s
"""
TURNED = """
    SELECT coalesce(sum(turned.count), 0)::bigint,
           ARRAY(SELECT DISTINCT unnest(names) FROM tracking_turnedaway
                  WHERE tenant_id = %(tenant_id)s AND number IS NULL AND day >= %(since)s
                  ORDER BY 1 LIMIT %(few)s)
      FROM tracking_turnedaway AS turned
     WHERE turned.tenant_id = %(tenant_id)s AND turned.number IS NULL AND turned.day >= %(since)s
"""
