"""Stages and who went through them when; alerts to sales; deals."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language

from ma_platform.tenancy.orm import PublicIdField, TenantForeignKey, TenantModel


class Stage(TenantModel):
    """A place on the way to a customer, or a side state. `order` counts along the way; side states stand beside it."""

    class Kind(models.TextChoices):
        INVENTORY = "inventory"  # may stay
        SLA = "sla"  # must leave within sla_hours
        GATE = "gate"  # passes at once, by rule

    key = models.TextField()
    name_ja = models.TextField()
    name_en = models.TextField()
    order = models.SmallIntegerField()
    kind = models.TextField(choices=Kind.choices)
    department = models.TextField()
    sla_hours = models.IntegerField(null=True)
    side = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "key"], name="lifecycle_stage_key"),
            models.CheckConstraint(condition=Q(kind__in=["inventory", "sla", "gate"]), name="lifecycle_stage_kind"),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def name(self) -> str:
        """The name in the active language."""
        return self.name_ja if (get_language() or "en").startswith("ja") else self.name_en


class Transition(TenantModel):
    """One move, and the truth about where somebody was: never rewritten. `skipped` moves are zero-length passes."""

    lead = TenantForeignKey("leads.Lead", on_delete=models.CASCADE, related_name="+", db_index=False)
    from_key = models.TextField(null=True)
    to_key = models.TextField()
    at = models.DateTimeField()
    by_user = models.ForeignKey("tenancy.User", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    rule = models.TextField(blank=True, default="")
    reason = models.TextField(blank=True, default="")
    pass_number = models.SmallIntegerField(default=1)
    skipped = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(fields=["tenant", "lead", "at"], name="lifecycle_transition_lead"),
            models.Index(fields=["tenant", "to_key", "at"], name="lifecycle_transition_stage"),
        ]


class Position(TenantModel):
    """Where a lead is now: derived from the transitions, written in the same statement."""

    lead = TenantForeignKey("leads.Lead", on_delete=models.CASCADE, related_name="+", db_index=False)
    stage_key = models.TextField()
    since = models.DateTimeField()
    pass_number = models.SmallIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "lead"], name="lifecycle_position_once")]
        indexes = [models.Index(fields=["tenant", "stage_key", "lead"], name="lifecycle_position_stage")]


class Alert(TenantModel):
    """Something sales should see now. A hot lead makes one per crossing; a scenario's notice has its own key.

    `body` is what was known at that moment: {"inquiry", "lines", "pages", "company", "total", "cell", "text"}.
    """

    class Kind(models.TextChoices):
        HOT = "hot"
        NOTICE = "notice"

    public_id = PublicIdField(prefix="alr")
    kind = models.TextField(choices=Kind.choices)
    lead = TenantForeignKey("leads.Lead", on_delete=models.CASCADE, related_name="+", db_index=False)
    crossing = models.TextField()
    reason = models.TextField(blank=True, default="")
    recipient = models.TextField(blank=True, default="")
    subject = models.TextField()
    body = models.JSONField(default=dict)
    fact_received_at = models.DateTimeField(null=True)
    handed_over_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    read_by = models.ForeignKey("tenancy.User", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "public_id"], name="lifecycle_alert_public"),
            models.UniqueConstraint(fields=["tenant", "crossing"], name="lifecycle_alert_once"),
            models.CheckConstraint(condition=Q(kind__in=["hot", "notice"]), name="lifecycle_alert_kind"),
        ]
        indexes = [
            models.Index(fields=["tenant", "-handed_over_at", "-id"], name="lifecycle_alert_recent"),
            models.Index(fields=["tenant", "lead"], name="lifecycle_alert_lead"),
            models.Index(fields=["tenant"], name="lifecycle_alert_unread", condition=Q(read_at=None)),
        ]


class Deal(TenantModel):
    """A possible sale, from the SFA or by hand. `amount` is in the currency's main unit."""

    class Status(models.TextChoices):
        OPEN = "open"
        WON = "won"
        LOST = "lost"

    public_id = PublicIdField(prefix="deal")
    external_id = models.TextField()
    name = models.TextField()
    company = TenantForeignKey("leads.Company", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    amount = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    currency = models.CharField(max_length=3, default="JPY")
    stage = models.TextField(blank=True, default="")
    status = models.TextField(choices=Status.choices, default=Status.OPEN)
    lost_reason = models.TextField(blank=True, default="")
    closed_at = models.DateTimeField(null=True)
    products = models.JSONField(default=list)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "public_id"], name="lifecycle_deal_public"),
            models.UniqueConstraint(fields=["tenant", "external_id"], name="lifecycle_deal_external"),
            models.CheckConstraint(condition=Q(status__in=["open", "won", "lost"]), name="lifecycle_deal_status"),
        ]
        indexes = [models.Index(fields=["tenant", "-updated_at", "-id"], name="lifecycle_deal_recent")]

    CURRENCIES: ClassVar[tuple[str, ...]] = ("JPY", "USD", "EUR")

    def __str__(self) -> str:
        return self.name


class DealLead(TenantModel):
    """A person who is part of a deal."""

    deal = TenantForeignKey(Deal, on_delete=models.CASCADE, related_name="people", db_index=False)
    lead = TenantForeignKey("leads.Lead", on_delete=models.CASCADE, related_name="+", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "deal", "lead"], name="lifecycle_deallead_once")]
        indexes = [models.Index(fields=["tenant", "lead"], name="lifecycle_deallead_lead")]
