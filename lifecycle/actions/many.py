"""Stages changed from the lead list: for many people as a job, and in the list itself."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from psycopg2.sql import SQL, Composable

from leads.actions import bulk, cells
from leads.actions.bulk import Batch, BulkField, BulkKind, BulkRefused, Done
from leads.models import Lead
from lifecycle.actions.moving_back import JOB, Move, Undoing, move_back
from lifecycle.actions.stages import move_by_hand, move_stage
from lifecycle.models import Position, Stage
from ma_platform.tenancy.models import User
from ma_platform.tenancy.permissions import Capability

Json = dict[str, Any]  # Any: JSON
REASON_LIMIT = 500
STANDS = SQL("""EXISTS (SELECT FROM lifecycle_position AS here
                         WHERE here.tenant_id = %(tenant_id)s AND here.lead_id = lead.id
                           AND here.stage_key = %(bulk_stage)s)""")


def _choices() -> list[tuple[str, str]]:
    japanese = (get_language() or "ja").startswith("ja")
    stages = Stage.objects.order_by("order")
    return [(stage.key, stage.name_ja if japanese else stage.name_en) for stage in stages]


def _fields() -> Sequence[BulkField]:
    reason = BulkField(
        "reason", gettext_lazy("Reason"), required=False, help=gettext_lazy("Needed when going back or aside")
    )
    return [BulkField("stage", gettext_lazy("New stage"), _choices()), reason]


def _read(said: Mapping[str, str]) -> Json:
    names = dict(_choices())
    key = said.get("stage", "")
    if key not in names:
        raise BulkRefused(reason=_("Choose a stage."))
    return {"stage": key, "name": names[key], "reason": said.get("reason", "").strip()[:REASON_LIMIT]}


def _standing(batch: Batch) -> dict[int, str]:
    found = Position.objects.filter(lead_id__in=batch.lead_ids).values_list("lead_id", "stage_key")
    return dict(found)


def _apply(batch: Batch) -> dict[int, Done]:
    """Going back or aside without a reason is refused, as by hand."""
    here, stages = _standing(batch), {stage.key: stage for stage in Stage.objects.all()}
    aim = stages[batch.params["stage"]]
    moving = [lead_id for lead_id in batch.lead_ids if here.get(lead_id) != aim.key]
    allowed = [one for one in moving if batch.params["reason"] or _is_forward(stages.get(here.get(one, "")), aim)]
    moved = move_stage(allowed, aim.key, now=batch.now, by=batch.by, reason=batch.params["reason"])
    done = {one.lead_id: Done("changed", {"move": [one.transition_id, one.from_key, one.was_pass]}) for one in moved}
    return {**{lead_id: Done("refused") for lead_id in moving}, **done}


def _is_forward(came: Stage | None, aim: Stage) -> bool:
    return not aim.side and (came is None or came.side or came.order <= aim.order)


def _undo(batch: Batch) -> Collection[int]:
    """Back to the stage they came from, quietly and in the pass of then; whoever was moved since stays."""
    moves = {lead_id: Move(*before["move"]) for lead_id, before in batch.befores.items() if "move" in before}
    undoing = Undoing(JOB, batch.by, _("A job was undone"))
    stay = move_back(list(moves.values()), now=batch.now, undoing=undoing)
    return [lead_id for lead_id, move in moves.items() if move.transition_id not in stay]


def _unchanged(params: Json) -> tuple[Composable, Json]:
    return STANDS, {"bulk_stage": params["stage"]}


bulk.register(
    BulkKind(
        key="set_stage",
        label=gettext_lazy("Change the stage"),
        capability=Capability.MOVE_STAGE,
        fields=_fields,
        read=_read,
        told=lambda params: _("Move to the stage “%(name)s”") % params,
        unchanged=_unchanged,
        apply=_apply,
        undo=_undo,
        order=40,
    )
)


def _stage_of(lead: Lead) -> str:
    found = Position.objects.filter(lead=lead).values_list("stage_key", flat=True).first()
    return found or ""


def _move(lead: Lead, value: str, by: User, now: datetime) -> None:
    move_by_hand(lead, value, by=by, reason="", now=now)


cells.register(
    cells.CellKind(
        "stage",
        gettext_lazy("Stage"),
        Capability.MOVE_STAGE,
        _stage_of,
        _move,
        "choice",
        _choices,
    )
)
