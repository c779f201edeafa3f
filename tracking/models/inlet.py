"""How far stream and readers have come, and what could not be taken in."""

from __future__ import annotations

from django.db import models

from ma_platform.tenancy.orm import TenantModel


class Rejected(TenantModel):
    """A kept line that the log could not take, with the reason; never lost, never in the way of the others."""

    line = models.TextField()
    reason = models.CharField(max_length=500)
    at = models.DateTimeField()


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
