"""Workspaces, people who sign in, memberships, invitations and API keys."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from ma_platform import ids
from ma_platform.tenancy.orm import PublicIdField, TenantForeignKey, TenantModel, TenantPart
from ma_platform.tenancy.permissions import (
    OF_THE_WHOLE,
    ROLE_CAPABILITIES,
    ROLE_LABELS,
    SPAN_LABELS,
    Capability,
    Role,
    Span,
)

SPANS = [(span.value, SPAN_LABELS[span]) for span in Span]


class Users(BaseUserManager["User"]):
    """Creates users by e-mail address, which is folded to lower case."""

    def create_user(self, email: str, password: str | None = None, **extra: Any) -> User:
        user: User = self.model(email=email.strip().lower(), **extra)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser):
    """A person who signs in, possibly a member of several workspaces.

    `session_generation` is part of what every session is checked against: one more, and all of them are over.
    """

    id = models.BigAutoField(primary_key=True)
    email = models.EmailField(unique=True, max_length=254)
    name = models.CharField(max_length=120, blank=True)
    language = models.CharField(max_length=5, default="ja")
    is_active = models.BooleanField(default=True)
    session_generation = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = Users()

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return str(self)

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        # Django asks here for the present key and for the fallback ones; the public methods would need it twice.
        stated = f"{self.password}:{self.session_generation}"
        return salted_hmac("ma_platform.tenancy.session", stated, secret=secret, algorithm="sha256").hexdigest()


class Workspace(models.Model):
    """A tenant. This table is the directory by which strangers' keys find their tenant; it holds nothing private.

    `closed_at`: it is being given up. No door leads into it any more and no job works for it, until it is brought
    back or gone (`ma_platform.workspaces`).
    """

    id = models.BigAutoField(primary_key=True)
    public_id = PublicIdField(prefix="ws", unique=True)
    code = models.CharField(max_length=10, unique=True, default=ids.code, editable=False)
    name = models.CharField(max_length=120)
    write_key = models.CharField(max_length=64, unique=True, editable=False)
    timezone = models.CharField(max_length=64, default="Asia/Tokyo")
    locale = models.CharField(max_length=5, default="ja")
    sending_frozen_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class WorkspaceSettings(TenantModel):
    """What only members may know of their workspace: where alerts go, who is the sender by law, its secret."""

    alert_address = models.EmailField(blank=True)
    sender_name = models.CharField(max_length=200, blank=True)
    sender_postal_address = models.CharField(max_length=400, blank=True)
    sender_contact = models.CharField(max_length=400, blank=True)
    identify_secret = models.CharField(max_length=64)
    identify_secret_old = models.CharField(max_length=64, blank=True, default="", db_default="")
    identify_secret_old_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant"], name="tenancy_settings_once")]

    def believed_old_secret(self, *, now: datetime) -> str:
        """The secret before the last change while it is still accepted, else ""."""
        until = self.identify_secret_old_until
        return self.identify_secret_old if until is not None and now < until else ""


class Membership(TenantModel):
    """A user's place in a workspace. A signed-in user may read their own rows of every workspace.

    reach: whose people they see (an owner of the workspace sees everybody); sees_unowned: and those without an owner.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    role = models.CharField(max_length=10, choices=[(role.value, ROLE_LABELS[role]) for role in Role])
    reach = models.CharField(max_length=5, choices=SPANS, default=Span.ALL, db_default=Span.ALL.value)
    sees_unowned = models.BooleanField(default=False, db_default=False)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "user"], name="tenancy_membership_once"),
            models.CheckConstraint(
                condition=models.Q(role__in=[r.value for r in Role]), name="tenancy_membership_role"
            ),
            models.CheckConstraint(
                condition=models.Q(reach__in=[s.value for s in Span]), name="tenancy_membership_reach"
            ),
        ]

    @property
    def is_limited(self) -> bool:
        """Whether they see a part of the people only."""
        return self.reach != Span.ALL and self.role != Role.OWNER

    @property
    def capabilities(self) -> frozenset[Capability]:
        return ROLE_CAPABILITIES[Role(self.role)] - (OF_THE_WHOLE if self.is_limited else frozenset())

    @property
    def role_label(self) -> str:
        return str(ROLE_LABELS[Role(self.role)])


class Group(TenantModel):
    """Members who see each other's people, if their reach is that of their groups."""

    public_id = PublicIdField(prefix="grp")
    name = models.CharField(max_length=80)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "public_id"], name="tenancy_group_public"),
            models.UniqueConstraint(fields=["tenant", "name"], name="tenancy_group_name"),
        ]

    def __str__(self) -> str:
        return self.name


class GroupSeat(TenantPart):
    """A member's place in a group; it ends with the membership."""

    group = TenantForeignKey(Group, on_delete=models.CASCADE, related_name="seats", db_index=False)
    membership = TenantForeignKey(Membership, on_delete=models.CASCADE, related_name="seats", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "membership", "group"], name="tenancy_seat_once")]
        indexes = [models.Index(fields=["tenant", "group"], name="tenancy_seat_group")]


class ClosureDays(TenantModel):
    """Days on which nobody of the workspace works, both ends included; `yearly`: month and day alone count."""

    public_id = PublicIdField(prefix="clo")
    name = models.CharField(max_length=80)
    starts_on = models.DateField()
    ends_on = models.DateField()
    yearly = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "public_id"], name="tenancy_closuredays_public"),
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("starts_on")), name="tenancy_closuredays_order"
            ),
        ]


class Invitation(TenantModel):
    """An open door for one address, until it is used, withdrawn or too old. The token itself is never stored.

    Role and reach are those the member will have.
    """

    public_id = PublicIdField(prefix="inv")
    email = models.EmailField(max_length=254)
    role = models.CharField(max_length=10, choices=[(role.value, ROLE_LABELS[role]) for role in Role])
    reach = models.CharField(max_length=5, choices=SPANS, default=Span.ALL, db_default=Span.ALL.value)
    sees_unowned = models.BooleanField(default=False, db_default=False)
    token_hash = models.CharField(max_length=64)
    invited_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "public_id"], name="tenancy_invitation_public"),
            models.UniqueConstraint(
                fields=["tenant", "email"], name="tenancy_invitation_open", condition=models.Q(accepted_at=None)
            ),
        ]


class ApiKey(TenantModel):
    """A machine's key: scoped, shown once, stored as a hash. The key names its workspace by code.

    reaches_as: it sees what this member sees, nobody once they have left; None sees everybody.
    """

    public_id = PublicIdField(prefix="key")
    name = models.CharField(_("name"), max_length=120)
    prefix = models.CharField(max_length=24)
    secret_hash = models.CharField(max_length=64)
    scopes = models.JSONField(default=list)
    reaches_as = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="+", db_index=False)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "public_id"], name="tenancy_apikey_public"),
            models.UniqueConstraint(fields=["tenant", "secret_hash"], name="tenancy_apikey_secret"),
        ]

    @property
    def capabilities(self) -> frozenset[Capability]:
        return frozenset(Capability(scope) for scope in self.scopes)
