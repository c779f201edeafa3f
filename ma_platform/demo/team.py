"""The demo workspace itself and the people who work in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from ma_platform.demo.story import DAYS
from ma_platform.tenancy.models import Membership, User, Workspace
from ma_platform.tenancy.permissions import Role
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions import create_workspace, edit_workspace

COLLEAGUES = (
    ("marketing@mirai.example", "中村 彩", Role.MARKETER),
    ("sales1@mirai.example", "佐々木 剛", Role.SALES),
    ("sales2@mirai.example", "清水 由美子", Role.SALES),
    ("sales3@mirai.example", "岡田 翔太", Role.SALES),
)


@dataclass(frozen=True)
class Team:
    """The workspace, who owns it, and its sales people."""

    workspace: Workspace
    owner: User
    sales: tuple[User, ...]


def make_team(email: str, password: str, *, now: datetime) -> Team:
    """Create the workspace as it was 90 days ago, with a sender block and colleagues; all share the password."""
    born = now - timedelta(days=DAYS)
    made = create_workspace(name="みらい製作所", email=email, password=password, now=born)
    User.objects.filter(pk=made.owner.pk).update(name="高橋 健一")
    # Hashing a password takes long on purpose: theirs is the owner's.
    shared = made.owner.password
    colleagues = [
        (User.objects.create(email=address, password=shared, name=name), role) for address, name, role in COLLEAGUES
    ]
    with tenant_scope(made.workspace):
        edit_workspace(
            {
                "alert_address": "sales@mirai.example",
                "sender_name": "株式会社みらい製作所 マーケティング部",
                "sender_postal_address": "〒100-0005 東京都千代田区丸の内1-0-0 みらいビル8階",
                "sender_contact": "marketing@mirai.example / 03-0000-0000",
            },
            by=made.owner,
            now=born,
        )
        Membership.objects.bulk_create([Membership(user=user, role=role, created_at=born) for user, role in colleagues])
    return Team(made.workspace, made.owner, tuple(user for user, role in colleagues if role is Role.SALES))
