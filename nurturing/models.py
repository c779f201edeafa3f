"""Flows, their published versions, the runs of leads through them, and what every run did."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ma_platform.tenancy.orm import PublicIdField, TenantForeignKey, TenantModel


class Flow(TenantModel):
    """A scenario. `draft` is what people edit; leads run on published versions only.

    `published_no` is the version new runs take (0: never published). `trigger_event` is that version's event,
    kept here so that a batch of facts finds its flows by index.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        RUNNING = "running", _("Running")
        PAUSED = "paused", _("Paused")

    public_id = PublicIdField(prefix="flw")
    name_ja = models.TextField()
    name_en = models.TextField()
    draft = models.JSONField()
    state = models.TextField(choices=State.choices, default=State.DRAFT)
    published_no = models.IntegerField(default=0)
    trigger_event = models.SmallIntegerField(null=True)
    paused_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "public_id"], name="nurturing_flow_public"),
            models.CheckConstraint(condition=Q(state__in=["draft", "running", "paused"]), name="nurturing_flow_state"),
            models.CheckConstraint(
                condition=Q(state="draft", published_no=0) | Q(state__in=["running", "paused"], published_no__gt=0),
                name="nurturing_flow_runs_published",
            ),
        ]
        indexes = [models.Index(fields=["tenant", "trigger_event"], name="nurturing_flow_trigger")]

    def __str__(self) -> str:
        return self.name_ja

    def name(self, language: str) -> str:
        """The name in a language such as `ja` or `en-gb`."""
        return self.name_ja if language.startswith("ja") else self.name_en


class FlowVersion(TenantModel):
    """A published document. Never changed: runs that began on it end on it."""

    flow = TenantForeignKey(Flow, on_delete=models.CASCADE, related_name="versions", db_index=False)
    no = models.IntegerField()
    document = models.JSONField()
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(
        "tenancy.User", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "flow", "no"], name="nurturing_version_once")]


class Run(TenantModel):
    """One lead's way through one version. The same lead (and key) comes again only as the next `pass_no`.

    wake_at: when to look at the run next (None: only an event wakes it). deadline_at: when its stay at the step ends.
    waiting_for: events that wake it. visit: the number of the step visit, 1 for the first; with the run's id it is
    the key of every effect. pace_from, pace_steps: steps taken in the hour that began then.
    """

    class State(models.TextChoices):
        ACTIVE = "active", _("Active")
        WAITING = "waiting", _("Standing by")
        PAUSED = "paused", _("Paused")
        FINISHED = "finished", _("Finished")
        ENDED = "ended", _("Ended")

    flow = TenantForeignKey(Flow, on_delete=models.CASCADE, related_name="runs", db_index=False)
    version = TenantForeignKey(FlowVersion, on_delete=models.CASCADE, related_name="runs", db_index=False)
    lead = TenantForeignKey("leads.Lead", on_delete=models.CASCADE, related_name="runs", db_index=False)
    key = models.TextField(blank=True, default="")
    pass_no = models.IntegerField(default=1)
    state = models.TextField(choices=State.choices, default=State.ACTIVE)
    step = models.TextField()
    visit = models.IntegerField(default=1)
    entered_at = models.DateTimeField()
    step_entered_at = models.DateTimeField()
    wake_at = models.DateTimeField(null=True)
    deadline_at = models.DateTimeField(null=True)
    waiting_for = ArrayField(models.SmallIntegerField(), default=list)
    pace_from = models.DateTimeField()
    pace_steps = models.IntegerField(default=0)
    ended_at = models.DateTimeField(null=True)
    end_reason = models.TextField(blank=True, default="")
    variables = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "flow", "lead", "key", "pass_no"], name="nurturing_run_once_a_pass"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["active", "waiting", "paused"], ended_at=None)
                | Q(state__in=["finished", "ended"], ended_at__isnull=False, wake_at=None),
                name="nurturing_run_state",
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "lead"], name="nurturing_run_lead"),
            models.Index(
                fields=["tenant", "wake_at", "id"],
                name="nurturing_run_due",
                condition=Q(state__in=["active", "waiting"], wake_at__isnull=False),
            ),
            models.Index(
                fields=["tenant", "flow", "step"], name="nurturing_run_live", condition=Q(ended_at__isnull=True)
            ),
            models.Index(
                fields=["tenant", "flow", "state"], name="nurturing_run_over", condition=Q(ended_at__isnull=False)
            ),
        ]


class RunStep(TenantModel):
    """A step a run has left: when it came, when it went, and how. The step it stands at is in the run."""

    run = TenantForeignKey(Run, on_delete=models.CASCADE, related_name="steps", db_index=False)
    visit = models.IntegerField()
    step = models.TextField()
    entered_at = models.DateTimeField()
    left_at = models.DateTimeField()
    outcome = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "run", "visit"], name="nurturing_runstep_once")]


class StepCount(TenantModel):
    """How many runs have left a step in which way: the sum of the run steps, kept in the statement that adds them."""

    flow = TenantForeignKey(Flow, on_delete=models.CASCADE, related_name="step_counts", db_index=False)
    step = models.TextField()
    outcome = models.TextField()
    runs = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "flow", "step", "outcome"], name="nurturing_stepcount_once")
        ]


class EntryRefusal(TenantModel):
    """Why a lead did not come in, how often it was refused for that, and when first and last."""

    flow = TenantForeignKey(Flow, on_delete=models.CASCADE, related_name="refusals", db_index=False)
    lead = TenantForeignKey("leads.Lead", on_delete=models.CASCADE, related_name="+", db_index=False)
    key = models.TextField(blank=True, default="")
    reason = models.TextField()
    times = models.IntegerField(default=1)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "flow", "lead", "key", "reason"], name="nurturing_refusal_once")
        ]
        indexes = [models.Index(fields=["tenant", "lead"], name="nurturing_refusal_lead")]
