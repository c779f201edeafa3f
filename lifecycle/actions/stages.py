"""Moving leads between stages: the transitions and the position derived from them, in one statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from leads.models import Lead
from lifecycle.models import Position, Stage
from lifecycle.stages import DEFAULTS, Rule
from ma_platform.db import sql
from ma_platform.errors import DomainError
from ma_platform.tenancy.models import User
from ma_platform.tenancy.scope import current_tenant
from tracking.actions import NewFact, SubjectRef, record_many
from tracking.catalogue import Event


class UnknownStage(DomainError):
    """The workspace has no stage with this key."""

    code = "unknown_stage"
    message = _("There is no stage “%(stage)s”.")


class ReasonMissing(DomainError):
    """Moving back, or aside, by hand always says why."""

    code = "reason_missing"
    message = _("Say why: moving a lead back or to a side state needs a reason.")


@dataclass(frozen=True)
class Moved:
    """One lead's move. `from_key` and `was_pass` are None for the first stage of a life."""

    lead_id: int
    from_key: str | None
    pass_number: int
    skipped: list[str]
    was_pass: int | None
    transition_id: int


def create_default_stages() -> None:
    """The stages of a new workspace."""
    Stage.objects.bulk_create(
        Stage(
            key=stage.key,
            name_ja=stage.name_ja,
            name_en=stage.name_en,
            order=order,
            kind=stage.kind,
            department=stage.department,
            sla_hours=stage.sla_hours,
            side=stage.side,
        )
        for order, stage in enumerate(DEFAULTS, start=1)
    )


def follow_rule(lead_ids: Sequence[int], rule: Rule, *, now: datetime, reason: str = "") -> list[Moved]:
    """Move those of the leads that stand where the rule may take them from."""
    return _move(_Move(list(lead_ids), rule.to, now, rule=rule.key, reason=reason, leaves=rule.leaves))


def move_stage(
    lead_ids: Sequence[int], to: str, *, now: datetime, by: User | None = None, rule: str = "", reason: str = ""
) -> list[Moved]:
    """Move leads to a stage; those already there stay. Skipped stages get zero-length passes.

    Raises UnknownStage.
    """
    if not Stage.objects.filter(key=to).exists():
        raise UnknownStage(stage=to)
    return _move(_Move(list(lead_ids), to, now, by=by, rule=rule, reason=reason))


def move_by_hand(lead: Lead, to: str, *, by: User | None, reason: str, now: datetime) -> list[Moved]:
    """A person's move of one lead. Raises UnknownStage; ReasonMissing when it goes back or aside without a reason."""
    orders = {stage.key: stage for stage in Stage.objects.all()}
    if to not in orders:
        raise UnknownStage(stage=to)
    here = Position.objects.filter(lead=lead).first()
    came = orders.get(here.stage_key) if here else None
    forward = not orders[to].side and (came is None or came.side or came.order <= orders[to].order)
    if not forward and not reason.strip():
        raise ReasonMissing()
    return move_stage([lead.pk], to, now=now, by=by, reason=reason.strip())


@dataclass(frozen=True)
class _Move:
    """`leaves`: the stages a rule may take leads from; None = any."""

    lead_ids: list[int]
    to: str
    now: datetime
    by: User | None = None
    rule: str = ""
    reason: str = ""
    leaves: tuple[str, ...] | None = None


def _move(move: _Move) -> list[Moved]:
    if not move.lead_ids:
        return []
    leaves = list(move.leaves) if move.leaves is not None else None
    movable = sql.run(LOCK, lead_ids=move.lead_ids, leaves=leaves).values()
    if not movable:
        return []
    moved = sql.typed(
        MOVE,
        Moved,
        lead_ids=movable,
        to=move.to,
        now=move.now,
        by_user=move.by.pk if move.by else None,
        rule=move.rule,
        reason=move.reason,
        leaves=leaves,
    )
    subject = _subject(move.to) if moved else None
    record_many([_fact(move, one, subject) for one in moved])
    return moved


def _subject(key: str) -> SubjectRef:
    """The stage as timelines name it: in the workspace's language."""
    stage = Stage.objects.get(key=key)
    return SubjectRef("stage", key, name=stage.name_ja if current_tenant().locale.startswith("ja") else stage.name_en)


