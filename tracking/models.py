"""The log and its companions. Numbers instead of foreign keys towards rooms above, and none at all out of the log."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.expressions import Func

from ma_platform.tenancy.orm import TenantForeignKey, TenantModel


def current_txid() -> Func:
    """The writing transaction's number: what consumers order by."""
    return Func(template="(pg_current_xact_id()::text::bigint)", output_field=models.BigIntegerField())


class Unchecked(TenantModel):
    """A tenant table written by the thousand: the tenant's key is not checked again per row."""

    tenant: Any = models.ForeignKey(
        "tenancy.Workspace",
        on_delete=models.CASCADE,
        editable=False,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )

    class Meta(TenantModel.Meta):
        abstract = True


class Event(Unchecked):
    """One thing that happened. Append only, partitioned by month of `occurred_at`; `lead_id` alone is filled later."""

    pk = models.CompositePrimaryKey("tenant_id", "id", "occurred_at")
    id = models.UUIDField(default=uuid.uuid4)
    visitor_id = models.BigIntegerField(null=True)
    lead_id = models.BigIntegerField(null=True)
    name = models.SmallIntegerField()
    subject_id = models.BigIntegerField(null=True)
    session = models.UUIDField(null=True)
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField()
    duration = models.IntegerField(null=True, help_text="milliseconds")
    verdict = models.SmallIntegerField(default=0, db_default=0)
    reasons = ArrayField(models.TextField(), default=list, db_default=[])
    rule_version = models.SmallIntegerField(default=0, db_default=0)
    props = models.JSONField(default=dict, db_default={})
    txid = models.BigIntegerField(db_default=current_txid())

    class Meta(Unchecked.Meta):
        abstract = False
        indexes = [
            models.Index(fields=["tenant", "lead_id", "occurred_at"], name="tracking_event_lead"),
            models.Index(fields=["tenant", "visitor_id", "occurred_at"], name="tracking_event_visitor"),
            models.Index(fields=["tenant", "subject_id", "occurred_at"], name="tracking_event_subject"),
            models.Index(fields=["txid", "id"], name="tracking_event_cursor"),
        ]


class Subject(TenantModel):
    """A distinct object of events: page, form, asset, e-mail, link … URL rules match these, never the events."""

    kind = models.CharField(max_length=16)
    key = models.CharField(max_length=2000)
    name = models.CharField(max_length=500, blank=True)
    url = models.CharField(max_length=2000, blank=True)
    host = models.CharField(max_length=255, blank=True)
    path = models.CharField(max_length=2000, blank=True)

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [models.UniqueConstraint(fields=["tenant", "kind", "key"], name="tracking_subject_once")]


class Visitor(Unchecked):
    """A browser (or `user:<id>`, a person a server spoke of). `lead_id` is the binding in force."""

    key = models.CharField(max_length=200)
    lead_id = models.BigIntegerField(null=True)
    shared = models.BooleanField(default=False, db_default=False)
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
            models.Index(fields=["tenant", "lead_id"], name="tracking_visitor_lead"),
            models.Index(fields=["tenant", "last_seen_at"], name="tracking_visitor_seen"),
        ]


class Binding(TenantModel):
    """Why a browser is taken for a person: dated, with source and strength, undone by cutting it."""

    visitor = TenantForeignKey(Visitor, on_delete=models.CASCADE, related_name="bindings")
    lead_id = models.BigIntegerField()
    source = models.CharField(max_length=12)
    strength = models.SmallIntegerField()
    since = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)
    conflict = models.BooleanField(default=False, db_default=False)

    class Meta(TenantModel.Meta):
        abstract = False
        indexes = [
            models.Index(fields=["tenant", "visitor", "since"], name="tracking_binding_visitor"),
            models.Index(fields=["tenant", "lead_id"], name="tracking_binding_lead"),
        ]


class Daily(Unchecked):
    """Human events per day of the workspace's time zone. Sum over rows: a person has one row per browser."""

    lead_id = models.BigIntegerField(null=True)
    visitor_id = models.BigIntegerField(null=True)
    name = models.SmallIntegerField()
    subject_id = models.BigIntegerField(null=True)
    day = models.DateField()
    count = models.IntegerField()
    visible_ms = models.BigIntegerField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta(Unchecked.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "name", "subject_id", "lead_id", "visitor_id", "day"],
                name="tracking_daily_once",
                nulls_distinct=False,
            )
        ]
        indexes = [
            models.Index(fields=["tenant", "lead_id", "name", "subject_id"], name="tracking_daily_lead"),
            models.Index(fields=["tenant", "visitor_id"], name="tracking_daily_visitor"),
        ]


class CustomName(TenantModel):
    """A workspace's own event name and its number (≥ 1000)."""

    name = models.CharField(max_length=200)
    number = models.SmallIntegerField()

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["tenant", "name"], name="tracking_customname_once"),
            models.UniqueConstraint(fields=["tenant", "number"], name="tracking_customname_number"),
        ]


class Rejected(TenantModel):
    """A kept line that the log could not take, with the reason; never lost, never in the way of the others."""

    line = models.TextField()
    reason = models.CharField(max_length=500)
    at = models.DateTimeField()


class Poison(TenantModel):
    """A fact a consumer could not digest; it is set aside and the consumer goes on."""

    consumer = models.CharField(max_length=60)
    event_id = models.UUIDField()
    reason = models.CharField(max_length=500)
    at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [models.UniqueConstraint(fields=["tenant", "consumer", "event_id"], name="tracking_poison_once")]


class ConsumerCursor(models.Model):
    """How far a consumer has read, over all tenants: everything up to (txid, event_id) is done.

    `moved_at`: when it had last read everything there was (looked up at least every few seconds).
    """

    name = models.CharField(max_length=60, primary_key=True)
    txid = models.BigIntegerField()
    event_id = models.UUIDField()
    moved_at = models.DateTimeField()

    class Meta:
        db_table = "tracking_consumer"


class StreamOffset(models.Model):
    """How far a stream shard is drained. Moves in the transaction that writes its rows."""

    shard = models.CharField(max_length=80, primary_key=True)
    position = models.CharField(max_length=40)
    moved_at = models.DateTimeField()
