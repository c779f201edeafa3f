"""SQL of the operators: a value expression and what it is compared with, to a test.

Positive tests are NULL at most where the value is NULL, negative ones also where it is blank; the writer makes
both total.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import cast
from zoneinfo import ZoneInfo

from conditions.kinds import TEXTS, Kind
from conditions.pattern import to_postgres
from conditions.times import Duration, Period, day_start, local_day, period_days


@dataclass(frozen=True)
class Site:
    """One test in place: `bind` keeps a value as a parameter and gives its typed placeholder.

    Texts arrive folded where the kind is FOLDED, choices as stored; a rank with lt … between as all ranks that qualify.
    Kind.SET: `sql` is one member, and negative operators give the positive test.
    """

    sql: str
    kind: Kind
    value: object
    bind: Callable[[object], str]
    now: datetime
    tz: ZoneInfo

    @property
    def present(self) -> str:
        """The value, NULL when it is blank."""
        return f"NULLIF({self.sql}, '')" if self.kind in TEXTS or self.kind is Kind.SET else self.sql

    @property
    def today(self) -> date:
        return local_day(self.now, tz=self.tz)

    def start(self, day: date) -> str:
        """Placeholder of where a local day begins, comparable with the value."""
        return self.bind(day if self.kind is Kind.DAY else day_start(day, tz=self.tz))


def equal(site: Site) -> str:
    return f"{site.sql} = {site.bind(site.value)}"


def differs(site: Site) -> str:
    return f"{site.present} <> {site.bind(site.value)}"


def one_of(site: Site) -> str:
    return f"{site.sql} = ANY({site.bind(site.value)})" if site.value else "FALSE"


def none_of(site: Site) -> str:
    if site.kind is Kind.SET:
        return one_of(site)
    return f"{site.present} <> ALL({site.bind(site.value)})"


def less(site: Site) -> str:
    return _sized(site, "{} < {}")


def at_most(site: Site) -> str:
    return _sized(site, "{} <= {}")


def more(site: Site) -> str:
    return _sized(site, "{} > {}")


def at_least(site: Site) -> str:
    return _sized(site, "{} >= {}")


def _sized(site: Site, comparison: str) -> str:
    if site.kind is Kind.RANK:
        return one_of(site)
    return comparison.format(site.sql, site.bind(site.value))


def between(site: Site) -> str:
    if site.kind is Kind.RANK:
        return one_of(site)
    low, high = cast("tuple[object, object]", site.value)
    if site.kind is Kind.NUMBER:
        return f"({site.sql} >= {site.bind(low)} AND {site.sql} <= {site.bind(high)})"
    return f"({site.sql} >= {_from(site, low)} AND {site.sql} {_until(site, high)})"


def _from(site: Site, low: object) -> str:
    return site.bind(low) if isinstance(low, datetime) else site.start(cast("date", low))


def _until(site: Site, high: object) -> str:
    """A moment is included as it is, a day to its end."""
    if isinstance(high, datetime):
        return f"<= {site.bind(high)}"
    return "< {}".format(site.start(cast("date", high) + timedelta(days=1)))


def contains(site: Site) -> str:
    if site.kind is Kind.SET:
        return equal(site)
    return f"strpos({site.sql}, {site.bind(site.value)}) > 0"


def lacks(site: Site) -> str:
    if site.kind is Kind.SET:
        return equal(site)
    return f"strpos({site.present}, {site.bind(site.value)}) = 0"


def starts_with(site: Site) -> str:
    return f"{site.sql} ^@ {site.bind(site.value)}"


def ends_with(site: Site) -> str:
    ending = site.bind(site.value)
    return f"right({site.sql}, length({ending})) = {ending}"


def matches(site: Site) -> str:
    """A blank is no value, even for a pattern that would take it."""
    return "({0} <> '' AND {0} ~ {1})".format(site.sql, site.bind(to_postgres(cast("str", site.value))))


def is_set(site: Site) -> str:
    return f"{site.present} IS NOT NULL"


def is_not_set(site: Site) -> str:
    return f"{site.present} IS NULL"


def on(site: Site) -> str:
    if isinstance(site.value, Period):
        first, after_last = period_days(site.value, today=site.today)
    else:
        first = cast("date", site.value)
        after_last = first + timedelta(days=1)
    return f"({site.sql} >= {site.start(first)} AND {site.sql} < {site.start(after_last)})"


def before(site: Site) -> str:
    return f"{site.sql} < {_from(site, site.value)}"


def after(site: Site) -> str:
    if isinstance(site.value, datetime):
        return f"{site.sql} > {site.bind(site.value)}"
    return "{} >= {}".format(site.sql, site.start(cast("date", site.value) + timedelta(days=1)))


def within_last(site: Site) -> str:
    """Moments: (now − d, now]. Days: the last n including today."""
    low, high = _window(site, -1)
    return f"({site.sql} > {low} AND {site.sql} <= {high})"


def not_within_last(site: Site) -> str:
    return f"NOT {within_last(site)}"


def within_next(site: Site) -> str:
    """Moments: (now, now + d]. Days: the next n including today."""
    low, high = _window(site, +1)
    return f"({site.sql} > {low} AND {site.sql} <= {high})"


def _window(site: Site, direction: int) -> tuple[str, str]:
    length = cast("Duration", site.value)
    if site.kind is Kind.MOMENT:
        low, high = sorted((site.now, site.now + direction * length.delta))
        return site.bind(low), site.bind(high)
    last = site.today + timedelta(days=0 if direction < 0 else length.amount - 1)
    return site.bind(last - timedelta(days=length.amount)), site.bind(last)


ANNIVERSARY = """EXISTS (
    SELECT FROM (SELECT {day} AS day) AS origin,
           LATERAL (SELECT (day + make_interval(years => year - extract(year FROM day)::int))::date AS turn
                      FROM generate_series({year}::int, {year}::int + 1) AS year WHERE isfinite(day)) AS turning
     WHERE turn > day AND turn >= {today} AND turn < {end})"""


def anniversary_within(site: Site) -> str:
    """The day comes round within the next n days, today included; 29 February on the 28th in other years."""
    days = cast("Duration", site.value).amount
    day = site.sql
    if site.kind is Kind.MOMENT:
        day = f"({site.sql} AT TIME ZONE {site.bind(site.tz.key)})::date"
    return ANNIVERSARY.format(
        day=day,
        year=site.bind(site.today.year),
        today=site.bind(site.today),
        end=site.bind(site.today + timedelta(days=days)),
    )
