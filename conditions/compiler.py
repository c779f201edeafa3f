"""A tree to SQL: over leads, over one event, and node by node for explanation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from conditions.rolled import Days
from conditions.tree import Node
from conditions.vocabulary import WORDS, Vocabulary
from conditions.writer import Writer, named_array


@dataclass(frozen=True)
class Compiled:
    """A boolean SQL expression, never NULL, with `%(name)s` places. `params` holds its own values only.

    The statement around it supplies `tenant_id`, and the array named by `among`, if one was.
    """

    sql: str
    params: dict[str, Any]  # Any: whatever the driver adapts


def compile(  # noqa: PLR0913 - who, when, and three ways to read, each named by the caller
    node: Node,
    *,
    now: datetime,
    tz: ZoneInfo,
    vocabulary: Vocabulary = WORDS,
    among: str | None = None,
    prefix: str = "c",
    days: Days | None = None,
) -> Compiled:
    """The condition over a row aliased `lead` (leads_lead) at `now`, days being those of `tz`.

    It does not hold for a person merged into another. Over visitors (`vocabulary=VISITOR_WORDS`) the rows are those of
    `VISITORS.rows`, alias `visitor`.
    among: name of a bigint[] parameter; then only the events of those leads are read, so use it to judge a few.
    prefix: of parameter names, so that several pieces fit in one statement.
    days: events may be counted from the counts by day; the answers are the same. For many people, never for a few.
    Raises ConditionRefused for words gone since parsing, and for memberships nobody offers.
    """
    writer = Writer(vocabulary=vocabulary, now=now, tz=tz, prefix=prefix, among=named_array(among), days=days)
    sql, standing = writer.condition(node, fields=vocabulary), vocabulary.audience.standing
    return Compiled(f"({standing} AND {sql})" if standing else sql, writer.params)


def compile_event(
    where: Node, *, now: datetime, tz: ZoneInfo, vocabulary: Vocabulary = WORDS, prefix: str = "c"
) -> Compiled:
    """A did's `where` (see `parse_where`) over rows aliased `event` and `subject`, both in the caller's FROM.

    Join the dictionary with LEFT JOIN: an event without subject has no path, and is judged so.
    """
    writer = Writer(vocabulary=vocabulary, now=now, tz=tz, prefix=prefix, joined=frozenset({"subject"}))
    return Compiled(writer.condition(where, fields=vocabulary.events.fields), writer.params)
