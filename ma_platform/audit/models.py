"""The audit trail."""

from __future__ import annotations

from django.db import models

from ma_platform.tenancy.orm import TenantModel


class AuditEntry(TenantModel):
    """One deed of one member or key."""

    actor = models.CharField(max_length=254, blank=True)
    verb = models.CharField(max_length=60)
    subject = models.CharField(max_length=80, blank=True)
    facts = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["tenant", "-at"], name="audit_recent")]
