"""The one computation: a rulebook as SQL over sets of leads, for incremental scores, rebuilds, previews, shown lines.

Unknown visitors go the same way (`of=VISITORS`): by what they did, since nobody is known whom a fit rule or an
exclusion could be asked about. What counts are the facts that become the person's when the browser is bound.

Order: eligible events (human, of a lead that is not excluded, after the reset marker) → count and repeat policy by
event time, ties by event id → points → rule cap → group cap → axis cap → floor for display. A cap bounds gains and
losses apart: the sum of a rule's (group's, axis') positive lines stops at +cap, that of the negative ones at −cap.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from psycopg2.sql import SQL, Composable, Literal

from conditions import Compiled
from scoring.document import EngagementRule, FitRule, NamedAction, Rulebook
from scoring.wording import Condition, Place, event_clause, lead_clause

FIRST_ACTION = 100_000  # numbers of named actions; rules are numbered from 0
LOWEST = -(2**31)


@dataclass(frozen=True)
class Moment:
    """When and where a computation happens: `zone` says when a day, week (from Monday) or month begins."""

    now: datetime
    zone: ZoneInfo


@dataclass(frozen=True)
class Statement:
    """SQL with the values of its places; the subjects' ids, `model_id` and `tenant_id` are still to be given."""

    text: Composable
    params: dict[str, Any] = field(default_factory=dict)  # Any: whatever the driver adapts


@dataclass(frozen=True)
class Subjects:
    """Whose points. `judged`: who is looked at; `events`: which facts are theirs; `ids` names the array of ids.

    `known`: a person, whom conditions about people can be asked about.
    """

    judged: SQL
    events: SQL
    ids: str
    known: bool


def totals(book: Rulebook, *, at: Moment) -> Statement:
    """One row per lead: lead_id, excluded, fit, engagement, total, raw_…, cell, action_…, last_fact_received_at."""
    return _statement(TOTALS, book, at, of=LEADS)


def visitor_totals(book: Rulebook, *, at: Moment) -> Statement:
    """One row per unknown visitor with points, of either sign: visitor_id, points, raw."""
    return _statement(VISITOR_TOTALS, book, at, of=VISITORS)


def lines(book: Rulebook, *, at: Moment, of: Subjects | None = None) -> Statement:
    """One row per point line: who_id, no, axis, raw_points, points, capped_by, event_id, at. Of leads unless said."""
    return _statement(LINES, book, at, of=of or LEADS)


def rule_at(book: Rulebook, no: int) -> FitRule | EngagementRule:
    """The rule behind a line's number: fit rules first, then engagement rules."""
    rules: tuple[FitRule | EngagementRule, ...] = (*book.fit_rules, *book.rules)
    return rules[no]


class _Tests:
    """Writes the tests of rules, and collects their parameters."""

    def __init__(self, at: Moment) -> None:
        self.at = at
        self.params: dict[str, object] = {}
        self._taken = 0

    def numbers(self, tests: Sequence[tuple[int, Composable]]) -> Composable:
        """`CASE WHEN test THEN 0 END, …`: the numbers of the tests that hold, NULL for the others."""
        cases = [SQL("CASE WHEN {} THEN {} END").format(test, Literal(no)) for no, test in tests]
        return SQL(", ").join([*cases, SQL("NULL")])

    def lead(self, when: Condition) -> Composable:
        return self._take(lead_clause(when, at=self._place(), among="lead_ids"))

    def event(self, rule: EngagementRule | NamedAction) -> Composable:
        return self._take(event_clause(rule.event, rule.where, at=self._place()))

    def _place(self) -> Place:
        self._taken += 1
        return Place(now=self.at.now, zone=self.at.zone, prefix=f"w{self._taken}")

    def _take(self, clause: Compiled) -> Composable:
        self.params.update(clause.params)
        return SQL("({})").format(SQL(clause.sql))


