"""Score models with their immutable versions, and one score per model and lead."""

from __future__ import annotations

from django.db import models

from ma_platform.tenancy.orm import TenantForeignKey, TenantModel

DEFAULT_KEY = "default"


class ScoreModel(TenantModel):
    """A way to score leads. `published_version` is what scores are computed with today.

    While a rebuild runs, `building_version` names the version that takes over when every lead is done;
    `built_at` is when its last chunk was done, `built_through` the last lead id done, `built_visitors` the last
    unknown visitor, who come after the leads; `announce`: its crossings become facts.
    """

    key = models.TextField()
    draft = models.JSONField()
    draft_saved_at = models.DateTimeField()
    published_version = models.IntegerField()
    building_version = models.IntegerField(null=True)
    building_since = models.DateTimeField(null=True)
    built_at = models.DateTimeField(null=True)
    built_through = models.BigIntegerField(default=0)
    built_visitors = models.BigIntegerField(default=0)
    built_count = models.IntegerField(default=0)
    announce = models.BooleanField(default=False)

    class Meta:
        db_table = "scoring_model"
        constraints = [models.UniqueConstraint(fields=["tenant", "key"], name="scoring_model_key")]

    def __str__(self) -> str:
        return self.key


class ScoreVersion(TenantModel):
    """A document as it was published; never rewritten."""

    model = TenantForeignKey(ScoreModel, on_delete=models.CASCADE, related_name="versions", db_index=False)
    no = models.IntegerField()
    document = models.JSONField()
    published_at = models.DateTimeField()

    class Meta:
        db_table = "scoring_version"
        constraints = [models.UniqueConstraint(fields=["tenant", "model", "no"], name="scoring_version_no")]

    def __str__(self) -> str:
        return f"{self.model_id}/{self.no}"


class Computed(TenantModel):
    """What the computation yields for one lead. All numbers are None, and `cell` too, for an excluded lead.

    `raw_…` are before the floor; `action_…` is the latest named action that makes hot by itself;
    `last_fact_received_at` is when the latest fact that scored reached us.
    """

    model = TenantForeignKey(ScoreModel, on_delete=models.CASCADE, related_name="+", db_index=False)
    lead = TenantForeignKey("leads.Lead", on_delete=models.CASCADE, related_name="+", db_index=False)
    version = models.IntegerField()
    fit = models.IntegerField(null=True)
    engagement = models.IntegerField(null=True)
    total = models.IntegerField(null=True)
    raw_fit = models.IntegerField(null=True)
    raw_engagement = models.IntegerField(null=True)
    cell = models.TextField(null=True)
    excluded = models.TextField(null=True)
    action_id = models.UUIDField(null=True)
    action_at = models.DateTimeField(null=True)
    action_received_at = models.DateTimeField(null=True)
    last_fact_received_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True


class Score(Computed):
    """A lead's score as of its last change, and where it stands towards hot.

    `over` is the total's side of the threshold, with hysteresis. `crossed_at` and `action_crossed_at` start the
    cool-down of crossings by state and by named action. Facts up to `counts_after` no longer count (reset marker).
    """

    over = models.BooleanField(default=False)
    hot = models.BooleanField(default=False)
    hot_since = models.DateTimeField(null=True)
    crossed_at = models.DateTimeField(null=True)
    action_crossed_at = models.DateTimeField(null=True)
    counts_after = models.DateTimeField(null=True)
    computed_at = models.DateTimeField()

    class Meta:
        db_table = "scoring_score"
        constraints = [models.UniqueConstraint(fields=["tenant", "model", "lead"], name="scoring_score_once")]
        indexes = [
            models.Index(fields=["tenant", "lead"], name="scoring_score_lead"),
            models.Index(fields=["tenant", "model", "-total", "-lead"], name="scoring_score_total"),
            models.Index(
                fields=["tenant", "model", "-hot_since"], name="scoring_score_hot", condition=models.Q(hot=True)
            ),
        ]


class PendingScore(Computed):
    """Scores of the version being built; they take over together, or not at all."""

    class Meta:
        db_table = "scoring_pending"
        constraints = [models.UniqueConstraint(fields=["tenant", "model", "lead"], name="scoring_pending_once")]


class VisitorScore(TenantModel):
    """What an unknown visitor would score: `points` to be shown, `raw` before the floor. No row: nothing scored.

    One row per version: while a version is being built its rows stand beside those in force. `visitor_id` is a browser
    in tracking; the row goes when the browser turns out to be somebody's.
    """

    model = TenantForeignKey(ScoreModel, on_delete=models.CASCADE, related_name="+", db_index=False)
    version = models.IntegerField()
    visitor_id = models.BigIntegerField()
    points = models.IntegerField()
    raw = models.IntegerField()
    computed_at = models.DateTimeField()

    class Meta:
        db_table = "scoring_visitorscore"
        constraints = [
            models.UniqueConstraint(fields=["tenant", "model", "version", "visitor_id"], name="scoring_visitor_once")
        ]
        indexes = [
            models.Index(fields=["tenant", "model", "version", "-points", "-visitor_id"], name="scoring_visitor_points")
        ]
