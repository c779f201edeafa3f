"""Stages, alerts and deals as rows for pages, in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from lifecycle.models import Alert, Assignment, Deal, Stage
from lifecycle.queries import FunnelStep, all_stages, stage_stock
from lifecycle.queries.stages import stage_names
from lifecycle.stages import INSIDE_SALES, MARKETING, SALES
from ma_platform.api.pages import decode, encode, moment_of

DEPARTMENT_NAMES = {MARKETING: _("Marketing"), INSIDE_SALES: _("Inside sales"), SALES: _("Sales")}
STATUS_NAMES = {"open": _("In progress"), "won": _("Won"), "lost": _("Lost")}
RULE_NAMES = {
    "lead_created": _("by rule: they arrived"),
    "first_contact": _("by rule: first contact"),
    "became_hot": _("by rule: became hot"),
    "deal_opened": _("by rule: a deal was opened"),
    "deal_won": _("by rule: a deal was won"),
    "deal_lost": _("by rule: a deal was lost"),
    "import_undone": _("an import of deals was undone"),
    "job_undone": _("A job was undone"),
}


@dataclass(frozen=True)
class StageRow:
    """A stage with who stands in it."""

    stage: Stage
    count: int
    department: str
    sla: str
    href: str


def leads_in(stage_key: str, *, counted: bool = False) -> str:
    """The list of the people in a stage, or nothing while there is no such page; counted: without those left out."""
    asked = {"stage": stage_key, **({"excluded": "no"} if counted else {})}
    with suppress(NoReverseMatch):
        return f"{reverse('leads:list')}?{urlencode(asked)}"
    return ""


def funnel_steps(steps: Sequence[FunnelStep], *, counted: bool = False) -> list[dict[str, object]]:
    """For the funnel drawing: people in each stage now; the rate is of the step before that came this far."""
    return [
        {
            "label": step.stage.name,
            "count": step.count,
            "href": leads_in(step.stage.key, counted=counted),
            "rate": step.rate,
            "hint": str(DEPARTMENT_NAMES.get(step.stage.department, "")),
        }
        for step in steps
    ]


def stage_rows(steps: Sequence[FunnelStep], *, counted: bool = False) -> list[StageRow]:
    """The main stages."""
    return [_row(step.stage, step.count, counted) for step in steps]


def side_rows(*, counted: bool = False) -> list[StageRow]:
    """The side states."""
    stock = stage_stock()
    return [_row(stage, stock.get(stage.key, 0), counted) for stage in all_stages() if stage.side]


def stage_options() -> list[tuple[str, str]]:
    """Stages to choose from."""
    japanese = (get_language() or "en").startswith("ja")
    return [(key, name_ja if japanese else name_en) for key, (name_ja, name_en) in stage_names().items()]


def status_options() -> list[tuple[str, str]]:
    """Deal statuses to choose from."""
    return [(key, str(name)) for key, name in STATUS_NAMES.items()]


def rule_name(rule: str) -> str:
    """Who moved a lead when nobody did."""
    return str(RULE_NAMES.get(rule.partition(":")[0], rule))


def read_cursor(text: str) -> tuple[datetime, int] | None:
    """The position a page's address names; None at the beginning. Raises ForgedCursor, which is the 400 page."""
    return moment_of(decode(text)) if text else None


def alert_cursor(rows: Sequence[Alert], *, size: int) -> str:
    """The position after a full page of alerts; empty on the last page."""
    return encode([rows[size - 1].handed_over_at, rows[size - 1].pk]) if len(rows) > size else ""


def deal_cursor(rows: Sequence[Deal], *, size: int) -> str:
    """The position after a full page of deals; empty on the last page."""
    return encode([rows[size - 1].updated_at, rows[size - 1].pk]) if len(rows) > size else ""


def assignment_cursor(rows: Sequence[Assignment], *, size: int) -> str:
    """The position after a full page of assignments; empty on the last page."""
    return encode([rows[size - 1].at, rows[size - 1].pk]) if len(rows) > size else ""


def _row(stage: Stage, count: int, counted: bool) -> StageRow:
    sla = gettext("within %(hours)s hours") % {"hours": stage.sla_hours} if stage.sla_hours else ""
    department = str(DEPARTMENT_NAMES.get(stage.department, stage.department))
    return StageRow(stage, count, department, sla, leads_in(stage.key, counted=counted))