def _statement(outcome: SQL, book: Rulebook, at: Moment, *, of: Subjects) -> Statement:
    tests = _Tests(at)
    first = len(book.fit_rules)
    seen = [(first + place, tests.event(rule)) for place, rule in enumerate(book.rules)]
    seen += [(FIRST_ACTION + place, tests.event(action)) for place, action in enumerate(book.hot.actions)]
    text = SQL("{earned}{outcome}").format(
        earned=EARNED.format(
            judged=of.judged.format(exclusion=_exclusion(book, tests)) if of.known else of.judged,
            fitting=_fitting(book, tests) if of.known else NOBODY,
            events=of.events,
            event_tests=tests.numbers(seen),
        ),
        outcome=outcome.format(first_action=Literal(FIRST_ACTION)),
    )
    return Statement(text, {**tests.params, **_rule_columns(book), **_grades(book), "zone": str(at.zone)})


def _fitting(book: Rulebook, tests: _Tests) -> Composable:
    return FITTING.format(
        fit_tests=tests.numbers([(no, tests.lead(rule.when)) for no, rule in enumerate(book.fit_rules)])
    )


def _exclusion(book: Rulebook, tests: _Tests) -> Composable:
    if not book.exclude:
        return SQL("NULL::text")
    tests.params["reasons"] = [row.reason for row in book.exclude]
    cases = [
        SQL("WHEN {} THEN (%(reasons)s::text[])[{}]").format(tests.lead(row.when), Literal(place))
        for place, row in enumerate(book.exclude, start=1)
    ]
    return SQL("CASE {} END").format(SQL(" ").join(cases))


def _rule_columns(book: Rulebook) -> dict[str, object]:
    fit, engaged = book.fit_rules, book.rules
    rules: tuple[FitRule | EngagementRule, ...] = (*fit, *engaged)
    return {
        "rule_no": list(range(len(fit) + len(engaged))),
        "rule_axis": ["fit"] * len(fit) + ["engagement"] * len(engaged),
        "rule_group": [None] * len(fit) + [rule.group for rule in engaged],
        "rule_points": [rule.points for rule in rules],
        "rule_every_nth": [1] * len(fit) + [rule.count for rule in engaged],
        "rule_per_object": [False] * len(fit) + [rule.repeat.mode == "once_per_object" for rule in engaged],
        "rule_per": [None] * len(fit) + [rule.repeat.per for rule in engaged],
        "rule_quota": [None] * len(fit) + [rule.repeat.limit for rule in engaged],
        "rule_cap": [None] * len(fit) + [rule.cap for rule in engaged],
        "rule_group_cap": [None] * len(fit) + [book.group_caps.get(rule.group or "") for rule in engaged],
        "rule_axis_cap": [book.fit.cap] * len(fit) + [book.engagement.cap] * len(engaged),
    }


def _grades(book: Rulebook) -> dict[str, object]:
    """The bands' names and lower bounds; the last band takes everything below."""
    return {
        "names": list(book.events),
        "fit_floor": book.fit.floor,
        "engagement_floor": book.engagement.floor,
        "fit_bands": [name for name, _ in book.fit.bands],
        "fit_bounds": [bound for _, bound in book.fit.bands[:-1]] + [LOWEST],
        "engagement_bands": [name for name, _ in book.engagement.bands],
        "engagement_bounds": [bound for _, bound in book.engagement.bands[:-1]] + [LOWEST],
    }


