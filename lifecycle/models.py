"""Stages and who went through them when; alerts to sales; deals; who is given whom."""

from __future__ import annotations

from datetime import time
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language

from ma_platform.tenancy.orm import PublicIdField, TenantForeignKey, TenantModel


class Stage(TenantModel):
    """A place on the way to a customer, or a side state. `order` counts along the way; side states stand beside it."""

    class Kind(models.TextChoices):
        INVENTORY = "inventory"  # may stay
        SLA = "sla"  # must leave within sla_hours
        GATE = "gate"  # passes at once, by rule

    key = models.TextField()
    name_ja = models.TextField()
    name_en = models.TextField()
    order = models.SmallIntegerField()
    kind = models.TextField(choices=Kind.choices)
    department = models.TextField()
    sla_hours = models.IntegerField(null=True)
    side = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "key"], name="lifecycle_stage_key"),
            models.CheckConstraint(condition=Q(kind__in=["inventory", "sla", "gate"]), name="lifecycle_stage_kind"),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def name(self) -> str:
        """The name in the active language."""
        return self.name_ja if (get_language() or "en").startswith("ja") else self.name_en


class Transition(TenantModel):
    """One move, and the truth about where somebody was: never rewritten. `skipped` moves are zero-length passes."""

    lead = TenantForeignKey("leads.Lead", on_delete=models.CASCADE, related_name="+", db_index=False)
    from_key = models.TextField(null=True)
    to_key = models.TextField()
    at = models.DateTimeField()
    by_user = models.ForeignKey("tenancy.User", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    rule = models.TextField(blank=True, default="")
    reason = models.TextField(blank=True, default="")
    pass_number = models.SmallIntegerField(default=1)
    skipped = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(fields=["tenant", "lead", "at"], name="lifecycle_transition_lead"),
            models.Index(fields=["tenant", "to_key", "at"], name="lifecycle_transition_stage"),
        ]


class Position(TenantModel):
    """Where a lead is now: derived from the transitions, written in the same statement."""

    lead = TenantForeignKey("leads.Lead", on_delete=models.CASCADE, related_name="+", db_index=False)
    stage_key = models.TextField()
    since = models.DateTimeField()
    pass_number = models.SmallIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "lead"], name="lifecycle_position_once")]
        indexes = [models.Index(fields=["tenant", "stage_key", "lead"], name="lifecycle_position_stage")]


class Alert(TenantModel):
    """Something sales should see now. A hot lead makes one per crossing; a scenario's notice has its own key; visits
    are told to one `member` each, who alone sees them.

    `body` is what was known at that moment: {"inquiry", "lines", "pages", "company", "total", "cell", "text"}, of
    visits {"people": […], "latency_seconds", …} as `wording.visit_body` makes it.
    """

    class Kind(models.TextChoices):
        HOT = "hot"
        NOTICE = "notice"
        VISIT = "visit"

    public_id = PublicIdField(prefix="alr")
    kind = models.TextField(choices=Kind.choices)
    lead = TenantForeignKey("leads.Lead", on_delete=models.CASCADE, related_name="+", db_index=False)
    crossing = models.TextField()
    reason = models.TextField(blank=True, default="")
    recipient = models.TextField(blank=True, default="")
    member = TenantForeignKey(
        "tenancy.Membership", null=True, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    subject = models.TextField()
    body = models.JSONField(default=dict)
    fact_received_at = models.DateTimeField(null=True)
    handed_over_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    read_by = models.ForeignKey("tenancy.User", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "public_id"], name="lifecycle_alert_public"),
            models.UniqueConstraint(fields=["tenant", "crossing"], name="lifecycle_alert_once"),
            models.CheckConstraint(condition=Q(kind__in=["hot", "notice", "visit"]), name="lifecycle_alert_kind"),
        ]
        indexes = [
            models.Index(fields=["tenant", "-handed_over_at", "-id"], name="lifecycle_alert_recent"),
            models.Index(fields=["tenant", "lead"], name="lifecycle_alert_lead"),
            models.Index(fields=["tenant"], name="lifecycle_alert_open", condition=Q(read_at=None, member=None)),
            models.Index(fields=["tenant", "member"], name="lifecycle_alert_mine", condition=Q(member__isnull=False)),
        ]

    @property
    def tells_of_several(self) -> bool:  # a digest of visits of more than one person
        return len(self.body.get("people", ())) > 1


