"""Files coming in and going out: what was read, what became of each row, and how to take it back."""

from django.db import models
from django.db.models import Q

from ma_platform.tenancy.orm import PublicIdField, TenantForeignKey, TenantModel, TenantPart


class ImportProfile(TenantModel):
    """A mapping somebody keeps for files of the same make. mapping: {column: field}, policy: {field: policy}."""

    public_id = PublicIdField(prefix="prf")
    name = models.TextField()
    kind = models.TextField()
    mapping = models.JSONField(default=dict)
    policy = models.JSONField(default=dict)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "public_id"], name="leads_profile_public"),
            models.UniqueConstraint(fields=["tenant", "kind", "name"], name="leads_profile_once"),
        ]


class Import(TenantModel):
    """An uploaded file on its way in.

    reading: how it was read {"encoding", "delimiter", "newline", "header", "sheet"}. options: {"mapping", "policy",
    "basis", "topic", "evidence"}. report: counts of the dry run or the run {"rows", "new", "update", "same",
    "duplicates", "rejected", "fields": {field: n},
    "reasons": {code: n}}. handled: rows that are done, so a killed run goes on.
    """

    class State(models.TextChoices):
        UPLOADED = "uploaded"
        CHECKING = "checking"
        CHECKED = "checked"
        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        UNDOING = "undoing"
        UNDONE = "undone"

    public_id = PublicIdField(prefix="imp")
    kind = models.TextField()
    file_name = models.TextField()
    path = models.TextField()
    bytes = models.BigIntegerField()
    digest = models.TextField()
    reading = models.JSONField(default=dict)
    options = models.JSONField(default=dict)
    report = models.JSONField(default=dict)
    state = models.TextField(choices=State.choices, default=State.UPLOADED)
    problem = models.TextField(blank=True, default="")
    rows = models.IntegerField(default=0)
    handled = models.IntegerField(default=0)
    by = models.ForeignKey("tenancy.User", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "public_id"], name="leads_import_public")]
        indexes = [
            models.Index(fields=["tenant", "-created_at", "-id"], name="leads_import_recent"),
            models.Index(
                fields=["tenant"],
                name="leads_import_open",
                condition=Q(state__in=["checking", "waiting", "running", "undoing"]),
            ),
        ]


class ImportedRow(TenantPart):
    """What became of a row that changed something or was refused.

    number counts data rows from 1. cells: the original row, kept only for a refused one. subject: public id of what it
    made or changed; before: {field: [before, after]} for undo.
    """

    transfer = TenantForeignKey(Import, on_delete=models.CASCADE, related_name="outcomes", db_index=False)
    number = models.IntegerField()
    outcome = models.TextField()  # created, updated, same, duplicate, rejected
    subject = models.TextField(blank=True, default="")
    before = models.JSONField(null=True)
    cells = models.JSONField(null=True)
    reasons = models.JSONField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "transfer", "number"], name="leads_importedrow_once")]
        indexes = [
            models.Index(fields=["tenant", "transfer", "outcome", "number"], name="leads_importedrow_outcome"),
            models.Index(fields=["tenant", "subject"], name="leads_importedrow_subject", condition=~Q(subject="")),
        ]


class Export(TenantModel):
    """A file going out: of what, for whom, and where it lies until it expires."""

    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        EXPIRED = "expired"

    public_id = PublicIdField(prefix="exp")
    kind = models.TextField()
    selection = models.JSONField(default=dict)
    columns = models.JSONField(default=list)
    format = models.TextField()  # csv, csv_cp932, xlsx
    state = models.TextField(choices=State.choices, default=State.WAITING)
    problem = models.TextField(blank=True, default="")
    rows = models.IntegerField(default=0)
    path = models.TextField(blank=True, default="")
    bytes = models.BigIntegerField(default=0)
    by = models.ForeignKey("tenancy.User", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "public_id"], name="leads_export_public")]
        indexes = [
            models.Index(fields=["tenant", "-created_at", "-id"], name="leads_export_recent"),
            models.Index(fields=["tenant"], name="leads_export_open", condition=Q(state__in=["waiting", "running"])),
        ]
