"""Tables of mailing: mails and their versions, messages (the queue of record), suppressed addresses, local mail box."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ma_platform.tenancy.orm import PublicIdField, TenantForeignKey, TenantModel


class MailKind(models.TextChoices):
    """What a mail is in the eyes of the anti-spam law."""

    MARKETING = "marketing", _("Marketing")
    OPERATIONAL = "operational", _("Operational")


class State(models.TextChoices):
    """Where a message is. Queued and deferred are still to come; the last four are final and add up to the audience."""

    QUEUED = "queued", _("Queued")
    DEFERRED = "deferred", _("Deferred")
    SENDING = "sending", _("Sending")
    ACCEPTED = "accepted", _("Sent")
    FAILED = "failed", _("Failed")
    SKIPPED = "skipped", _("Not sent")
    UNCERTAIN = "uncertain", _("Uncertain")


class Email(TenantModel):
    """A mail marketers write; what it says is in its versions, `version_no` names the newest."""

    public_id = PublicIdField(prefix="eml")
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=12, choices=MailKind.choices)
    topic = models.CharField(max_length=64)
    subject = models.CharField(max_length=998)
    version_no = models.IntegerField(default=1)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "public_id"], name="mailing_email_public"),
            models.CheckConstraint(condition=Q(kind__in=MailKind.values), name="mailing_email_kind"),
        ]

    def __str__(self) -> str:
        return self.name


class EmailVersion(TenantModel):
    """What a mail said at one time; never rewritten. `compiled` is compiling.Sources.as_json()."""

    email = TenantForeignKey(Email, on_delete=models.CASCADE, related_name="versions", db_index=False)
    no = models.IntegerField()
    document = models.JSONField()
    compiled = models.JSONField()
    made_by = models.ForeignKey("tenancy.User", on_delete=models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "email", "no"], name="mailing_version_no")]


class Message(TenantModel):
    """One mail to one person: the queue of record and its outcome.

    To a lead: `email` and `lead` are set, the version is chosen when it is claimed, so a corrected typo reaches those
    still waiting. To staff (a notice): `content` holds subject, text and html, `email` and `lead` are null.
    `priority` 0 notice, 1 operational, 2 marketing. `reason` says why it was skipped, deferred or failed.
    """

    public_id = PublicIdField(prefix="msg")
    email = TenantForeignKey(Email, on_delete=models.CASCADE, null=True, related_name="messages", db_index=False)
    email_version = TenantForeignKey(
        EmailVersion, on_delete=models.CASCADE, null=True, related_name="+", db_index=False
    )
    lead = TenantForeignKey("leads.Lead", on_delete=models.CASCADE, null=True, related_name="messages", db_index=False)
    send_key = models.CharField(max_length=200)
    priority = models.SmallIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    reason = models.CharField(max_length=40, blank=True)
    detail = models.CharField(max_length=200, blank=True)
    attempt = models.SmallIntegerField(default=0)
    due_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    message_id = models.CharField(max_length=200, blank=True)
    provider_id = models.CharField(max_length=200, blank=True)
    to_address = models.CharField(max_length=254, blank=True)
    queued_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    context = models.JSONField(default=dict)
    content = models.JSONField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "public_id"], name="mailing_message_public"),
            models.UniqueConstraint(fields=["tenant", "send_key", "lead"], name="mailing_message_once"),
            models.UniqueConstraint(
                fields=["tenant", "send_key"], name="mailing_notice_once", condition=Q(email__isnull=True)
            ),
            models.CheckConstraint(condition=Q(state__in=State.values), name="mailing_message_state"),
            models.CheckConstraint(
                condition=Q(email__isnull=True) ^ Q(content__isnull=True), name="mailing_message_what"
            ),
        ]
        indexes = [
            models.Index(
                "tenant",
                "priority",
                "due_at",
                "id",
                name="mailing_message_due",
                condition=Q(state__in=["queued", "deferred"]),
            ),
            models.Index("tenant", "lease_until", name="mailing_message_leased", condition=Q(state="sending")),
            models.Index("tenant", "lead", "sent_at", name="mailing_message_lead"),
            models.Index("tenant", "email", "state", "id", name="mailing_message_by_state"),
        ]


class Suppression(TenantModel):
    """An address nothing but staff mail may go to. The hash stays when the person is erased, the address does not."""

    class Why(models.TextChoices):
        BOUNCE = "bounce", _("The address does not exist")
        COMPLAINT = "complaint", _("Reported as spam")
        MANUAL = "manual", _("Added by hand")

    address_hash = models.CharField(max_length=64)
    address = models.CharField(max_length=254, blank=True)
    reason = models.CharField(max_length=10, choices=Why.choices)
    since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "address_hash"], name="mailing_suppression_once")]


class MailboxEntry(models.Model):
    """A mail caught by the local mail box (EMAIL_URL=mailbox://, DEBUG only). Of the machine, not of a tenant."""

    id = models.BigAutoField(primary_key=True)
    sender = models.CharField(max_length=254)
    recipient = models.CharField(max_length=254)
    subject = models.TextField()
    content = models.BinaryField()
    received_at = models.DateTimeField(auto_now_add=True)
