"""What the tables of the log have in common."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Expression, TextField, Value
from django.db.models.functions import Cast, Concat, Replace

from ma_platform.tenancy.orm import TenantModel


def drawn(prefix: str) -> Expression:
    """A public id that the database draws itself, for rows that statements write: "bnd_" and 32 digits.

    A column that is added with it has an id of its own in every row there was.
    """
    text = TextField()
    digits = Replace(Cast(RandomUUID(), text), Value("-"), Value(""), output_field=text)
    return Concat(Value(f"{prefix}_"), digits, output_field=text)


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
