"""The tenant in scope. Entering a tenant is opening its transaction; nothing else can set it.

Four doors enter a workspace for whoever comes; what goes through workspaces one after another enters each, and what
befalls one from outside of it enters that one, from within another perhaps. `docs/architecture.md` lists the modules,
and a test holds the list.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db import connections, transaction

from ma_platform.db.tenant import EVERY_TENANT, NOBODY, TenantNotSet, current_tenant_id, scope_in_use

if TYPE_CHECKING:
    from ma_platform.tenancy.models import Workspace

__all__ = [
    "TenantNotSet",
    "current_scope",
    "current_tenant",
    "current_tenant_id",
    "self_scope",
    "system_scope",
    "tenant_scope",
]


def current_scope() -> str | None:
    """The raw value of the wall's setting: an id, `*` in a system sweep, None outside."""
    return scope_in_use.get()


def current_tenant() -> Workspace:
    """The workspace in scope (one query)."""
    from ma_platform.tenancy.models import Workspace

    return Workspace.objects.get(pk=current_tenant_id())


@contextmanager
def tenant_scope(tenant: Workspace | int, *, using: str = "default") -> Iterator[None]:
    """One transaction that sees and writes only this tenant's rows."""
    with _walled(str(tenant if isinstance(tenant, int) else tenant.pk), using):
        yield


@contextmanager
def system_scope(*, using: str = "default") -> Iterator[None]:
    """One transaction that works over all tenants at once: sweeps, claims, ingest. Workers only."""
    with _walled(EVERY_TENANT, using):
        yield


@contextmanager
def self_scope(user_id: int, *, using: str = "default") -> Iterator[None]:
    """One transaction in which a signed-in user reads their own memberships, in whatever workspace."""
    with _walled(NOBODY, using):
        _tell_postgres("app.user_id", str(user_id), using)
        yield
        _tell_postgres("app.user_id", "", using)


@contextmanager
def _walled(scope: str, using: str) -> Iterator[None]:
    outer, nested = scope_in_use.get(), connections[using].in_atomic_block
    token = scope_in_use.set(scope)
    try:
        with transaction.atomic(using=using):
            _tell_postgres("app.tenant_id", scope, using)
            yield
            if nested and not connections[using].needs_rollback:
                _tell_postgres("app.tenant_id", outer or "", using)
    finally:
        scope_in_use.reset(token)


def _tell_postgres(setting: str, value: str, using: str) -> None:
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, true)", [setting, value])
