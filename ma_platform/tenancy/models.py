"""Workspaces, people who sign in, memberships, invitations and API keys."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from ma_platform import ids
from ma_platform.tenancy.orm import PublicIdField, TenantModel
from ma_platform.tenancy.permissions import ROLE_CAPABILITIES, ROLE_LABELS, Capability, Role


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
    """A tenant. This table is the directory by which strangers' keys find their tenant; it holds nothing private."""

    id = models.BigAutoField(primary_key=True)
    public_id = PublicIdField(prefix="ws", unique=True)
    code = models.CharField(max_length=10, unique=True, default=ids.code, editable=False)
    name = models.CharField(max_length=120)
    write_key = models.CharField(max_length=64, unique=True, editable=False)
    timezone = models.CharField(max_length=64, default="Asia/Tokyo")
    locale = models.CharField(max_length=5, default="ja")
    sending_frozen_at = models.DateTimeField(null=True, blank=True)
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
    """A user's place in a workspace. A signed-in user may read their own rows of every workspace."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    role = models.CharField(max_length=10, choices=[(role.value, ROLE_LABELS[role]) for role in Role])
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "user"], name="tenancy_membership_once"),
            models.CheckConstraint(
                condition=models.Q(role__in=[r.value for r in Role]), name="tenancy_membership_role"
            ),
        ]

    @property
    def capabilities(self) -> frozenset[Capability]:
        return ROLE_CAPABILITIES[Role(self.role)]

    @property
    def role_label(self) -> str:
        return str(ROLE_LABELS[Role(self.role)])


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
    """An open door for one address, until it is used, withdrawn or too old. The token itself is never stored."""

    public_id = PublicIdField(prefix="inv")
    email = models.EmailField(max_length=254)
    role = models.CharField(max_length=10, choices=[(role.value, ROLE_LABELS[role]) for role in Role])
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
    """A machine's key: scoped, shown once, stored as a hash. The key names its workspace by code."""

    public_id = PublicIdField(prefix="key")
    name = models.CharField(_("name"), max_length=120)
    prefix = models.CharField(max_length=24)
    secret_hash = models.CharField(max_length=64)
    scopes = models.JSONField(default=list)
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