class Deal(TenantModel):
    """A possible sale, from the SFA or by hand. `amount` is in the currency's main unit."""

    class Status(models.TextChoices):
        OPEN = "open"
        WON = "won"
        LOST = "lost"

    public_id = PublicIdField(prefix="deal")
    external_id = models.TextField()
    name = models.TextField()
    company = TenantForeignKey("leads.Company", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    amount = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    currency = models.CharField(max_length=3, default="JPY")
    stage = models.TextField(blank=True, default="")
    status = models.TextField(choices=Status.choices, default=Status.OPEN)
    lost_reason = models.TextField(blank=True, default="")
    closed_at = models.DateTimeField(null=True)
    products = models.JSONField(default=list)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "public_id"], name="lifecycle_deal_public"),
            models.UniqueConstraint(fields=["tenant", "external_id"], name="lifecycle_deal_external"),
            models.CheckConstraint(condition=Q(status__in=["open", "won", "lost"]), name="lifecycle_deal_status"),
        ]
        indexes = [models.Index(fields=["tenant", "-updated_at", "-id"], name="lifecycle_deal_recent")]

    CURRENCIES: ClassVar[tuple[str, ...]] = ("JPY", "USD", "EUR")

    def __str__(self) -> str:
        return self.name


class DealLead(TenantModel):
    """A person who is part of a deal."""

    deal = TenantForeignKey(Deal, on_delete=models.CASCADE, related_name="people", db_index=False)
    lead = TenantForeignKey("leads.Lead", on_delete=models.CASCADE, related_name="+", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "deal", "lead"], name="lifecycle_deallead_once")]
        indexes = [models.Index(fields=["tenant", "lead"], name="lifecycle_deallead_lead")]


class AssignmentPolicy(TenantModel):
    """When people are given to somebody, and when the workspace is open. A workspace without a row has the defaults.

    on_stage: the key of the stage that counts, "" for none. days: Monday is 0; times are the workspace's wall clock.
    """

    on_created = models.BooleanField(default=False)
    on_stage = models.TextField(blank=True, default="mql")
    on_hot = models.BooleanField(default=True)
    days = ArrayField(models.SmallIntegerField(), default=list)
    opens = models.TimeField(default=time(9))
    closes = models.TimeField(default=time(18))
    rests_on_holidays = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant"], name="lifecycle_policy_once")]


class SalesTeam(TenantModel):
    """Members who take turns. Its row is locked while people are dealt."""

    class Closed(models.TextChoices):
        AT_ONCE = "at_once"
        WAIT = "wait"

    public_id = PublicIdField(prefix="team")
    name = models.TextField()
    when_closed = models.TextField(choices=Closed.choices, default=Closed.WAIT)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "public_id"], name="lifecycle_team_public"),
            models.UniqueConstraint(fields=["tenant", "name"], name="lifecycle_team_name"),
            models.CheckConstraint(condition=Q(when_closed__in=["at_once", "wait"]), name="lifecycle_team_closed"),
        ]

    def __str__(self) -> str:
        return self.name


class TeamSeat(TenantModel):
    """A member's place in a team. cap: how many open people they may own, None: any number. Absent days include both
    ends. credit: what earlier rounds of dealing left them (see `dealing`)."""

    team = TenantForeignKey(SalesTeam, on_delete=models.CASCADE, related_name="seats", db_index=False)
    user = models.ForeignKey("tenancy.User", on_delete=models.CASCADE, related_name="+", db_index=False)
    weight = models.SmallIntegerField(default=1)
    cap = models.IntegerField(null=True)
    absent_from = models.DateField(null=True)
    absent_until = models.DateField(null=True)
    credit = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "team", "user"], name="lifecycle_seat_once"),
            models.CheckConstraint(condition=Q(weight__gte=1), name="lifecycle_seat_weight"),
        ]


class AssignmentRule(TenantModel):
    """Whom people go to. Rules are asked in the order of `place`; the first that takes a person decides.

    condition: a document of the condition language, None: everybody. takes_owned: even if somebody owns them.
    """

    class Whom(models.TextChoices):
        ACCOUNT = "account"  # whoever owns most people of the same company
        MEMBER = "member"
        TEAM = "team"

    public_id = PublicIdField(prefix="asr")
    name = models.TextField()
    place = models.IntegerField()
    condition = models.JSONField(null=True)
    whom = models.TextField(choices=Whom.choices)
    member = models.ForeignKey("tenancy.User", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    team = TenantForeignKey(SalesTeam, null=True, on_delete=models.SET_NULL, related_name="rules", db_index=False)
    takes_owned = models.BooleanField(default=False)
    enabled = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "public_id"], name="lifecycle_rule_public"),
            models.CheckConstraint(condition=Q(whom__in=["account", "member", "team"]), name="lifecycle_rule_whom"),
        ]
        indexes = [models.Index(fields=["tenant", "place", "id"], name="lifecycle_rule_order")]

    def __str__(self) -> str:
        return self.name


