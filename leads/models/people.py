"""Known people of a workspace: who they are, what others call them, and where each value came from."""

from collections.abc import Mapping

from django.db import models
from django.db.models import Q

from ma_platform.tenancy.orm import PublicIdField, TenantForeignKey, TenantModel, TenantPart


class Lead(TenantModel):
    """A known person. The `…_key` columns are folded copies for search and identity; empty text is unknown.

    attributes: {key of an Attribute: value} in its kind's shape. merged_into: set on the row that stands aside while
    another speaks for both; `Lead.objects` still finds it, lists and conditions do not.
    """

    public_id = PublicIdField(prefix="lead")
    email = models.TextField(blank=True, default="")
    email_key = models.TextField(null=True, db_collation="C")
    email_domain = models.TextField(blank=True, default="")
    email_kind = models.TextField(blank=True, default="")
    last_name = models.TextField(blank=True, default="")
    first_name = models.TextField(blank=True, default="")
    last_name_kana = models.TextField(blank=True, default="")
    first_name_kana = models.TextField(blank=True, default="")
    name_key = models.TextField(blank=True, default="", db_collation="C")
    kana_key = models.TextField(blank=True, default="", db_collation="C")
    company = TenantForeignKey(
        "leads.Company", null=True, on_delete=models.SET_NULL, related_name="leads", db_index=False
    )
    department = models.TextField(blank=True, default="")
    job_title = models.TextField(blank=True, default="")
    job_rank = models.SmallIntegerField(null=True)
    phone = models.TextField(blank=True, default="")
    phone_key = models.TextField(blank=True, default="", db_collation="C")
    prefecture = models.TextField(blank=True, default="")
    owner = models.ForeignKey("tenancy.User", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    source_first = models.JSONField(null=True)  # as forms, files and the API stated it; their own visits come before
    source_last = models.JSONField(null=True)
    touch_first = models.JSONField(null=True)  # of their visits, as `tracking.queries.first_and_last` answers
    touch_last = models.JSONField(null=True)
    visits = models.IntegerField(default=0, db_default=0)
    attributes = models.JSONField(default=dict, db_default=models.Value({}, output_field=models.JSONField()))
    merged_into = TenantForeignKey("self", null=True, on_delete=models.CASCADE, related_name="absorbed", db_index=False)
    last_seen_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "public_id"], name="leads_lead_public"),
            models.UniqueConstraint(
                fields=["tenant", "email_key"], name="leads_lead_email", condition=Q(email_key__isnull=False)
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "-updated_at", "-id"], name="leads_lead_recent"),
            models.Index(fields=["tenant", "-created_at", "-id"], name="leads_lead_new"),
            models.Index(fields=["tenant", "name_key", "id"], name="leads_lead_name"),
            models.Index(fields=["tenant", "kana_key"], name="leads_lead_kana"),
            models.Index(fields=["tenant", "phone_key"], name="leads_lead_phone"),
            models.Index(fields=["tenant", "email_domain"], name="leads_lead_domain"),
            models.Index(fields=["tenant", "company"], name="leads_lead_company"),
            models.Index(fields=["tenant", "owner"], name="leads_lead_owner"),
            models.Index(
                fields=["tenant", "job_title"],
                name="leads_lead_unranked",
                condition=Q(job_rank__isnull=True) & ~Q(job_title=""),
            ),
            models.Index(
                fields=["tenant", "merged_into"], name="leads_lead_merged", condition=Q(merged_into__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.last_name} {self.first_name}".strip() or self.email or self.public_id

    @property
    def came_first(self) -> Mapping[str, str] | None:
        """Where they came from first: of their own visits, else what was stated."""
        return self.touch_first or self.source_first

    @property
    def came_last(self) -> Mapping[str, str] | None:
        """Where they came from last."""
        return self.touch_last or self.source_last


class LeadIdentifier(TenantPart):
    """What another system calls this person; one value names one lead per kind.

    `source` says who stated it, as in "import:imp_…"; it and the moment are unknown of the oldest ones.
    """

    lead = TenantForeignKey(Lead, on_delete=models.CASCADE, related_name="identifiers")
    kind = models.TextField(default="external_id")
    value = models.TextField()
    source = models.TextField(blank=True, default="", db_default="")
    added_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "kind", "value"], name="leads_identifier_once")]


class Tag(TenantModel):
    """A word people put on leads."""

    name = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "name"], name="leads_tag_once")]

    def __str__(self) -> str:
        return self.name


class LeadTag(TenantPart):
    """A tag on a lead, and since when."""

    lead = TenantForeignKey(Lead, on_delete=models.CASCADE, related_name="lead_tags", db_index=False)
    tag = TenantForeignKey(Tag, on_delete=models.CASCADE, related_name="lead_tags", db_index=False)
    added_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "lead", "tag"], name="leads_leadtag_once")]
        indexes = [models.Index(fields=["tenant", "tag"], name="leads_leadtag_tag")]


class FieldHistory(TenantPart):
    """A value a field was given: by whom or what, and when. The newest per field is the present value.

    stated: {field: value} where several were given at once; field and value are blank then.
    """

    lead = TenantForeignKey(Lead, on_delete=models.CASCADE, related_name="history", db_index=False)
    field = models.TextField()
    value = models.TextField()
    stated = models.JSONField(null=True)
    source = models.TextField()
    at = models.DateTimeField()
    by = models.ForeignKey(
        "tenancy.User", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False, db_constraint=False
    )

    class Meta:
        indexes = [models.Index(fields=["tenant", "lead", "field", "-at"], name="leads_history_latest")]


class IdentityHint(TenantModel):
    """An unproven address a browser claimed (a public key's `identify`): shown, never merged, never written."""

    visitor_id = models.BigIntegerField()
    email_key = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "visitor_id", "email_key"], name="leads_hint_once")]
