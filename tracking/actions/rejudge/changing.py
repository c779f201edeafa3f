"""Giving events another verdict: the statement that does it and the one that only says what it would move."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tracking import verdict
from tracking.actions.rejudge.moves import COUNT, SHIFT, Moved, moved_by

_FACTS = """
              event.lead_id, event.visitor_id, event.name, event.subject_id, event.occurred_at, event.duration
"""


@dataclass(frozen=True, slots=True)
class Changing:
    """`judged`: a CTE of that name with `verdict` and `reasons` (null for none) of what was judged; `differs`: which
    events (`event`) it is about and are judged otherwise yet; `kept`: reasons of an event that stay, as SQL.
    """

    judged: str
    differs: str
    kept: str = "'{}'"

    def write(self, **params: Any) -> list[Moved]:  # Any: whatever the driver adapts
        """Change them, and the rollup with them; returns what moved. Repeating it moves nothing."""
        statement = f"""
            WITH {self.judged}, changed AS (
                UPDATE tracking_event AS event
                   SET verdict = judged.verdict, rule_version = %(rule_version)s,
                       reasons = coalesce(judged.reasons, '{{}}') || {self.kept}::text[]
                  FROM judged
                 WHERE {self.differs}
                RETURNING old.verdict AS before, new.verdict AS after, {_FACTS}
            ) {SHIFT}
        """  # noqa: S608 - constants put together, values are parameters
        return moved_by(statement, rule_version=verdict.RULE_VERSION, **params)

    def preview(self, **params: Any) -> list[Moved]:  # Any: whatever the driver adapts
        """What `write` would move; changes nothing."""
        statement = f"""
            WITH {self.judged}, changed AS (
                SELECT event.verdict AS before, judged.verdict AS after, {_FACTS}
                  FROM judged, tracking_event AS event
                 WHERE {self.differs}
            ) {COUNT}
        """  # noqa: S608 - constants put together, values are parameters
        return moved_by(statement, **params)


def judged_columns(judgements: Sequence[verdict.Judgement]) -> dict[str, Any]:  # Any: arrays for unnest
    """`verdict` and `reasons` of each; reasons in one text, since arrays of arrays cannot be ragged."""
    return {
        "verdict": [int(one.verdict) for one in judgements],
        "reasons": [",".join(one.reasons) for one in judgements],
    }