def _fact(move: _Move, one: Moved, subject: SubjectRef | None) -> NewFact:
    props = {
        "from": one.from_key,
        "to": move.to,
        "rule": move.rule or None,
        "by": move.by.email if move.by else None,
        "reason": move.reason,
        "pass": one.pass_number,
        "skipped": one.skipped,
    }
    return NewFact(Event.STAGE_CHANGED, move.now, lead=one.lead_id, subject=subject, props=props)


# Only who can move is locked: every page view passes here, and almost none of them moves anybody.
LOCK = """
    SELECT lead.id
      FROM leads_lead AS lead
      LEFT JOIN lifecycle_position AS here ON here.tenant_id = %(tenant_id)s AND here.lead_id = lead.id
     WHERE lead.tenant_id = %(tenant_id)s AND lead.id = ANY(%(lead_ids)s)
       AND (%(leaves)s::text[] IS NULL OR coalesce(here.stage_key, '') = ANY(%(leaves)s::text[]))
     ORDER BY lead.id
       FOR NO KEY UPDATE OF lead
"""

# A way forward passes the main stages in between; coming back from a side state, the first stage is not passed again.
MOVE = """
WITH aim AS (
    SELECT stage.key, stage."order", stage.side
      FROM lifecycle_stage AS stage
     WHERE stage.tenant_id = %(tenant_id)s AND stage.key = %(to)s
), moving AS (
    SELECT lead.id AS lead_id, here.stage_key AS from_key, here.pass_number AS was_pass,
           CASE WHEN here.stage_key IS NULL THEN 0 WHEN came.side THEN 1 ELSE coalesce(came."order", 1) END AS passed,
           CASE WHEN here.stage_key IS NULL THEN 1
                WHEN NOT aim.side AND (came.side OR came."order" > aim."order") THEN here.pass_number + 1
                ELSE here.pass_number END AS pass_number
      FROM leads_lead AS lead
      CROSS JOIN aim
      LEFT JOIN lifecycle_position AS here ON here.tenant_id = %(tenant_id)s AND here.lead_id = lead.id
      LEFT JOIN lifecycle_stage AS came ON came.tenant_id = %(tenant_id)s AND came.key = here.stage_key
     WHERE lead.tenant_id = %(tenant_id)s AND lead.id = ANY(%(lead_ids)s)
       AND here.stage_key IS DISTINCT FROM aim.key
       AND (%(leaves)s::text[] IS NULL OR coalesce(here.stage_key, '') = ANY(%(leaves)s::text[]))
), step AS (
    SELECT moving.lead_id, moving.pass_number, stage.key AS to_key, stage."order", stage.key <> aim.key AS skipped,
           coalesce(lag(stage.key) OVER (PARTITION BY moving.lead_id ORDER BY stage."order"),
                    moving.from_key) AS from_key
      FROM moving
      CROSS JOIN aim
      JOIN lifecycle_stage AS stage
        ON stage.tenant_id = %(tenant_id)s
       AND (stage.key = aim.key
            OR (NOT aim.side AND NOT stage.side AND stage."order" > moving.passed AND stage."order" < aim."order"))
), walked AS (
    INSERT INTO lifecycle_transition
           (tenant_id, lead_id, from_key, to_key, at, by_user_id, rule, reason, pass_number, skipped)
    SELECT %(tenant_id)s, lead_id, from_key, to_key, %(now)s, %(by_user)s::bigint, %(rule)s, %(reason)s, pass_number,
           skipped
      FROM step
     ORDER BY lead_id, "order"
    RETURNING id, lead_id
), placed AS (
    INSERT INTO lifecycle_position AS here (tenant_id, lead_id, stage_key, since, pass_number)
    SELECT %(tenant_id)s, lead_id, %(to)s, %(now)s, pass_number FROM moving ORDER BY lead_id
    ON CONFLICT (tenant_id, lead_id) DO UPDATE
       SET stage_key = excluded.stage_key, since = excluded.since, pass_number = excluded.pass_number
    RETURNING lead_id
)
SELECT moving.lead_id, moving.from_key, moving.pass_number,
       coalesce((SELECT array_agg(step.to_key ORDER BY step."order") FROM step
                  WHERE step.lead_id = moving.lead_id AND step.skipped), '{}') AS skipped,
       moving.was_pass, (SELECT max(walked.id) FROM walked WHERE walked.lead_id = moving.lead_id) AS transition_id
  FROM moving
 ORDER BY moving.lead_id
"""
