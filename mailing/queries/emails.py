"""Mails and what they say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ma_platform.errors import NotFound
from mailing.models import Email, EmailVersion


def find_email(public_id: str) -> Email | None:
    """The mail of the workspace in scope, or None."""
    found: Email | None = Email.objects.filter(public_id=public_id).first()
    return found


def get_email(public_id: str) -> Email:
    """The mail; raises NotFound."""
    found = find_email(public_id)
    if found is None:
        raise NotFound(kind="e-mail")
    return found


def list_emails(*, after: Sequence[Any] | None = None, limit: int = 50, q: str = "") -> list[Email]:
    """Newest first; `after` is the id of the last one seen (a one-item position)."""
    rows = Email.objects.order_by("-id")
    if after:
        rows = rows.filter(id__lt=int(after[0]))
    if q:
        rows = rows.filter(name__icontains=q[:200].replace("\x00", ""))
    return list(rows[:limit])


def version_of(email: Email) -> EmailVersion:
    """The newest version."""
    version: EmailVersion = EmailVersion.objects.get(email=email, no=email.version_no)
    return version


def document_of(email: Email) -> dict[str, Any]:
    """The document as it was saved last."""
    document: dict[str, Any] = version_of(email).document
    return document
