"""Numbers for customers' own event names, made when a name is first seen, while the workspace has a place for it.

Anybody can send names with the public key: those get at most `EVENT_NAMES` less `EVENT_NAMES_RESERVED` places, so that
what a secret key sends or a member adds is not crowded out. Events of ignored names are dropped and counted, those
without a place set aside and counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ma_platform.db import sql
from ma_platform.env import ENV
from tracking.actions.shorten import SHORT
from tracking.catalogue import CUSTOM_FROM
from tracking.collector.lines import COLUMNS, VOUCHED
from tracking.facts import HIT

FEW = 5  # names without a place that are told
HIGHEST = 32_767


@dataclass(frozen=True, slots=True)
class _Numbered:
    """`left`: rows still without a number; `room`: some of them could get one."""

    left: bool
    room: bool


def number_custom_names(*, now: datetime) -> int:
    """Give every staged row with a name of its own its number. Rows without one leave the batch; returns those set
    aside. One statement while no name is new, ignored or without a place.
    """
    limits: dict[str, Any] = {  # Any: parameters
        "vouched": VOUCHED,
        "most": ENV.event_names,
        "reserved": ENV.event_names_reserved,
    }
    found = sql.typed(NUMBER, _Numbered, **limits)[0]
    if found.room:
        sql.run(MAKE, **limits, first=CUSTOM_FROM - 1, highest=HIGHEST)
        found = sql.typed(NUMBER, _Numbered, **limits)[0]
    if not found.left:
        return 0
    reason = f"no place for another event name of the workspace's own: {ENV.event_names} at most"
    aside: int = sql.run(SET_ASIDE, now=now, reason=reason, few=FEW).value()
    return aside


def give_out_alone() -> None:
    """One writer at a time gives out numbers and places. A statement of its own: the next one sees what others gave."""
    sql.run(ALONE)


ALONE = "SELECT pg_advisory_xact_lock(hashtext('tracking_customname'));"
# Names are looked up one by one in the order of their index, whatever the planner believes (see `staged`).
_KNOWN = """
    WITH stated AS MATERIALIZED (
        SELECT tenant_id, custom, bool_or(kind IS NOT DISTINCT FROM %(vouched)s) AS vouched,
               min(occurred_at) AS since, max(occurred_at) AS until
          FROM incoming WHERE name IS NULL
         GROUP BY tenant_id, custom
    ), known AS MATERIALIZED (
        SELECT stated.tenant_id, stated.custom, stated.since, stated.until, own.id, own.number,
               stated.vouched OR coalesce(own.vouched, false) AS vouched,
               own.id IS NOT NULL AND own.ignored_at IS NULL AND own.rested_at IS NULL AS live,
               stated.custom IS NOT NULL AND own.ignored_at IS NULL
                   AND (own.id IS NULL OR own.rested_at IS NOT NULL) AS asking
          FROM stated
          LEFT JOIN LATERAL (
               SELECT * FROM tracking_customname AS one
                WHERE one.tenant_id = stated.tenant_id AND one.name BETWEEN stated.custom AND stated.custom
                ORDER BY one.name OFFSET 0) AS own ON true
    ), room AS MATERIALIZED (
        SELECT asking.tenant_id, max(own.number) AS highest,
               count(own.id) FILTER (WHERE own.ignored_at IS NULL AND own.rested_at IS NULL) AS taken,
               count(own.id) FILTER (WHERE own.ignored_at IS NULL AND own.rested_at IS NULL AND NOT own.vouched)
                   AS strange
          FROM (SELECT DISTINCT tenant_id FROM known WHERE asking) AS asking
          LEFT JOIN tracking_customname AS own ON own.tenant_id = asking.tenant_id
         GROUP BY asking.tenant_id
    )"""
# When a name was seen is written once an hour, and left to whoever else is writing it just now. One that was there
# before anybody noted its first event (it has a last one only) keeps none: later ones would not be the first.
NUMBER = (
    _KNOWN  # noqa: S608 - constants put together, values are parameters
    + """, numbered AS (
        UPDATE incoming SET name = (
            SELECT own.number FROM tracking_customname AS own
             WHERE own.tenant_id = incoming.tenant_id AND own.name BETWEEN incoming.custom AND incoming.custom
               AND own.ignored_at IS NULL AND own.rested_at IS NULL
             ORDER BY own.name OFFSET 0)
         WHERE name IS NULL
    ), seen AS MATERIALIZED (
        SELECT own.id, known.since, known.until, known.vouched
          FROM known
          JOIN tracking_customname AS own ON own.id = known.id
         WHERE known.live AND (coalesce(own.last_at < known.until - interval '1 hour', true)
                               OR coalesce(own.first_at > known.since, own.last_at IS NULL)
                               OR (known.vouched AND NOT own.vouched))
           FOR NO KEY UPDATE OF own SKIP LOCKED
    ), noted AS (
        UPDATE tracking_customname AS own
           SET first_at = CASE WHEN own.first_at IS NOT NULL OR own.last_at IS NULL
                               THEN least(own.first_at, seen.since) END,
               last_at = greatest(own.last_at, seen.until), vouched = own.vouched OR seen.vouched
          FROM seen WHERE own.id = seen.id
    )
    SELECT coalesce(bool_or(NOT known.live), false) AS left,
           coalesce(bool_or(known.asking AND room.taken < %(most)s
                            AND (known.vouched OR room.strange < %(most)s - %(reserved)s)), false) AS room
      FROM known LEFT JOIN room USING (tenant_id)
