"""Previews of what is being written, kept for minutes so that a sandboxed frame can load them."""

from __future__ import annotations

import secrets

from django.core.cache import cache

from ma_platform.tenancy.scope import current_tenant_id

SECONDS = 600


def keep(html: str) -> str:
    """Keep a preview of the workspace in scope; returns its token."""
    token = secrets.token_hex(16)
    cache.set(_key(token), html, SECONDS)
    return token


def find(token: str) -> str | None:
    """The preview, if it is this workspace's and fresh."""
    found: str | None = cache.get(_key(token))
    return found


def _key(token: str) -> str:
    return f"mail-draft:{current_tenant_id()}:{token}"
