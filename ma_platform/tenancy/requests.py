"""What a request is after the doors: type names for views behind `requires` and behind the API."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest

from ma_platform.tenancy.models import ApiKey, Membership, User, Workspace
from ma_platform.tenancy.permissions import Capability


class MemberRequest(HttpRequest):
    """A signed-in member's request inside the scope of `workspace`; `closed`: theirs in workspaces being given up."""

    user: User
    workspace: Workspace
    membership: Membership
    memberships: Sequence[Membership]
    closed: Sequence[Membership]
    can: frozenset[Capability]


class KeyRequest(HttpRequest):
    """An API request inside the scope of its key's workspace."""

    workspace: Workspace
    api_key: ApiKey
