"""The first wall, loud: models whose every query is filtered by the tenant in scope, or raises."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Self

from django.db import models
from django.db.models.expressions import Expression

from ma_platform import ids
from ma_platform.tenancy.scope import current_tenant_id


class CurrentTenant(Expression):
    """The tenant in scope, resolved when SQL is compiled, so a queryset built at import time is safe."""

    output_field = models.BigIntegerField()

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:  # Any: Django
        return "%s", (current_tenant_id(),)


class WalledQuerySet(models.QuerySet[Any]):
    """Stamps what it creates with the tenant in scope and refuses rows of another."""

    def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> list[Any]:
        rows = list(objs)
        for row in rows:
            row.stamp_tenant()
        return super().bulk_create(rows, *args, **kwargs)


class WalledManager(models.Manager[Any]):
    """The default manager of a tenant's tables."""

    def get_queryset(self) -> WalledQuerySet:
        return WalledQuerySet(self.model, using=self._db).filter(tenant_id=CurrentTenant())


class TenantForeignKey(models.ForeignKey[Any, Any]):
    """A reference inside one tenant; the `Wall` operation gives it a composite key (tenant_id, x_id)."""

    def __init__(self, to: Any, on_delete: Any, **kwargs: Any) -> None:
        kwargs["db_constraint"] = False
        super().__init__(to, on_delete, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("db_constraint", None)
        return name, path, args, kwargs


class PublicIdField(models.CharField[Any, Any]):
    """`lead_…`: what the outside sees instead of a primary key. Filled when the row is made."""

    def __init__(self, *args: Any, prefix: str, **kwargs: Any) -> None:
        self.prefix = prefix
        kwargs.update(max_length=64, editable=False)
        super().__init__(*args, **kwargs)

    def get_default(self) -> str:
        return ids.new(self.prefix)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        for derived in ("max_length", "editable"):
            kwargs.pop(derived, None)
        return name, path, args, {**kwargs, "prefix": self.prefix}


class WrongTenant(RuntimeError):
    """A row of one tenant was about to be written in another's scope."""


class TenantModel(models.Model):
    """Base of every table that belongs to a tenant.

    Constraints start with `tenant`; `everywhere` is for system sweeps only (a lint watches it).
    """

    id: Any = models.BigAutoField(primary_key=True)  # Any: the log has a UUID of its own
    tenant = models.ForeignKey(
        "tenancy.Workspace", on_delete=models.CASCADE, editable=False, related_name="+", db_index=False
    )

    objects = WalledManager()
    everywhere = models.Manager()  # noqa: DJ012 - a manager as well

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.stamp_tenant()
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        self.stamp_tenant()
        return super().delete(*args, **kwargs)

    def stamp_tenant(self) -> None:
        """Give a new row the tenant in scope; refuse one that names another."""
        if self.tenant_id is None:
            self.tenant_id = current_tenant_id()
        elif self.tenant_id != current_tenant_id():
            raise WrongTenant(f"{type(self).__name__} of tenant {self.tenant_id} in scope {current_tenant_id()}")

    def refresh(self) -> Self:
        """The same row as it is in the database now."""
        self.refresh_from_db()
        return self


class TenantPart(TenantModel):
    """Base of a table with many rows that hang on another of the tenant by a reference that is never null.

    That composite reference vouches for the tenant: a check of its own for every row would cost as much again.
    """

    tenant = models.ForeignKey(
        "tenancy.Workspace",
        on_delete=models.CASCADE,
        editable=False,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )

    class Meta:
        abstract = True
