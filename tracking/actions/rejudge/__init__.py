"""Verdicts thought over again: by behaviour a little later, and by newer rules when somebody asks.

Owns every change of a verdict after the fact was kept, and what follows from it (rollup, people told). Refuses to know
a rule: those are pure, in `tracking.verdict`.
"""

from tracking.actions.rejudge.hits import judge_mail_of, judge_pixels_near
from tracking.actions.rejudge.moves import Moved, Outcome, settle
from tracking.actions.rejudge.passes import (
    NotReady,
    PeriodRefused,
    advance,
    ask_rejudgement,
    resume,
    run_rejudgement,
)
from tracking.actions.rejudge.sweep import judge_due_visits, judge_new_hits

__all__ = [
    "Moved",
    "NotReady",
    "Outcome",
    "PeriodRefused",
    "advance",
    "ask_rejudgement",
    "judge_due_visits",
    "judge_mail_of",
    "judge_new_hits",
    "judge_pixels_near",
    "resume",
    "run_rejudgement",
    "settle",
]
