"""What colleagues write beside a person: notes, things to do, files."""

from django.db import models

from leads.models.people import Lead
from ma_platform.tenancy.orm import PublicIdField, TenantForeignKey, TenantModel


class Note(TenantModel):
    """A colleague's words about a person; pinned ones stay on top."""

    public_id = PublicIdField(prefix="note")
    lead = TenantForeignKey(Lead, on_delete=models.CASCADE, related_name="notes", db_index=False)
    text = models.TextField()
    pinned = models.BooleanField(default=False)
    by = models.ForeignKey("tenancy.User", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "public_id"], name="leads_note_public")]
        indexes = [models.Index(fields=["tenant", "lead", "-at"], name="leads_note_lead")]


class Todo(TenantModel):
    """Something a colleague is to do about a person, by a day in the workspace's zone."""

    public_id = PublicIdField(prefix="todo")
    lead = TenantForeignKey(Lead, on_delete=models.CASCADE, related_name="todos", db_index=False)
    title = models.TextField()
    due_on = models.DateField(null=True)
    assigned_to = models.ForeignKey(
        "tenancy.User", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    by = models.ForeignKey("tenancy.User", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "public_id"], name="leads_todo_public")]
        indexes = [
            models.Index(fields=["tenant", "lead", "-at"], name="leads_todo_lead"),
            models.Index(
                fields=["tenant", "assigned_to", "due_on"],
                name="leads_todo_open",
                condition=models.Q(done_at__isnull=True),
            ),
        ]


class Attachment(TenantModel):
    """A file kept beside a person; `path` is its name in the storage."""

    public_id = PublicIdField(prefix="att")
    lead = TenantForeignKey(Lead, on_delete=models.CASCADE, related_name="attachments", db_index=False)
    name = models.TextField()
    path = models.TextField()
    bytes = models.BigIntegerField()
    content_type = models.TextField()
    by = models.ForeignKey("tenancy.User", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "public_id"], name="leads_attachment_public")]
        indexes = [models.Index(fields=["tenant", "lead", "-at"], name="leads_attachment_lead")]
