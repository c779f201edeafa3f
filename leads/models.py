"""People and companies of a workspace, what they agreed to, and where each field's value came from."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from ma_platform.tenancy.orm import PublicIdField, TenantForeignKey, TenantModel


class Company(TenantModel):
    """The account people belong to. `name_key` is the name folded, without its legal form."""

    public_id = PublicIdField(prefix="comp")
    name = models.TextField()
    name_key = models.TextField(db_collation="C")
    domain = models.TextField(blank=True, default="")
    industry = models.TextField(blank=True, default="")
    employees = models.IntegerField(null=True)
    prefecture = models.TextField(blank=True, default="")
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
        ]

    def __str__(self) -> str:
        return self.name


class Lead(TenantModel):
    """A known person. The `…_key` columns are folded copies for search and identity; empty text is unknown."""

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
    source_first = models.JSONField(null=True)
    source_last = models.JSONField(null=True)
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
        ]

    def __str__(self) -> str:
        return f"{self.last_name} {self.first_name}".strip() or self.email or self.public_id


class LeadIdentifier(TenantModel):
    """What another system calls this person; one value names one lead per kind."""

    lead = TenantForeignKey(Lead, on_delete=models.CASCADE, related_name="identifiers")
    kind = models.TextField(default="external_id")
    value = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "kind", "value"], name="leads_identifier_once")]


class Tag(TenantModel):
    """A word people put on leads."""

    name = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "name"], name="leads_tag_once")]

    def __str__(self) -> str:
        return self.name


class LeadTag(TenantModel):
    """A tag on a lead, and since when."""

    lead = TenantForeignKey(Lead, on_delete=models.CASCADE, related_name="lead_tags", db_index=False)
    tag = TenantForeignKey(Tag, on_delete=models.CASCADE, related_name="lead_tags", db_index=False)
    added_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "lead", "tag"], name="leads_leadtag_once")]
        indexes = [models.Index(fields=["tenant", "tag"], name="leads_leadtag_tag")]


class Consent(TenantModel):
    """One line of the consent ledger: never rewritten, never removed by an edit.

    The topic `*` speaks for every topic. A refusal ends every basis before it; afterwards only a
    fresh `consent` counts again, a business card or a trading relationship does not.
    """

    class State(models.TextChoices):
        GRANTED = "granted"
        REFUSED = "refused"

    class Basis(models.TextChoices):
        CONSENT = "consent"
        BUSINESS_CARD = "business_card"
        RELATIONSHIP = "relationship"
        PUBLISHED = "published"

    lead = TenantForeignKey(Lead, on_delete=models.CASCADE, related_name="consents", db_index=False)
    topic = models.TextField()
    state = models.TextField(choices=State.choices)
    basis = models.TextField(choices=Basis.choices, null=True)
    at = models.DateTimeField()
    evidence = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=["granted", "refused"]), name="leads_consent_state"),
            models.CheckConstraint(
                condition=Q(basis__in=["consent", "business_card", "relationship", "published"])
                | Q(state="refused", basis=None),
                name="leads_consent_basis",
            ),
        ]
        indexes = [models.Index(fields=["tenant", "lead", "topic", "at"], name="leads_consent_latest")]


class FieldHistory(TenantModel):
    """A value a field was given: by whom or what, and when. The newest row per field is the present value."""

    lead = TenantForeignKey(Lead, on_delete=models.CASCADE, related_name="history", db_index=False)
    field = models.TextField()
    value = models.TextField()
    source = models.TextField()
    at = models.DateTimeField()
    by = models.ForeignKey("tenancy.User", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)

    class Meta:
        indexes = [models.Index(fields=["tenant", "lead", "field", "-at"], name="leads_history_latest")]


class IdentityHint(TenantModel):
    """An unproven address a browser claimed (a public key's `identify`): shown, never merged, never written."""

    visitor_id = models.BigIntegerField()
    email_key = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "visitor_id", "email_key"], name="leads_hint_once")]


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
