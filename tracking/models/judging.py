"""Verdicts thought over again."""

from __future__ import annotations

from django.db import models

from ma_platform.tenancy.orm import PublicIdField, TenantModel


class Rejudgement(TenantModel):
    """One pass of newer rules over kept hits. `before`/`after`: hits by verdict; resumes at `position`."""

    class State(models.TextChoices):
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
    finished_at = models.DateTimeField(null=True)
    examined = models.IntegerField(default=0, db_default=0)
    changed = models.IntegerField(default=0, db_default=0)
    people = models.IntegerField(default=0, db_default=0)
    before = models.JSONField(default=dict, db_default={})
    after = models.JSONField(default=dict, db_default={})

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [models.UniqueConstraint(fields=["tenant", "public_id"], name="tracking_rejudgement_public")]
