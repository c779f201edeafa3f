"""Browsers, their visits, and why a browser is taken for a person."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from ma_platform.tenancy.orm import PublicIdField, TenantForeignKey, TenantModel
from tracking.models.walled import Unchecked, drawn


class Visitor(Unchecked):
    """A browser (or `user:<id>`, a person a server spoke of). `lead_id` is the person of the last binding in force.

    `turned_at`: events before it may be somebody else's, ask the bindings; None when the whole past is the person's.
    """

    key = models.CharField(max_length=200)
    lead_id = models.BigIntegerField(null=True)
    turned_at = models.DateTimeField(null=True)
    shared = models.BooleanField(default=False, db_default=False)
    shared_by = models.BigIntegerField(null=True)  # user who marked it; None: seen by its logins, or not shared
    shared_at = models.DateTimeField(null=True)  # when they did: what it undid has this moment
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    visits = models.IntegerField(default=1, db_default=1)
    session = models.UUIDField(null=True)
    first_source = models.JSONField(null=True)
    last_source = models.JSONField(null=True)
    agent = models.CharField(max_length=300, blank=True, default="", db_default="")

    class Meta(Unchecked.Meta):
        abstract = False
        constraints = [models.UniqueConstraint(fields=["tenant", "key"], name="tracking_visitor_once")]
        indexes = [
            models.Index(
                fields=["tenant", "lead_id"],
                name="tracking_visitor_person",
                condition=models.Q(lead_id__isnull=False),
            ),
            models.Index(fields=["tenant", "last_seen_at"], name="tracking_visitor_seen"),
        ]


class Session(Unchecked):
    """A visit: ends after 30 minutes without a sign, or when another campaign begins. The id its events carry.

    Written with its events (times, counts, source, agent, address); `enriched_at` None: device, place and company are
    still to be looked up. `company_*` is a guess by network with its confidence in percent, never a fact about a
    person. `verdict` is the visit's, judged by behaviour, and lies over what was thought of each hit.
    """

    pk = models.CompositePrimaryKey("tenant_id", "id")
    id = models.UUIDField()
    visitor_id = models.BigIntegerField()
    started_at = models.DateTimeField()
    last_at = models.DateTimeField()
    views = models.IntegerField(default=0, db_default=0)
    events = models.IntegerField(default=0, db_default=0)
    visible_ms = models.BigIntegerField(default=0, db_default=0)
    landing_id = models.BigIntegerField(null=True)  # subjects
    exit_id = models.BigIntegerField(null=True)
    source = models.JSONField(null=True)
    channel = models.CharField(max_length=20, default="direct", db_default="direct")
    agent = models.CharField(max_length=300, default="", db_default="")
    language = models.CharField(max_length=35, default="", db_default="")
    ip = models.GenericIPAddressField(null=True)
    enriched_at = models.DateTimeField(null=True)
    device = models.CharField(max_length=12, default="", db_default="")  # desktop, mobile, tablet, other
    os = models.CharField(max_length=40, default="", db_default="")
    browser = models.CharField(max_length=40, default="", db_default="")
    country = models.CharField(max_length=2, default="", db_default="")
    prefecture = models.CharField(max_length=40, default="", db_default="")
    company_name = models.CharField(max_length=200, default="", db_default="")
    company_domain = models.CharField(max_length=255, default="", db_default="")
    company_confidence = models.SmallIntegerField(null=True)
    company_source = models.CharField(max_length=20, default="", db_default="")  # list, learned, provider
    verdict = models.SmallIntegerField(default=0, db_default=0)
    reasons = ArrayField(models.TextField(), default=list, db_default=[])
    rule_version = models.SmallIntegerField(default=0, db_default=0)
    judged_at = models.DateTimeField(null=True)

    class Meta(Unchecked.Meta):
        abstract = False
        indexes = [
            models.Index(fields=["tenant", "visitor_id", "started_at"], name="tracking_session_visitor"),
            models.Index(fields=["tenant", "last_at"], name="tracking_session_last"),
            models.Index(
                fields=["tenant", "visitor_id", "-last_at"],
                name="tracking_session_guess",
                condition=models.Q(company_source__in=["list", "learned", "provider"]),
            ),
            models.Index(
                fields=["tenant", "started_at"],
                name="tracking_session_bare",
                condition=models.Q(enriched_at__isnull=True),
            ),
            models.Index(
                fields=["tenant", "started_at"],
                name="tracking_session_unjudged",
                condition=models.Q(judged_at__isnull=True),
            ),
        ]


class Binding(TenantModel):
    """Why a browser is taken for a person: dated, with source and strength, undone by cutting it.

    `took`: it gave the browser to the person; without it only a sign that was not followed. `past`: with no binding in
    force before it, the browser's anonymous past is the person's too. `shares`: it made the browser a shared device.
    `other_lead_id`: whose the browser was at that moment. `signed_at`: when this person last logged in here.
    `named`: whom the sign showed, when that person stands aside for `lead_id` (two people joined).
    """

    public_id = PublicIdField(prefix="bnd", db_default=drawn("bnd"))
    visitor = TenantForeignKey(Visitor, on_delete=models.CASCADE, related_name="bindings")
    lead_id = models.BigIntegerField()
    named = models.BigIntegerField(null=True)
    source = models.CharField(max_length=12)
    strength = models.SmallIntegerField()
    since = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)
    took = models.BooleanField(default=False, db_default=False)
    past = models.BooleanField(default=False, db_default=False)
    shares = models.BooleanField(default=False, db_default=False)
    other_lead_id = models.BigIntegerField(null=True)
    signed_at = models.DateTimeField(null=True)
    conflict = models.BooleanField(default=False, db_default=False)
    settled_at = models.DateTimeField(null=True)  # somebody looked at the conflict
    by_user = models.BigIntegerField(null=True)  # who undid or settled it

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [models.UniqueConstraint(fields=["tenant", "public_id"], name="tracking_binding_public")]
        indexes = [
            models.Index(fields=["tenant", "visitor", "since"], name="tracking_binding_visitor"),
            models.Index(fields=["tenant", "lead_id"], name="tracking_binding_lead"),
            models.Index(
                fields=["tenant", "since"],
                name="tracking_binding_conflict",
                condition=models.Q(conflict=True, settled_at__isnull=True),
            ),
        ]


class Alias(TenantModel):
    """A person who stands aside: what names `lead_id` belongs to `into_id`, who stands for both. Never a chain."""

    lead_id = models.BigIntegerField()
    into_id = models.BigIntegerField()

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [models.UniqueConstraint(fields=["tenant", "lead_id"], name="tracking_alias_once")]
        indexes = [models.Index(fields=["tenant", "into_id"], name="tracking_alias_into")]
