"""Fields a workspace adds of its own. Values lie in `attributes` of the lead or company, their past in FieldHistory."""

from django.db import models
from django.db.models import Q

from ma_platform.tenancy.orm import PublicIdField, TenantModel

SHAPES = ("text", "number", "date", "choice", "multi_choice", "boolean", "url")


class Attribute(TenantModel):
    """A typed field of leads or companies. The key never changes: conditions, forms and imports name it.

    choices: [{"key", "label"}] in order, for choice and multi_choice. Archived: kept, no longer offered.
    """

    class Subject(models.TextChoices):
        LEAD = "lead"
        COMPANY = "company"

    public_id = PublicIdField(prefix="attr")
    subject = models.TextField(choices=Subject.choices, default=Subject.LEAD)
    key = models.TextField()
    label = models.TextField()
    kind = models.TextField()
    choices = models.JSONField(default=list)
    position = models.IntegerField(default=0)
    created_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "public_id"], name="leads_attribute_public"),
            models.UniqueConstraint(fields=["tenant", "subject", "key"], name="leads_attribute_once"),
            models.CheckConstraint(condition=Q(kind__in=SHAPES), name="leads_attribute_kind"),
            models.CheckConstraint(condition=Q(subject__in=["lead", "company"]), name="leads_attribute_subject"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def word(self) -> str:
        """What conditions call it."""
        return f"{self.subject}.attributes.{self.key}"


class SensitiveField(TenantModel):
    """A field of people or companies that only some may see, named as conditions do: `lead.phone`."""

    word = models.TextField()
    marked_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "word"], name="leads_sensitivefield_once")]