class WaitingAssignment(TenantModel):
    """Somebody a rule took while nobody could take them; asked again when due. causes: ids of the facts behind it."""

    class Why(models.TextChoices):
        CLOSED = "closed"
        FULL = "full"  # everybody of the team is absent or owns enough

    lead = TenantForeignKey("leads.Lead", on_delete=models.CASCADE, related_name="+", db_index=False)
    team = TenantForeignKey(SalesTeam, on_delete=models.CASCADE, related_name="+", db_index=False)
    why = models.TextField(choices=Why.choices)
    moment = models.TextField()
    causes = ArrayField(models.UUIDField(), default=list)
    since = models.DateTimeField()
    due_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "lead"], name="lifecycle_waiting_once"),
            models.CheckConstraint(condition=Q(why__in=["closed", "full"]), name="lifecycle_waiting_why"),
        ]
        indexes = [models.Index(fields=["tenant", "due_at", "since"], name="lifecycle_waiting_due")]


class Assignment(TenantModel):
    """Somebody was given to a member by a rule: never rewritten. moment: created, stage, hot, or bulk.

    why: {"number", "rule", "whom", "team", "skipped": [{"name", "why": "full|absent|left", "load", "cap"}]}.
    """

    lead = TenantForeignKey("leads.Lead", on_delete=models.CASCADE, related_name="+", db_index=False)
    rule = TenantForeignKey(AssignmentRule, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    to_user = models.ForeignKey("tenancy.User", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    from_user = models.ForeignKey(
        "tenancy.User", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    moment = models.TextField()
    causes = ArrayField(models.UUIDField(), default=list)
    why = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["tenant", "-at", "-id"], name="lifecycle_assignment_recent"),
            models.Index(fields=["tenant", "lead", "-at"], name="lifecycle_assignment_lead"),
        ]


class VisitAlertSetting(TenantModel):
    """How a member wants to be told of visits; without a row: the defaults. Times are the workspace's wall clock;
    quiet_from after quiet_until: across midnight. rests: what happens on days off is held as well."""

    class Pace(models.TextChoices):
        AT_ONCE = "at_once"
        HOURLY = "hourly"
        MORNING = "morning"

    member = TenantForeignKey("tenancy.Membership", on_delete=models.CASCADE, related_name="+", db_index=False)
    own_people = models.BooleanField(default=False)
    own_companies = models.BooleanField(default=False)
    pace = models.TextField(choices=Pace.choices, default=Pace.AT_ONCE)
    morning_at = models.TimeField(default=time(9))
    quiet_from = models.TimeField(null=True)
    quiet_until = models.TimeField(null=True)
    rests = models.BooleanField(default=False)
    gap_minutes = models.IntegerField(default=60)  # the same person is told of at most once in so long

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "member"], name="lifecycle_visitalert_once"),
            models.CheckConstraint(
                condition=Q(pace__in=["at_once", "hourly", "morning"]), name="lifecycle_visitalert_pace"
            ),
        ]


class WatchedPerson(TenantModel):
    """A member wants to know when this person visits."""

    member = TenantForeignKey("tenancy.Membership", on_delete=models.CASCADE, related_name="+", db_index=False)
    lead = TenantForeignKey("leads.Lead", on_delete=models.CASCADE, related_name="+", db_index=False)
    since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "member", "lead"], name="lifecycle_watched_once")]
        indexes = [models.Index(fields=["tenant", "lead"], name="lifecycle_watched_lead")]


class WatchedCompany(TenantModel):
    """A member wants to know when anybody of this company visits. Two rows of one member say no more than one."""

    member = TenantForeignKey("tenancy.Membership", on_delete=models.CASCADE, related_name="+", db_index=False)
    company = TenantForeignKey("leads.Company", on_delete=models.CASCADE, related_name="+", db_index=False)
    since = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["tenant", "company"], name="lifecycle_watched_company"),
            models.Index(fields=["tenant", "member"], name="lifecycle_watched_member"),
        ]


class VisitTold(TenantModel):
    """A visit a member is told of, once: in a digest where due_at lies after noticed_at. passed: not to be told."""

    class State(models.TextChoices):
        WAITING = "waiting"
        TOLD = "told"
        PASSED = "passed"

    member = TenantForeignKey("tenancy.Membership", on_delete=models.CASCADE, related_name="+", db_index=False)
    lead = TenantForeignKey("leads.Lead", on_delete=models.CASCADE, related_name="+", db_index=False)
    visit = models.UUIDField()
    began_at = models.DateTimeField()
    noticed_at = models.DateTimeField()
    due_at = models.DateTimeField()
    state = models.TextField(choices=State.choices, default=State.WAITING)
    told_at = models.DateTimeField(null=True)
    alert = TenantForeignKey(Alert, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "member", "visit"], name="lifecycle_visittold_once"),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "told", "passed"]), name="lifecycle_visittold_state"
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "lead", "member", "-noticed_at"], name="lifecycle_visittold_lead"),
            models.Index(fields=["tenant", "due_at"], name="lifecycle_visittold_due", condition=Q(state="waiting")),
            models.Index(
                fields=["tenant", "alert"], name="lifecycle_visittold_alert", condition=Q(alert__isnull=False)
            ),
        ]
