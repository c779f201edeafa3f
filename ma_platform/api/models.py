"""What a write answered, kept a day under the caller's Idempotency-Key."""

from __future__ import annotations

from datetime import timedelta

from django.db import models

from ma_platform.tenancy.orm import TenantModel

KEEP_ANSWERS = timedelta(hours=24)


class IdempotentAnswer(TenantModel):
    """The first answer to a key; `status` is null while the request is in flight."""

    key = models.CharField(max_length=255)
    request_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.TextField(blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "key"], name="api_idempotency_once")]
