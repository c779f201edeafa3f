"""What the tables of the log have in common."""

from __future__ import annotations

from typing import Any

from django.db import models

from ma_platform.tenancy.orm import TenantModel


class Unchecked(TenantModel):
    """A tenant table written by the thousand: the tenant's key is not checked again per row."""

    tenant: Any = models.ForeignKey(
        "tenancy.Workspace",
        on_delete=models.CASCADE,
        editable=False,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )

    class Meta(TenantModel.Meta):
        abstract = True