"""
)
# Vouched names first, then by the alphabet. A name that rested keeps its number.
MAKE = (
    ALONE  # noqa: S608 - constants put together, values are parameters
    + _KNOWN
    + """, asked AS (
        SELECT known.*, row_number() OVER turn AS place, count(*) FILTER (WHERE NOT vouched) OVER turn AS strangers
          FROM known WHERE asking
        WINDOW turn AS (PARTITION BY tenant_id ORDER BY vouched DESC, custom ROWS UNBOUNDED PRECEDING)
    ), granted AS MATERIALIZED (
        SELECT asked.*, coalesce(room.highest, %(first)s) + row_number() OVER (
                   PARTITION BY asked.tenant_id ORDER BY (asked.id IS NULL) DESC, asked.place) AS fresh
          FROM asked JOIN room USING (tenant_id)
         WHERE room.taken + asked.place <= %(most)s
           AND (asked.vouched OR room.strange + asked.strangers <= %(most)s - %(reserved)s)
    ), woken AS (
        UPDATE tracking_customname AS own SET rested_at = NULL, vouched = own.vouched OR granted.vouched
          FROM granted WHERE own.id = granted.id
    )
    INSERT INTO tracking_customname (tenant_id, name, number, vouched, first_at, last_at)
    SELECT tenant_id, custom, fresh, vouched, since, until
      FROM granted WHERE id IS NULL AND fresh <= %(highest)s
    ON CONFLICT DO NOTHING
"""
)


# Columns that hold what people sent; the others need no escapes.
_TEXTS = {"visitor", "custom", "kind", "key", "subject_name", "url", "host", "path", "agent", "language"}
_HIT_IP = f"gone.props #>> ARRAY['{HIT}', 'ip']"
_SHORT_HIT = f"""
    CASE WHEN pg_input_is_valid({_HIT_IP}, 'inet')
         THEN jsonb_set(gone.props, ARRAY['{HIT}', 'ip'], to_jsonb({SHORT.format(f"({_HIT_IP})::inet")}))
         ELSE gone.props END
"""
_ESCAPED = (("'\\'", "'\\\\'"), ("chr(9)", "'\\t'"), ("chr(10)", "'\\n'"), ("chr(13)", "'\\r'"))


def _as_sent() -> str:
    """A staged row as the line it came in, so that it can be sent through once more; its addresses are short."""
    written = {name: f"gone.{name}::text" for name in COLUMNS}
    written["ip"], written["props"] = SHORT.format("gone.ip"), f"({_SHORT_HIT})::text"
    for raw, escaped in _ESCAPED:
        for name in _TEXTS | {"reasons", "source", "props"}:
            written[name] = f"replace({written[name]}, {raw}, {escaped})"
    return "concat_ws(chr(9), " + ", ".join(f"coalesce({text}, '\\N')" for text in written.values()) + ")"


SET_ASIDE = f"""
    WITH removed AS (
        DELETE FROM incoming WHERE name IS NULL RETURNING *
    ), gone AS MATERIALIZED (
        SELECT removed.*, own.number AS ignored
          FROM removed
          LEFT JOIN LATERAL (
               SELECT number FROM tracking_customname AS one
                WHERE one.tenant_id = removed.tenant_id AND one.name BETWEEN removed.custom AND removed.custom
                  AND one.ignored_at IS NOT NULL
                ORDER BY one.name OFFSET 0) AS own ON true
    ), kept AS (
        INSERT INTO tracking_rejected (tenant_id, line, reason, at)
        SELECT gone.tenant_id, {_as_sent()}, %(reason)s, %(now)s FROM gone WHERE gone.ignored IS NULL
    ), counted AS (
        INSERT INTO tracking_turnedaway AS turned (tenant_id, number, day, count, names)
        SELECT gone.tenant_id, gone.ignored, (%(now)s AT TIME ZONE workspace.timezone)::date, count(*),
               coalesce((array_agg(DISTINCT gone.custom) FILTER (
                   WHERE gone.ignored IS NULL AND gone.custom IS NOT NULL))[1:%(few)s], ARRAY[]::text[])
          FROM gone JOIN tenancy_workspace AS workspace ON workspace.id = gone.tenant_id
         GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
        ON CONFLICT (tenant_id, number, day) DO UPDATE
           SET count = turned.count + excluded.count,
               names = CASE WHEN cardinality(turned.names) >= %(few)s THEN turned.names
                            ELSE (turned.names || ARRAY(SELECT unnest(excluded.names)
                                                        EXCEPT SELECT unnest(turned.names)))[1:%(few)s] END
    )
    SELECT count(*) FROM gone WHERE gone.ignored IS NULL
"""  # noqa: S608 - column names are constants
