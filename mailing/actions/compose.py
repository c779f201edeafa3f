"""Write mails: every save is a version, compiled and checked at the door."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from ma_platform import audit, ids
from ma_platform.errors import Refused
from ma_platform.tenancy.models import ApiKey, User
from mailing import compiling, document
from mailing.actions.enqueue import Notice, enqueue_notice
from mailing.models import Email, EmailVersion
from mailing.queries.preview import Preview
from mailing.wording import worded

By = User | ApiKey | None


@transaction.atomic
def create_email(source: Mapping[str, Any], *, by: By, now: datetime) -> Email:
    """A new mail from a document. Raises Refused with the path of the bad part."""
    parsed, compiled = _compiled(source)
    email: Email = Email.objects.create(
        name=parsed.name, kind=parsed.kind, topic=parsed.topic, subject=parsed.subject, created_at=now, updated_at=now
    )
    _add_version(email, source, compiled, by=by, now=now)
    audit.record(by, "email.created", email.public_id, at=now, name=email.name)
    return email


@transaction.atomic
def save_email(email: Email, source: Mapping[str, Any], *, by: By, now: datetime) -> EmailVersion:
    """A new version, used by every message that has not been claimed yet. Raises Refused."""
    parsed, compiled = _compiled(source)
    Email.objects.filter(pk=email.pk).update(
        name=parsed.name,
        kind=parsed.kind,
        topic=parsed.topic,
        subject=parsed.subject,
        updated_at=now,
        version_no=F("version_no") + 1,
    )
    email.refresh_from_db()
    version = _add_version(email, source, compiled, by=by, now=now)
    audit.record(by, "email.saved", email.public_id, at=now, version=version.no)
    return version


def send_test(preview: Preview, *, to: str, by: By, now: datetime) -> int:
    """Queue what the preview shows to a member's own address, marked as a test. Returns 1."""
    key = ids.new("test")
    audit.record(by, "email.tested", key, at=now, to=to)
    return enqueue_notice(
        [Notice(to=to, subject=f"[TEST] {preview.subject}", text=preview.text, html=preview.html, key=key)], now=now
    )


def _compiled(source: Mapping[str, Any]) -> tuple[document.MailDocument, compiling.Sources]:
    try:
        parsed = document.parse(source)
        return parsed, compiling.compile_document(parsed)
    except document.Broken as broken:
        raise Refused(path=broken.path, reason=worded(broken.reason)) from broken


def _add_version(
    email: Email, source: Mapping[str, Any], compiled: compiling.Sources, *, by: By, now: datetime
) -> EmailVersion:
    version: EmailVersion = EmailVersion.objects.create(
        email=email,
        no=email.version_no,
        document=dict(source),
        compiled=compiled.as_json(),
        made_by=by if isinstance(by, User) else None,
        made_at=now,
    )
    return version
