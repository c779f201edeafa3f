"""How far stream and readers have come, and what could not be taken in."""

from __future__ import annotations

from django.db import models
from django.db.models import Case, Q, Value, When

from ma_platform.tenancy.orm import PublicIdField, TenantModel
from tracking.models.walled import drawn


class Rejected(TenantModel):
    """A kept line that the log could not take, with the reason; never in the way of the others, kept for a while.

    `kind` follows from the reason, whoever wrote it. `asked_at`: somebody wants it written after all; `tried_at`: it
    was tried, and refused once more.
    """

    class Kind(models.TextChoices):
        NAMES = "names"
        TIME = "time"
        DAMAGED = "damaged"
        VALUE = "value"

    public_id = PublicIdField(prefix="line", db_default=drawn("line"))
    line = models.TextField()
    reason = models.CharField(max_length=500)
    at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True)
    tried_at = models.DateTimeField(null=True)
    kind = models.GeneratedField(
        expression=Case(
            When(Q(reason__contains="event name"), then=Value("names")),
            When(
                Q(reason__startswith="no month of the log")
                | Q(reason__startswith="occurred_at:")
                | Q(reason__startswith="received_at:"),
                then=Value("time"),
            ),
            When(
                Q(reason__contains="columns instead of")
                | Q(reason__startswith="a NUL")
                | Q(reason__startswith="an escape")
                | Q(reason__startswith="not UTF-8"),
                then=Value("damaged"),
            ),
            default=Value("value"),
        ),
        output_field=models.CharField(max_length=8),
        db_persist=True,
    )

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [models.UniqueConstraint(fields=["tenant", "public_id"], name="tracking_rejected_public")]
        indexes = [
            models.Index(fields=["tenant", "at", "id"], name="tracking_rejected_newest"),
            models.Index(fields=["at"], name="tracking_rejected_oldest"),
            models.Index(fields=["tenant"], name="tracking_rejected_asked", condition=Q(asked_at__isnull=False)),
        ]


class Poison(TenantModel):
    """A fact a consumer could not digest; it is set aside and the consumer goes on."""

    consumer = models.CharField(max_length=60)
    event_id = models.UUIDField()
    reason = models.CharField(max_length=500)
    at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [models.UniqueConstraint(fields=["tenant", "consumer", "event_id"], name="tracking_poison_once")]


class ConsumerCursor(models.Model):
    """How far a consumer has read, over all tenants: everything up to (txid, event_id) is done.

    `moved_at`: when it had last read everything there was (looked up at least every few seconds).
    """

    name = models.CharField(max_length=60, primary_key=True)
    txid = models.BigIntegerField()
    event_id = models.UUIDField()
    moved_at = models.DateTimeField()

    class Meta:
        db_table = "tracking_consumer"


class StreamOffset(models.Model):
    """How far a stream shard is drained. Moves in the transaction that writes its rows."""

    shard = models.CharField(max_length=80, primary_key=True)
    position = models.CharField(max_length=40)
    moved_at = models.DateTimeField()
