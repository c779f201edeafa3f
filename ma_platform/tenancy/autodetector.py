"""Finds model changes as Django does, and walls every new tenant table in the migration that creates it."""

from __future__ import annotations

from typing import Any, cast

from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.operations import CreateModel
from django.db.migrations.operations.base import Operation

from ma_platform.tenancy.walls import Wall


class WallingAutodetector(MigrationAutodetector):
    """Appends a `Wall` for each created model that has a tenant."""

    def changes(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        found = super().changes(*args, **kwargs)
        for migrations in found.values():
            for migration in migrations:
                created = [op for op in migration.operations if isinstance(op, CreateModel)]
                walled = [op.name for op in created if any(name == "tenant" for name, _field in op.fields)]
                operations = cast(list[Operation], migration.operations)
                operations.extend(map(Wall, walled))
        return found
