"""What people agreed to and refused."""

from django.db import models
from django.db.models import Q

from leads.models.people import Lead
from ma_platform.tenancy.orm import TenantForeignKey, TenantModel


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