LEADS = Subjects(
    judged=SQL("""
    SELECT lead.id AS who_id, {exclusion} AS excluded, score.counts_after
      FROM leads_lead AS lead
      LEFT JOIN scoring_score AS score
             ON score.tenant_id = lead.tenant_id AND score.model_id = %(model_id)s AND score.lead_id = lead.id
     WHERE lead.tenant_id = %(tenant_id)s AND lead.id = ANY(%(lead_ids)s) AND lead.merged_into_id IS NULL"""),
    events=SQL("event.lead_id = judged.who_id"),
    ids="lead_ids",
    known=True,
)
# Facts that named their person themselves stay that person's, whoever's browser it was.
VISITORS = Subjects(
    judged=SQL("""
    SELECT visitor.id AS who_id, NULL::text AS excluded, NULL::timestamptz AS counts_after
      FROM tracking_visitor AS visitor
     WHERE visitor.tenant_id = %(tenant_id)s AND visitor.id = ANY(%(visitor_ids)s) AND visitor.lead_id IS NULL"""),
    events=SQL("event.visitor_id = judged.who_id AND event.lead_id IS NULL"),
    ids="visitor_ids",
    known=False,
)
FITTING = SQL("""
    SELECT met.who_id, met.no
      FROM (SELECT lead.id AS who_id, unnest(ARRAY[{fit_tests}]::int[]) AS no
              FROM judged
              JOIN leads_lead AS lead ON lead.tenant_id = %(tenant_id)s AND lead.id = judged.who_id
             WHERE judged.excluded IS NULL) AS met
     WHERE met.no IS NOT NULL""")
NOBODY = SQL("SELECT NULL::bigint AS who_id, NULL::int AS no WHERE FALSE")

EARNED = SQL("""
WITH judged AS MATERIALIZED ({judged}
), rule AS (
    SELECT *
      FROM unnest(%(rule_no)s::int[], %(rule_axis)s::text[], %(rule_group)s::text[], %(rule_points)s::int[],
                  %(rule_every_nth)s::int[], %(rule_per_object)s::bool[], %(rule_per)s::text[],
                  %(rule_quota)s::int[], %(rule_cap)s::int[], %(rule_group_cap)s::int[], %(rule_axis_cap)s::int[])
           AS rule(no, axis, pool, raw_points, every_nth, per_object, per, quota, cap, pool_cap, axis_cap)
), fitting AS ({fitting}
), matched AS MATERIALIZED (
    SELECT met.*
      FROM (SELECT judged.who_id, event.id AS event_id, event.occurred_at AS at, event.received_at,
                   coalesce(event.subject_id, 0) AS object, unnest(ARRAY[{event_tests}]::int[]) AS no
              FROM judged
              JOIN tracking_event AS event ON event.tenant_id = %(tenant_id)s AND {events}
              LEFT JOIN tracking_subject AS subject
                     ON subject.tenant_id = event.tenant_id AND subject.id = event.subject_id
             WHERE judged.excluded IS NULL
               AND event.name = ANY(%(names)s::smallint[]) AND event.verdict = 0
               AND (judged.counts_after IS NULL OR event.occurred_at > judged.counts_after)) AS met
     WHERE met.no IS NOT NULL
), counted AS (
    SELECT matched.*, rule.every_nth, rule.quota,
           CASE WHEN rule.per_object THEN matched.object::text
                ELSE date_trunc(rule.per, matched.at AT TIME ZONE %(zone)s)::text END AS bucket,
           row_number() OVER (PARTITION BY matched.who_id, matched.no,
                                           CASE WHEN rule.per_object THEN matched.object END
                              ORDER BY matched.at, matched.event_id) AS place
      FROM matched
      JOIN rule ON rule.no = matched.no
), taken AS (
    SELECT counted.*, row_number() OVER (PARTITION BY who_id, no, bucket ORDER BY at, event_id) AS turn
      FROM counted
     WHERE mod(place, every_nth) = 0
), earned AS (
    SELECT who_id, no, NULL::uuid AS event_id, NULL::timestamptz AS at, NULL::timestamptz AS received_at FROM fitting
     UNION ALL
    SELECT who_id, no, event_id, at, received_at FROM taken WHERE quota IS NULL OR turn <= quota
), by_rule AS (
    SELECT earned.*, rule.axis, rule.pool, rule.raw_points, rule.cap, rule.pool_cap, rule.axis_cap,
           sum(rule.raw_points) OVER (PARTITION BY earned.who_id, earned.no
                                      ORDER BY earned.at, earned.event_id ROWS UNBOUNDED PRECEDING) AS rule_run
      FROM earned
      JOIN rule ON rule.no = earned.no
), by_pool AS (
    SELECT kept.*,
           sum(rule_points) OVER (PARTITION BY who_id, axis, pool, sign(raw_points)
                                  ORDER BY at NULLS FIRST, event_id, no ROWS UNBOUNDED PRECEDING) AS pool_run
      FROM (SELECT by_rule.*,
                   least(greatest(rule_run, -cap), cap)
                   - least(greatest(rule_run - raw_points, -cap), cap) AS rule_points
              FROM by_rule) AS kept
), by_axis AS (
    SELECT kept.*,
           sum(pool_points) OVER (PARTITION BY who_id, axis, sign(raw_points)
                                  ORDER BY at NULLS FIRST, event_id, no ROWS UNBOUNDED PRECEDING) AS axis_run
      FROM (SELECT by_pool.*,
                   least(greatest(pool_run, -pool_cap), pool_cap)
                   - least(greatest(pool_run - rule_points, -pool_cap), pool_cap) AS pool_points
              FROM by_pool) AS kept
), line AS (
    SELECT by_axis.*,
           (least(greatest(axis_run, -axis_cap), axis_cap)
            - least(greatest(axis_run - pool_points, -axis_cap), axis_cap))::int AS points
      FROM by_axis
)
""")

