"""Groups of people: by a condition that is kept true, or by hand. Who was in when, and why."""

import json
from hashlib import sha256

from django.db import models
from django.db.models import Q

from leads.models.people import Lead
from ma_platform.tenancy.orm import PublicIdField, TenantForeignKey, TenantModel


class Segment(TenantModel):
    """A dynamic segment has a condition, a static list has none.

    reads: what its condition depends on (`leads.stirring.Reads`), so that a fact only stirs the segments that ask
    about it: {"fields": [...], "events": [numbers], "segments": [public ids], "flows": [...], "clock": bool, …}.
    proposed: a new condition being built; the old membership stays in force until the difference is confirmed.
    applying: confirmed, being put in force; quiet: nobody enters a flow by it.
    version: counts conditions that came into force. moved, to_move: people of the difference being written down.
    """

    class State(models.TextChoices):
        BUILDING = "building"
        PROPOSED = "proposed"
        APPLYING = "applying"
        READY = "ready"
        FAILED = "failed"

    public_id = PublicIdField(prefix="seg")
    name = models.TextField()
    description = models.TextField(blank=True, default="")
    condition = models.JSONField(null=True)
    proposed = models.JSONField(null=True)
    reads = models.JSONField(default=dict)
    state = models.TextField(choices=State.choices, default=State.READY)
    problem = models.TextField(blank=True, default="")
    quiet = models.BooleanField(default=False)
    version = models.IntegerField(default=0)
    members = models.IntegerField(default=0)
    moved = models.IntegerField(default=0)
    to_move = models.IntegerField(default=0)
    built_at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True)
    drift = models.IntegerField(default=0)  # rows the last nightly check found wrong; 0 is expected
    created_by = models.ForeignKey(
        "tenancy.User", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "public_id"], name="leads_segment_public"),
            models.UniqueConstraint(
                fields=["tenant", "name"], name="leads_segment_name", condition=Q(archived_at__isnull=True)
            ),
            models.CheckConstraint(
                condition=Q(state__in=["building", "proposed", "applying", "ready", "failed"]),
                name="leads_segment_state",
            ),
        ]
        indexes = [models.Index(fields=["tenant", "-updated_at", "-id"], name="leads_segment_recent")]

    def __str__(self) -> str:
        return self.name

    @property
    def revision(self) -> str:
        """Another one as soon as the condition in force, or the one proposed, is another."""
        said = json.dumps([self.condition, self.proposed], sort_keys=True)
        return sha256(said.encode()).hexdigest()[:16]


class SegmentMember(TenantModel):
    """A stay in a segment: open while `until` is null. reason: rule, or hand when an override says so."""

    segment = TenantForeignKey(Segment, on_delete=models.CASCADE, related_name="stays", db_index=False)
    lead = TenantForeignKey(Lead, on_delete=models.CASCADE, related_name="stays", db_index=False)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    reason = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "segment", "lead"], name="leads_stay_once", condition=Q(until__isnull=True)
            ),
            models.CheckConstraint(condition=Q(reason__in=["rule", "hand"]), name="leads_stay_reason"),
        ]
        indexes = [
            models.Index(fields=["tenant", "lead", "segment"], name="leads_stay_lead"),
            models.Index(fields=["tenant", "segment", "since"], name="leads_stay_since"),
            models.Index(
                fields=["tenant", "segment", "until"], name="leads_stay_until", condition=Q(until__isnull=False)
            ),
        ]


class SegmentOverride(TenantModel):
    """Put in or kept out by hand, whatever the condition says, until it expires. Membership of a static list is one.

    source: the file that put somebody in, as in "import:imp_…"; None: a member or another system did.
    """

    segment = TenantForeignKey(Segment, on_delete=models.CASCADE, related_name="overrides", db_index=False)
    lead = TenantForeignKey(Lead, on_delete=models.CASCADE, related_name="+", db_index=False)
    belongs = models.BooleanField()
    expires_at = models.DateTimeField(null=True)
    note = models.TextField(blank=True, default="")
    source = models.TextField(null=True)
    by = models.ForeignKey("tenancy.User", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "segment", "lead"], name="leads_override_once")]
        indexes = [
            models.Index(fields=["tenant", "lead"], name="leads_override_lead"),
            models.Index(
                fields=["tenant", "expires_at"], name="leads_override_expiry", condition=Q(expires_at__isnull=False)
            ),
        ]


class SegmentChange(TenantModel):
    """One line of a difference that waits for confirmation: who would enter or leave under the proposed condition."""

    segment = TenantForeignKey(Segment, on_delete=models.CASCADE, related_name="changes", db_index=False)
    lead = TenantForeignKey(Lead, on_delete=models.CASCADE, related_name="+", db_index=False)
    enters = models.BooleanField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "segment", "lead"], name="leads_change_once")]
        indexes = [models.Index(fields=["tenant", "lead"], name="leads_change_lead")]


class SegmentMoment(TenantModel):
    """The time wheel: the next moment at which time alone may change this membership."""

    segment = TenantForeignKey(Segment, on_delete=models.CASCADE, related_name="moments", db_index=False)
    lead = TenantForeignKey(Lead, on_delete=models.CASCADE, related_name="+", db_index=False)
    due_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "segment", "lead"], name="leads_moment_once")]
        indexes = [
            models.Index(fields=["due_at", "tenant"], name="leads_moment_due"),
            models.Index(fields=["tenant", "lead"], name="leads_moment_lead"),
        ]


class SegmentDay(TenantModel):
    """A day of a segment in the workspace's zone: members at its end, entered and left during it."""

    segment = TenantForeignKey(Segment, on_delete=models.CASCADE, related_name="days", db_index=False)
    day = models.DateField()
    members = models.IntegerField(default=0)
    entered = models.IntegerField(default=0)
    left = models.IntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "segment", "day"], name="leads_segmentday_once")]
