"""A workspace taken out as a whole, given up, and held to its quotas."""

from __future__ import annotations

from django.db import models

from ma_platform.tenancy.models import User
from ma_platform.tenancy.orm import PublicIdField, TenantModel


class WholeExport(TenantModel):
    """Everything of the workspace in one ZIP, for the owner who asked, until `expires_at`. `path`: in the storage."""

    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        EXPIRED = "expired"

    public_id = PublicIdField(prefix="wex")
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    rows = models.BigIntegerField(default=0)
    bytes = models.BigIntegerField(default=0)
    path = models.CharField(max_length=200, blank=True, default="")
    created_at = models.DateTimeField()
    begun_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "public_id"], name="workspaces_wholeexport_public"),
            models.UniqueConstraint(
                fields=["tenant"],
                name="workspaces_wholeexport_one",
                condition=models.Q(state__in=["waiting", "running"]),
            ),
        ]


class Closing(models.Model):
    """A workspace being given up; when it is gone, the one line that stays. Numbers only, of nobody by name.

    `workspace` is the number of a row that will be gone; `by`: the user, None the operator. Rows go after `delete_at`.
    `tried_at`: when telling of it, or deleting, came to nothing; others have their turn first.
    """

    workspace = models.BigIntegerField(unique=True)
    public_id = models.CharField(max_length=64)
    by = models.BigIntegerField(null=True)
    closed_at = models.DateTimeField()
    delete_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)
    tried_at = models.DateTimeField(null=True)
    begun_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)
    rows = models.BigIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=["delete_at"], name="workspaces_closing_due", condition=models.Q(deleted_at=None)),
        ]


class Quota(TenantModel):
    """What the operator allows the workspace; None is no limit. `people` at any time, mails and events a month."""

    people = models.BigIntegerField(null=True)
    events_per_month = models.BigIntegerField(null=True)
    mails_per_month = models.BigIntegerField(null=True)
    storage_mb = models.BigIntegerField(null=True)
    set_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant"], name="workspaces_quota_once")]


class Usage(TenantModel):
    """What was used of one thing when it was last counted. `warned`: percent its owners were told of in `month`.

    `over`: nothing more of it is begun. Senders read it for all workspaces at once.
    """

    kind = models.CharField(max_length=20)
    used = models.BigIntegerField()
    over = models.BooleanField(default=False)
    month = models.DateField()  # its first day, where the workspace is
    warned = models.SmallIntegerField(default=0)
    counted_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "kind"], name="workspaces_usage_once")]
