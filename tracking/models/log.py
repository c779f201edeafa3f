"""The log itself, its dictionaries and its rollup. No foreign key leads out of the log."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models.expressions import Func
from django.db.models.lookups import GreaterThan

from ma_platform.tenancy.orm import PublicIdField, TenantModel
from tracking.models.walled import Unchecked, drawn

# A difference, for an index may not add a span to a moment: that depends on the session's time zone.
LATE = models.Q(GreaterThan(models.F("received_at") - models.F("occurred_at"), timedelta(seconds=10)))
OF_THE_SITE = models.Q(visitor_id__isnull=False) | models.Q(lead_id__isnull=True)


def current_txid() -> Func:
    """The writing transaction's number: what consumers order by."""
    return Func(template="(pg_current_xact_id()::text::bigint)", output_field=models.BigIntegerField())


class Event(Unchecked):
    """One thing that happened. Append only, partitioned by month of `occurred_at`; `lead_id` alone is filled later.

    `stated`: the event named its person itself. Otherwise `lead_id` follows from the bindings of its browser.
    `named`: whom it named, when that person stands aside for `lead_id` (two people joined).
    """

    pk = models.CompositePrimaryKey("tenant_id", "id", "occurred_at")
    id = models.UUIDField(default=uuid.uuid4)
    visitor_id = models.BigIntegerField(null=True)
    lead_id = models.BigIntegerField(null=True)
    stated = models.BooleanField(default=False, db_default=False)
    named = models.BigIntegerField(null=True)
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
            models.Index(
                fields=["tenant", "lead_id", "occurred_at"],
                name="tracking_event_person",  # most events are nobody's, and nobody looks for those by person
                condition=models.Q(lead_id__isnull=False),
            ),
            models.Index(fields=["tenant", "visitor_id", "occurred_at"], name="tracking_event_visitor"),
            models.Index(fields=["tenant", "subject_id", "occurred_at"], name="tracking_event_subject"),
            models.Index(fields=["txid", "id"], name="tracking_event_cursor"),
            models.Index(
                fields=["tenant", "occurred_at"],
                name="tracking_event_counted",  # page views of visitors who have not agreed: of no browser
                condition=models.Q(visitor_id__isnull=True, name=1),
            ),
            models.Index(
                fields=["tenant", "received_at"],
                name="tracking_event_late",  # what waited in an app or on a server: a small part
                condition=LATE & OF_THE_SITE,
            ),
            BrinIndex(fields=["occurred_at"], name="tracking_event_when", pages_per_range=32, autosummarize=True),
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
            models.Index(
                fields=["tenant", "lead_id", "name", "subject_id"],
                name="tracking_daily_person",
                condition=models.Q(lead_id__isnull=False),
            ),
            models.Index(fields=["tenant", "visitor_id"], name="tracking_daily_visitor"),
            models.Index(fields=["tenant", "day"], name="tracking_daily_day"),
            models.Index(
                fields=["tenant", "name", "day"],
                name="tracking_daily_own_name",
                condition=models.Q(name__gte=1000),  # names of the workspace's own, as their page counts them
            ),
        ]


class CustomName(TenantModel):
    """A workspace's own event name and its number (≥ 1000), which stays its for ever: counts by day and rules hold it.

    It takes one of the workspace's places unless `ignored_at` (by a member: its events are dropped) or `rested_at`
    (no event of it is kept). `vouched`: a secret key sent it, or a member added it, which `added_at` tells.
    `first_at` (None also where nobody has noted it), `last_at` of its events, the latter up to an hour behind;
    `looked_at`: when the log was searched for it.
    """

    public_id = PublicIdField(prefix="evn", db_default=drawn("evn"))
    name = models.CharField(max_length=200)
    number = models.SmallIntegerField()
    label = models.CharField(max_length=100, default="", db_default="")
    vouched = models.BooleanField(default=False, db_default=False)
    first_at = models.DateTimeField(null=True)
    last_at = models.DateTimeField(null=True)
    added_at = models.DateTimeField(null=True)
    ignored_at = models.DateTimeField(null=True)
    rested_at = models.DateTimeField(null=True)
    looked_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["tenant", "name"], name="tracking_customname_once"),
            models.UniqueConstraint(fields=["tenant", "number"], name="tracking_customname_number"),
            models.UniqueConstraint(fields=["tenant", "public_id"], name="tracking_customname_public"),
        ]


class TurnedAway(TenantModel):
    """Events with names of the workspace's own that were not written, by day of the workspace.

    `number`: of an ignored name, whose events are dropped; None: there was no place for their names, the first of which
    are in `names`.
    """

    number = models.SmallIntegerField(null=True)
    day = models.DateField()
    count = models.BigIntegerField()
    names = ArrayField(models.TextField(), default=list, db_default=[])

    class Meta(TenantModel.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "number", "day"], name="tracking_turnedaway_once", nulls_distinct=False
            )
        ]
