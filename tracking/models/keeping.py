"""How long things are kept: what was deleted on request, and how far the nightly clearing has come."""

from __future__ import annotations

from django.db import models

from ma_platform.tenancy.orm import TenantModel


class Tombstone(TenantModel):
    """Somebody was erased: events of theirs that arrive later but happened before `at` are not written any more.

    `who` is a hash (`tracking.tombs`), so that the row tells nothing; it goes when nothing of theirs can come back.
    """

    who = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [models.UniqueConstraint(fields=["tenant", "who"], name="tracking_tombstone_once")]


class Retold(TenantModel):
    """A view that was only counted was told again with an id before it came itself: when it comes, it does not count.

    `event_id`: of the view that is still to come; the row goes when that would be a duplicate by now.
    """

    event_id = models.UUIDField()
    at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [models.UniqueConstraint(fields=["tenant", "event_id"], name="tracking_retold_once")]


class Upkeep(TenantModel):
    """One row a workspace: addresses of visits (`visits_until`) and of hits (`hits_until`) are shortened up to here.

    `nobody_until`: up to here nothing is kept any more of what came with hits of nobody. `crowded_out` lines that were
    set aside made room for newer ones, the last at `crowded_at`.
    """

    visits_until = models.DateTimeField(null=True)
    hits_until = models.DateTimeField(null=True)
    nobody_until = models.DateTimeField(null=True)
    crowded_out = models.BigIntegerField(default=0, db_default=0)
    crowded_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [models.UniqueConstraint(fields=["tenant"], name="tracking_upkeep_once")]