LINES = SQL("""
SELECT who_id, no, axis, raw_points, points, event_id, at,
       CASE WHEN points <> pool_points THEN 'axis'
            WHEN pool_points <> rule_points THEN 'group'
            WHEN rule_points <> raw_points THEN 'rule' END AS capped_by
  FROM line
 WHERE no < {first_action}
 ORDER BY who_id, axis DESC, at NULLS FIRST, event_id, no
""")

TOTALS = SQL("""
, summed AS (
    SELECT who_id,
           sum(points) FILTER (WHERE axis = 'fit') AS fit,
           sum(points) FILTER (WHERE axis = 'engagement') AS engagement,
           max(received_at) AS last_fact_received_at
      FROM line
     GROUP BY who_id
), action AS (
    SELECT DISTINCT ON (who_id) who_id, event_id, at, received_at
      FROM matched
     WHERE no >= {first_action}
     ORDER BY who_id, at DESC, event_id DESC
), standing AS (
    SELECT judged.who_id, judged.excluded, summed.last_fact_received_at,
           action.event_id AS action_id, action.at AS action_at, action.received_at AS action_received_at,
           CASE WHEN judged.excluded IS NULL THEN coalesce(summed.fit, 0)::int END AS raw_fit,
           CASE WHEN judged.excluded IS NULL THEN coalesce(summed.engagement, 0)::int END AS raw_engagement,
           CASE WHEN judged.excluded IS NULL THEN greatest(coalesce(summed.fit, 0), %(fit_floor)s)::int END AS fit,
           CASE WHEN judged.excluded IS NULL
                THEN greatest(coalesce(summed.engagement, 0), %(engagement_floor)s)::int END AS engagement
      FROM judged
      LEFT JOIN summed ON summed.who_id = judged.who_id
      LEFT JOIN action ON action.who_id = judged.who_id
)
SELECT standing.who_id AS lead_id, standing.*, standing.fit + standing.engagement AS total,
       (SELECT band.name FROM unnest(%(fit_bands)s::text[], %(fit_bounds)s::int[]) AS band(name, bound)
         WHERE band.bound <= standing.fit ORDER BY band.bound DESC LIMIT 1)
       || (SELECT band.name FROM unnest(%(engagement_bands)s::text[], %(engagement_bounds)s::int[]) AS band(name, bound)
            WHERE band.bound <= standing.engagement ORDER BY band.bound DESC LIMIT 1) AS cell
  FROM standing
""")

VISITOR_TOTALS = SQL("""
SELECT who_id AS visitor_id, greatest(sum(points), %(engagement_floor)s)::int AS points, sum(points)::int AS raw
  FROM line
 WHERE no < {first_action}
 GROUP BY who_id
HAVING sum(points) <> 0
""")
