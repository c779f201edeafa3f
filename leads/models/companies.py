"""Companies people belong to: what they are called, who stands above them, and who is left out."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from ma_platform.tenancy.orm import PublicIdField, TenantForeignKey, TenantModel, TenantPart


class Company(TenantModel):
    """The account people belong to. `name_key` finds it, `near_key` those that may be the same.

    merged_into: set on a company that stands aside while another speaks for both; its people are the other's then.
    """

    public_id = PublicIdField(prefix="comp")
    name = models.TextField()
    name_key = models.TextField(db_collation="C")
    near_key = models.TextField(blank=True, default="", db_default="", db_collation="C")
    domain = models.TextField(blank=True, default="")
    industry = models.TextField(blank=True, default="")
    employees = models.IntegerField(null=True)
    prefecture = models.TextField(blank=True, default="")
    corporate_number = models.TextField(blank=True, default="", db_default="")  # 法人番号, 13 digits
    parent = TenantForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="subsidiaries", db_index=False)
    merged_into = TenantForeignKey("self", null=True, on_delete=models.CASCADE, related_name="absorbed", db_index=False)
    attributes = models.JSONField(default=dict, db_default=models.Value({}, output_field=models.JSONField()))
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "public_id"], name="leads_company_public"),
            models.UniqueConstraint(fields=["tenant", "name_key"], name="leads_company_name"),
        ]
        indexes = [
            models.Index(fields=["tenant", "domain"], name="leads_company_domain"),
            models.Index(fields=["tenant", "-updated_at", "-id"], name="leads_company_recent"),
            models.Index(fields=["tenant", "parent"], name="leads_company_parent", condition=Q(parent__isnull=False)),
            models.Index(
                fields=["tenant", "corporate_number"], name="leads_company_number", condition=~Q(corporate_number="")
            ),
            models.Index(fields=["tenant", "near_key"], name="leads_company_near", condition=~Q(near_key="")),
        ]

    def __str__(self) -> str:
        return self.name


class CompanyHistory(TenantPart):
    """What was changed of a company at once: by whom or what, and when. The newest of a field is the present value.

    changes: {field or "attributes.KEY": [before, after]}; null is a blank, a parent goes by its name.
    """

    company = TenantForeignKey(Company, on_delete=models.CASCADE, related_name="history", db_index=False)
    changes = models.JSONField()
    source = models.TextField()
    at = models.DateTimeField()
    by = models.ForeignKey(
        "tenancy.User", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False, db_constraint=False
    )

    class Meta:
        indexes = [models.Index(fields=["tenant", "company", "-at", "-id"], name="leads_companyhistory_latest")]


class CompanyAlias(TenantModel):
    """Another way one company is known: a name or a mail domain. One word means one company."""

    class Kind(models.TextChoices):
        NAME = "name"
        DOMAIN = "domain"

    company = TenantForeignKey(Company, on_delete=models.CASCADE, related_name="aliases", db_index=False)
    kind = models.TextField(choices=Kind.choices)
    text = models.TextField()
    key = models.TextField(db_collation="C")
    source = models.TextField()
    added_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "kind", "key"], name="leads_alias_once")]
        indexes = [models.Index(fields=["tenant", "company"], name="leads_alias_company")]


class CompanySuggestion(TenantModel):
    """Two companies that may be one, `one` the older number; joined by a member, never alone. Dismissed stays."""

    public_id = PublicIdField(prefix="twin")
    one = TenantForeignKey(Company, on_delete=models.CASCADE, related_name="+", db_index=False)
    other = TenantForeignKey(Company, on_delete=models.CASCADE, related_name="+", db_index=False)
    reasons = ArrayField(models.TextField())
    confidence = models.SmallIntegerField()  # percent
    found_at = models.DateTimeField()
    dismissed_at = models.DateTimeField(null=True)
    dismissed_by = models.ForeignKey(
        "tenancy.User", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "public_id"], name="leads_twin_public"),
            models.UniqueConstraint(fields=["tenant", "one", "other"], name="leads_twin_once"),
            models.CheckConstraint(condition=Q(one__lt=models.F("other")), name="leads_twin_order"),
        ]
        indexes = [
            models.Index(fields=["tenant", "other"], name="leads_twin_other"),
            models.Index(
                fields=["tenant", "-confidence", "-id"], name="leads_twin_open", condition=Q(dismissed_at__isnull=True)
            ),
        ]


class CompanyJoin(TenantModel):
    """Two companies made one: `keep` speaks for both, `drop` stands aside. Undone, both are as before.

    moved: {"rows": {"table.column": [ids handed over]}, "facts": {field of keep: [before, after]}}.
    """

    public_id = PublicIdField(prefix="join")
    keep = TenantForeignKey(Company, on_delete=models.CASCADE, related_name="+", db_index=False)
    drop = TenantForeignKey(Company, on_delete=models.CASCADE, related_name="+", db_index=False)
    moved = models.JSONField()
    at = models.DateTimeField()
    by = models.ForeignKey("tenancy.User", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(
        "tenancy.User", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "public_id"], name="leads_join_public"),
            models.UniqueConstraint(
                fields=["tenant", "drop"], name="leads_join_standing", condition=Q(undone_at__isnull=True)
            ),
        ]
        indexes = [models.Index(fields=["tenant", "keep", "-at"], name="leads_join_keep")]


class Exclusion(TenantModel):
    """Whom marketing leaves alone, and why: competitors, partners, own staff. One list for scores, alerts and flows.

    key: what is compared: a domain, a company's name key, a folded part of a title, or a network in CIDR form.
    """

    class Kind(models.TextChoices):
        DOMAIN = "domain"
        COMPANY = "company"
        TITLE = "title"
        NETWORK = "network"

    class Reason(models.TextChoices):
        COMPETITOR = "competitor"
        PARTNER = "partner"
        EMPLOYEE = "employee"
        OTHER = "other"

    public_id = PublicIdField(prefix="exc")
    kind = models.TextField(choices=Kind.choices)
    text = models.TextField()
    key = models.TextField(db_collation="C")
    reason = models.TextField(choices=Reason.choices)
    note = models.TextField(blank=True, default="")
    added_at = models.DateTimeField()
    added_by = models.ForeignKey("tenancy.User", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "public_id"], name="leads_exclusion_public"),
            models.UniqueConstraint(fields=["tenant", "kind", "key"], name="leads_exclusion_once"),
            models.CheckConstraint(
                condition=Q(kind__in=["domain", "company", "title", "network"]), name="leads_exclusion_kind"
            ),
            models.CheckConstraint(
                condition=Q(reason__in=["competitor", "partner", "employee", "other"]), name="leads_exclusion_reason"
            ),
        ]


class LeftOut(TenantModel):
    """A person the exclusion list leaves out, as reports ask it: worked out from the list, and rewritten whenever."""

    lead = TenantForeignKey("leads.Lead", on_delete=models.CASCADE, related_name="+", db_index=False)
    reason = models.TextField(choices=Exclusion.Reason.choices)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "lead"], name="leads_leftout_once")]
