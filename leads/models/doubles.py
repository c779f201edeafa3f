"""Two rows that may be one person, and two people joined into one."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from leads.models.people import Lead
from ma_platform.tenancy.orm import PublicIdField, TenantForeignKey, TenantModel


class Suggestion(TenantModel):
    """Two leads who may be one person, `one` the older number. Dismissed stays dismissed; nothing merges by itself."""

    public_id = PublicIdField(prefix="dup")
    one = TenantForeignKey(Lead, on_delete=models.CASCADE, related_name="+", db_index=False)
    other = TenantForeignKey(Lead, on_delete=models.CASCADE, related_name="+", db_index=False)
    reasons = ArrayField(models.TextField())
    confidence = models.SmallIntegerField()  # percent
    found_at = models.DateTimeField()
    dismissed_at = models.DateTimeField(null=True)
    dismissed_by = models.ForeignKey(
        "tenancy.User", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "public_id"], name="leads_suggestion_public"),
            models.UniqueConstraint(fields=["tenant", "one", "other"], name="leads_suggestion_once"),
            models.CheckConstraint(condition=Q(one__lt=models.F("other")), name="leads_suggestion_order"),
        ]
        indexes = [
            models.Index(fields=["tenant", "other"], name="leads_suggestion_other"),
            models.Index(
                fields=["tenant", "-confidence", "-id"],
                name="leads_suggestion_open",
                condition=Q(dismissed_at__isnull=True),
            ),
        ]


class Merge(TenantModel):
    """Two people joined: `keep` speaks for both, `drop` stands aside as it was. Undone, both are as before.

    before: the values of `keep` that the merge changed, {field: [before, after]}. address_source: set where `drop` is
    nothing but a further mail address of `keep`; who stated it, as in "user" or "api".
    """

    public_id = PublicIdField(prefix="mrg")
    keep = TenantForeignKey(Lead, on_delete=models.CASCADE, related_name="+", db_index=False)
    drop = TenantForeignKey(Lead, on_delete=models.CASCADE, related_name="+", db_index=False)
    before = models.JSONField(default=dict)
    address_source = models.TextField(blank=True, default="", db_default="")
    at = models.DateTimeField()
    by = models.ForeignKey("tenancy.User", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(
        "tenancy.User", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "public_id"], name="leads_merge_public"),
            models.UniqueConstraint(
                fields=["tenant", "drop"], name="leads_merge_once", condition=Q(undone_at__isnull=True)
            ),
        ]
        indexes = [models.Index(fields=["tenant", "keep", "-at"], name="leads_merge_keep")]


class MergedRow(TenantModel):
    """A row of some table that a merge handed from `drop` to `keep`, by what identifies it: undo hands it back."""

    merge = TenantForeignKey(Merge, on_delete=models.CASCADE, related_name="rows", db_index=False)
    table = models.TextField()
    key = models.JSONField()

    class Meta:
        indexes = [models.Index(fields=["tenant", "merge", "table"], name="leads_mergedrow_merge")]
