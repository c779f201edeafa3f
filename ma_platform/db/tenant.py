"""Which tenant is in scope: the value the walls compare with. Only `tenancy.scope` sets it."""

from __future__ import annotations

from contextvars import ContextVar

EVERY_TENANT = "*"
NOBODY = "0"
scope_in_use: ContextVar[str | None] = ContextVar("tenant", default=None)


class TenantNotSet(RuntimeError):
    """A walled table was asked for outside of any tenant: always a bug, never a user's mistake."""


def current_tenant_id() -> int:
    """The tenant in scope; raises TenantNotSet outside of one and inside a system sweep."""
    scope = scope_in_use.get()
    if scope is None or scope == EVERY_TENANT:
        raise TenantNotSet("no tenant in scope" if scope is None else "a system sweep has no single tenant")
    return int(scope)
