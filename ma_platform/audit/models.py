"""The audit trail."""

from __future__ import annotations

from django.db import models

from ma_platform.tenancy.orm import TenantModel


class AuditEntry(TenantModel):
    """One deed of one member or key: actor is an address or the public id of a key, "" the product itself.

    The roles of web and workers may read and add lines, never change or remove one (migration 0003).
    """

    actor = models.CharField(max_length=254, blank=True)
    verb = models.CharField(max_length=60)
    subject = models.CharField(max_length=80, blank=True)
    facts = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["tenant", "-at"], name="audit_recent"),
            models.Index(fields=["tenant", "actor", "-at"], name="audit_actor"),
            models.Index(fields=["tenant", "subject", "-at"], name="audit_subject"),
        ]
