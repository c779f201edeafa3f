"""What a workspace decides about its tracking, and what is known of networks."""

from __future__ import annotations

from django.db import models

from ma_platform.tenancy.orm import PublicIdField, TenantModel
from tracking.models.walled import drawn


class Domain(TenantModel):
    """A host of the workspace: a site with the tag, or the name under which visitors reach our collector.

    `verified_at`: when it first worked. `failures` looks in a row found a `problem`, since `failed_since`; a tracking
    host that goes on failing is given up at `lost_at` and not used until it works again.
    """

    class Kind(models.TextChoices):
        SITE = "site"
        TRACKING = "tracking"

    host = models.CharField(max_length=255)
    kind = models.CharField(max_length=8, choices=Kind)
    added_at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True)
    verified_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=300, default="", db_default="")
    failures = models.SmallIntegerField(default=0, db_default=0)
    failed_since = models.DateTimeField(null=True)
    lost_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["tenant", "host", "kind"], name="tracking_domain_once"),
            models.CheckConstraint(condition=models.Q(kind__in=["site", "tracking"]), name="tracking_domain_kind"),
        ]


class Settings(TenantModel):
    """One row a workspace, made when first changed. `ip_days`: after so many days addresses lose their last part.

    `consent_required` before measuring, `personalise_required` before personalising; `cookieless`: ids end with a tab.
    """

    consent_required = models.BooleanField(default=False, db_default=False)
    personalise_required = models.BooleanField(default=False, db_default=False)
    cookieless = models.BooleanField(default=False, db_default=False)
    ip_days = models.SmallIntegerField(default=90, db_default=90)
    spa = models.CharField(max_length=4, default="path", db_default="path")
    purposes = models.CharField(max_length=1000, default="", db_default="")
    policy_url = models.CharField(max_length=500, default="", db_default="")

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [models.UniqueConstraint(fields=["tenant"], name="tracking_settings_once")]


class Retention(TenantModel):
    """Events of this name are deleted after so many days; without a row they stay. `done_until`: those before are."""

    name = models.SmallIntegerField()
    days = models.IntegerField()
    done_until = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["tenant", "name"], name="tracking_retention_once"),
            models.CheckConstraint(condition=models.Q(days__gte=1), name="tracking_retention_days"),
        ]


class Network(TenantModel):
    """Whose network it may be. `network` is written as Postgres prints a cidr ("203.0.113.0/24"): looked up by equality
    with each prefix of an address, so that the look-up keeps its index under row-level security."""

    class Source(models.TextChoices):
        LIST = "list"  # uploaded
        LEARNED = "learned"  # from identified people seen on it
        PROVIDER = "provider"

    public_id = PublicIdField(prefix="net", db_default=drawn("net"))
    network = models.CharField(max_length=49)
    kind = models.CharField(max_length=10, default="company", db_default="company")  # company, carrier, gateway, own
    company_name = models.CharField(max_length=200, default="", db_default="")
    company_domain = models.CharField(max_length=255, default="", db_default="")
    confidence = models.SmallIntegerField()  # percent
    people = models.IntegerField(default=0, db_default=0)
    source = models.CharField(max_length=10, choices=Source)
    updated_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["tenant", "network", "source"], name="tracking_network_once"),
            models.UniqueConstraint(fields=["tenant", "public_id"], name="tracking_network_public"),
            models.CheckConstraint(
                condition=models.Q(confidence__gte=0, confidence__lte=100), name="tracking_network_percent"
            ),
        ]
