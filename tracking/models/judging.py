"""Verdicts thought over again."""

from __future__ import annotations

from django.db import models

from ma_platform.tenancy.orm import PublicIdField, TenantForeignKey, TenantModel
from tracking.models.walled import Unchecked


class Rejudgement(TenantModel):
    """One pass of today's rules over kept hits. `before`/`after`: hits by verdict; resumes at `position`.

    First it only counts (`preview`), then waits to be told (`ready`); `moved_at`: when it last got on.
    """

    class State(models.TextChoices):
        PREVIEW = "preview"
        READY = "ready"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    public_id = PublicIdField(prefix="rej")
    rule_version = models.SmallIntegerField()
    since = models.DateTimeField()
    until = models.DateTimeField()
    position = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State, default=State.RUNNING)
    asked_by = models.BigIntegerField(null=True)  # user; None: the product itself
    asked_at = models.DateTimeField()
    moved_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    examined = models.IntegerField(default=0, db_default=0)
    changed = models.IntegerField(default=0, db_default=0)
    people = models.IntegerField(default=0, db_default=0)
    before = models.JSONField(default=dict, db_default={})
    after = models.JSONField(default=dict, db_default={})

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [models.UniqueConstraint(fields=["tenant", "public_id"], name="tracking_rejudgement_public")]


class Rejudged(Unchecked):
    """A person whose facts a pass counts anew: `changed` of them became or ceased to be human."""

    rejudgement = TenantForeignKey(Rejudgement, on_delete=models.CASCADE, related_name="rejudged")
    lead_id = models.BigIntegerField()
    changed = models.IntegerField()

    class Meta(Unchecked.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["tenant", "rejudgement", "lead_id"], name="tracking_rejudged_once")
        ]
