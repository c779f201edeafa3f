"""API keys: shown once, stored as a hash."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime

from ma_platform import audit
from ma_platform.tenancy.keys import hash_key
from ma_platform.tenancy.models import ApiKey, User
from ma_platform.tenancy.permissions import Capability, Span
from ma_platform.tenancy.scope import current_tenant


def issue_key(
    *, name: str, scopes: Sequence[Capability], by: User | None, now: datetime, reaches_as: User | None = None
) -> str:
    """A new key in clear; it cannot be read again. Form: `ma_<workspace code>_<secret>`.

    reaches_as: the member who sees what it sees; None: it sees everybody.
    """
    secret = f"ma_{current_tenant().code}_{secrets.token_urlsafe(32)}"
    key = ApiKey.objects.create(
        name=name,
        prefix=secret[:20],
        secret_hash=hash_key(secret),
        scopes=[str(scope) for scope in scopes],
        reaches_as=reaches_as,
        created_by=by,
        created_at=now,
    )
    reach = {"reach": str(Span.ALL)} if reaches_as is None else {"reaches_as": str(reaches_as.pk)}
    audit.record(by, "api_key.issued", key.public_id, at=now, name=name, scopes=key.scopes, **reach)
    return secret


def revoke_key(public_id: str, *, by: User, now: datetime) -> bool:
    """End a key at once; False when there is no such live key."""
    ended = ApiKey.objects.filter(public_id=public_id, revoked_at=None).update(revoked_at=now)
    if ended:
        audit.record(by, "api_key.revoked", public_id, at=now)
    return bool(ended)
