"""Stages, alerts and deals of people who are joined.

The survivor stands where the further of the two stood: on the way the higher order, and the way before a side state.
"""

from __future__ import annotations

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from leads.actions import Hung, Joining, at_joining, at_preview, hang
from lifecycle.models import Position, Stage
from ma_platform.db import sql

hang(
    Hung("lifecycle_transition"),
    Hung("lifecycle_position", moves=False, judged=True),
    Hung("lifecycle_alert"),
    Hung("lifecycle_deallead", beside=("deal_id",), label=_("Deals")),
    Hung("lifecycle_assignment"),
    Hung("lifecycle_waitingassignment", beside=("tenant_id",)),  # whoever waits already keeps their own place
    Hung("lifecycle_watchedperson", beside=("member_id",)),
    Hung("lifecycle_visittold"),
)


@at_joining(order=20)
def join_positions(joining: Joining) -> None:
    """A move is noted only where the survivor's stage becomes another."""
    sql.run(FURTHER, keep=joining.keep, drop=joining.drop, now=joining.now)
    Position.objects.filter(lead_id=joining.drop).delete()


@at_preview(order=20)
def warn_of_stages(keep: int, drop: int) -> list[str]:
    """Where the survivor will stand, when that is not where they stand now."""
    here = dict(Position.objects.filter(lead_id__in=[keep, drop]).values_list("lead_id", "stage_key"))
    stages = {stage.key: stage for stage in Stage.objects.filter(key__in=here.values())}
    theirs, mine = stages.get(here.get(drop, "")), stages.get(here.get(keep, ""))
    if theirs is None or (mine is not None and _reached(theirs) <= _reached(mine)):
        return []
    return [gettext("The stage becomes “%(stage)s”, the further of the two.") % {"stage": theirs.name}]


def _reached(stage: Stage) -> int:
    return 0 if stage.side else int(stage.order)


FURTHER = """
    WITH stood AS (
        SELECT here.lead_id, here.stage_key, here.pass_number,
               CASE WHEN stage.side THEN 0 ELSE stage."order" END AS reached
          FROM lifecycle_position AS here
          JOIN lifecycle_stage AS stage ON stage.tenant_id = %(tenant_id)s AND stage.key = here.stage_key
         WHERE here.tenant_id = %(tenant_id)s AND here.lead_id IN (%(keep)s, %(drop)s)
    ), further AS (
        SELECT theirs.stage_key, theirs.pass_number, mine.stage_key AS from_key
          FROM stood AS theirs LEFT JOIN stood AS mine ON mine.lead_id = %(keep)s
         WHERE theirs.lead_id = %(drop)s AND (mine.lead_id IS NULL OR theirs.reached > mine.reached)
    ), noted AS (
        INSERT INTO lifecycle_transition
               (tenant_id, lead_id, from_key, to_key, at, rule, reason, pass_number, skipped)
        SELECT %(tenant_id)s, %(keep)s, from_key, stage_key, %(now)s, 'merged', '', pass_number, false FROM further
    )
    INSERT INTO lifecycle_position AS here (tenant_id, lead_id, stage_key, since, pass_number)
    SELECT %(tenant_id)s, %(keep)s, stage_key, %(now)s, pass_number FROM further
    ON CONFLICT (tenant_id, lead_id) DO UPDATE
       SET stage_key = excluded.stage_key, since = excluded.since, pass_number = excluded.pass_number
"""
