"""Finds model changes as Django does, and walls every new tenant table and reference in the migration that makes it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.operations import AddField, CreateModel
from django.db.migrations.operations.base import Operation

from ma_platform.tenancy.orm import TenantForeignKey
from ma_platform.tenancy.walls import Reference, Wall


class WallingAutodetector(MigrationAutodetector):
    """Appends a `Wall` for each created model that has a tenant, a `Reference` for each key that joins an old one."""

    def changes(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        found = super().changes(*args, **kwargs)
        for migrations in found.values():
            for migration in migrations:
                operations = cast(list[Operation], migration.operations)
                operations.extend([*map(Wall, tenant_tables(operations)), *new_references(operations)])
        return found


def tenant_tables(operations: Sequence[Operation]) -> list[str]:
    """The models made here that have a tenant; Django may add the reference after it has made the table."""
    later = {op.model_name_lower for op in operations if isinstance(op, AddField) and op.name == "tenant"}
    created = [op for op in operations if isinstance(op, CreateModel)]
    return [op.name for op in created if op.name_lower in later or any(name == "tenant" for name, _ in op.fields)]


def new_references(operations: Sequence[Operation]) -> list[Reference]:
    """Keys towards a tenant's tables added to models made by an earlier migration."""
    created = {op.name_lower for op in operations if isinstance(op, CreateModel)}
    return [
        Reference(op.model_name_lower, op.name)
        for op in operations
        if isinstance(op, AddField) and isinstance(op.field, TenantForeignKey) and op.model_name_lower not in created
    ]
