"""How a member likes the list, and what is done to many people at once."""

from django.db import models
from django.db.models import Q

from leads.models.people import Lead
from ma_platform.tenancy.orm import PublicIdField, TenantForeignKey, TenantModel


class SavedView(TenantModel):
    """A list as somebody set it up.

    view: {"columns": [...], "sort": "-score", "q": "", "filters": {"stage": "mql"}, "condition": {...}|null}. One
    without a name is that member's habits: {"columns": {view: [...]}, "opens": view}.
    """

    public_id = PublicIdField(prefix="view")
    owner = models.ForeignKey("tenancy.User", on_delete=models.CASCADE, related_name="+", db_index=False)
    subject = models.TextField(default="leads")
    name = models.TextField(blank=True, default="")
    shared = models.BooleanField(default=False)
    view = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "public_id"], name="leads_view_public"),
            models.UniqueConstraint(fields=["tenant", "owner", "subject", "name"], name="leads_view_once"),
        ]
        indexes = [
            models.Index(fields=["tenant", "subject", "name"], name="leads_view_shared", condition=Q(shared=True))
        ]


class BulkJob(TenantModel):
    """Something done to many people: whom (frozen when it starts), what, how far, and how to take it back.

    selection: {"ids": [public ids]} or {"q", "condition"} as the list was. params: those of the kind.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        UNDOING = "undoing"
        UNDONE = "undone"

    public_id = PublicIdField(prefix="job")
    kind = models.TextField()
    params = models.JSONField(default=dict)
    selection = models.JSONField(default=dict)
    state = models.TextField(choices=State.choices, default=State.WAITING)
    total = models.IntegerField(default=0)
    handled = models.IntegerField(default=0)
    changed = models.IntegerField(default=0)
    refused = models.IntegerField(default=0)
    problem = models.TextField(blank=True, default="")
    by = models.ForeignKey("tenancy.User", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    undone_by = models.ForeignKey(
        "tenancy.User", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "public_id"], name="leads_job_public")]
        indexes = [
            models.Index(fields=["tenant", "-created_at", "-id"], name="leads_job_recent"),
            models.Index(
                fields=["tenant"],
                name="leads_job_open",
                condition=Q(state__in=["waiting", "running", "undoing"]),
            ),
        ]


class BulkItem(TenantModel):
    """One person of a job. before: what undo puts back; null until it was handled."""

    job = TenantForeignKey(BulkJob, on_delete=models.CASCADE, related_name="items", db_index=False)
    lead = TenantForeignKey(Lead, on_delete=models.CASCADE, related_name="+", db_index=False)
    outcome = models.TextField(blank=True, default="")  # "" waiting, changed, same, refused
    before = models.JSONField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "job", "lead"], name="leads_jobitem_once")]
        indexes = [
            models.Index(fields=["tenant", "lead"], name="leads_jobitem_lead"),
            models.Index(fields=["tenant", "job", "id"], name="leads_jobitem_open", condition=Q(outcome="")),
        ]
