"""Forms with their versions, what was submitted, and files to hand out."""

from django.db import models
from django.db.models import Q

from ma_platform.tenancy.orm import PublicIdField, TenantForeignKey, TenantModel


class Form(TenantModel):
    """A form strangers can fill in. Its public id names the workspace, because strangers bring nothing else."""

    public_id = PublicIdField(prefix="frm")
    name = models.TextField()
    version = models.IntegerField(default=0)
    published_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "public_id"], name="capture_form_public")]

    def __str__(self) -> str:
        return self.name


class FormVersion(TenantModel):
    """What the form was at one save; never changed."""

    form = TenantForeignKey(Form, on_delete=models.CASCADE, related_name="versions", db_index=False)
    no = models.IntegerField()
    document = models.JSONField()
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        "tenancy.User", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "form", "no"], name="capture_formversion_once")]


class Asset(TenantModel):
    """A file handed out by a signed link. `path` is the server's own name, `name` what people see."""

    public_id = PublicIdField(prefix="ast")
    name = models.TextField()
    path = models.TextField()
    extension = models.TextField()
    content_type = models.TextField()
    size = models.BigIntegerField()
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        "tenancy.User", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "public_id"], name="capture_asset_public")]

    def __str__(self) -> str:
        return self.name

    @property
    def position(self) -> list[object]:
        """Where it stands in the list of files."""
        return [self.created_at.isoformat(), self.pk]


class Submission(TenantModel):
    """One answer, kept as it came. Only `lead` and the release of a quarantined one are filled in later."""

    class Verdict(models.TextChoices):
        CLEAN = "clean"
        SUSPICIOUS = "suspicious"

    public_id = PublicIdField(prefix="sub")
    form = TenantForeignKey(Form, on_delete=models.CASCADE, related_name="submissions", db_index=False)
    version = TenantForeignKey(FormVersion, on_delete=models.CASCADE, related_name="+", db_index=False)
    token = models.TextField()
    values = models.JSONField()
    raw = models.JSONField()
    consents = models.JSONField()
    context = models.JSONField()
    verdict = models.TextField(choices=Verdict.choices)
    reasons = models.JSONField(default=list)
    lead = TenantForeignKey("leads.Lead", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    visitor = models.TextField(blank=True, default="")
    shown_at = models.DateTimeField(null=True)
    submitted_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True)
    released_by = models.ForeignKey(
        "tenancy.User", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "public_id"], name="capture_submission_public"),
            models.UniqueConstraint(fields=["tenant", "token"], name="capture_submission_token"),
            models.CheckConstraint(condition=Q(verdict__in=["clean", "suspicious"]), name="capture_submission_verdict"),
        ]
        indexes = [
            models.Index(fields=["tenant", "form", "-submitted_at", "-id"], name="capture_submission_recent"),
            models.Index(fields=["tenant", "lead", "-submitted_at"], name="capture_submission_lead"),
            models.Index(fields=["tenant", "-submitted_at", "-id"], name="capture_submission_newest"),
            models.Index(
                fields=["tenant", "form", "-submitted_at", "-id"],
                name="capture_submission_held",
                condition=Q(verdict="suspicious"),
            ),
        ]
