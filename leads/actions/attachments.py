"""Files kept beside people: told by their content, stored under names of our own, gone from the disk with the row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.utils.translation import gettext_lazy as _

from leads.actions.disk import unlink_after_commit
from leads.actions.erasing import Gone, at_erasure
from leads.attachments import FILES_LIMIT, HEAD, SIZE_LIMIT, file_kind, shown_name
from leads.models import Attachment, Lead
from ma_platform import audit, ids
from ma_platform.errors import DomainError
from ma_platform.tenancy.models import User
from ma_platform.tenancy.scope import current_tenant
from ma_platform.workspaces.actions.quotas import is_full
from ma_platform.workspaces.quotas import Used

REASONS = {
    "too_large": _("A file may have at most 20 MB."),
    "quota": _("Your quota of files is used up. See Settings → Data and usage."),
    "too_many": _("There are already 100 files beside this person."),
    "empty": _("The file is empty."),
    "kind": _("This kind of file cannot be kept. PDF, pictures, Office files, texts, CSV and ZIP can."),
}


class FileRefused(DomainError):
    """A file that cannot be kept; `reason` says why."""

    code = "file_refused"
    message = _("%(reason)s")

    def __init__(self, code: str) -> None:
        super().__init__(reason=REASONS[code])


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it arrived."""

    name: str
    size: int
    content: BinaryIO


def store_file(lead: Lead, upload: Upload, *, by: User, now: datetime) -> Attachment:
    """Keep a file beside a person. Raises FileRefused; the name it came with decides nothing but what people read."""
    if upload.size > SIZE_LIMIT:
        raise FileRefused("too_large")
    if not upload.size:
        raise FileRefused("empty")
    if is_full(Used.STORAGE):
        raise FileRefused("quota")
    if Attachment.objects.filter(lead=lead).count() >= FILES_LIMIT:
        raise FileRefused("too_many")
    kind = file_kind(upload.content.read(HEAD), upload.name)
    if kind is None:
        raise FileRefused("kind")
    upload.content.seek(0)
    public_id = ids.new("att")
    path = default_storage.save(f"people/{current_tenant().code}/{public_id}.{kind.extension}", File(upload.content))
    made: Attachment = Attachment.objects.create(
        public_id=public_id,
        lead=lead,
        name=shown_name(upload.name, kind),
        path=path,
        bytes=upload.size,
        content_type=kind.content_type,
        by=by,
        at=now,
    )
    audit.record(by, "attachment.added", public_id, at=now, lead=lead.public_id)
    return made


def delete_file(attachment: Attachment, *, by: User, now: datetime) -> None:
    """Remove a file, from the disk too."""
    Attachment.objects.filter(pk=attachment.pk).delete()
    unlink_after_commit([attachment.path])
    audit.record(by, "attachment.deleted", attachment.public_id, at=now)


@at_erasure
def forget_files(gone: Sequence[Gone]) -> None:
    """Files beside people who are erased; the rows go with the people."""
    beside = Attachment.objects.filter(lead_id__in=[one.lead_id for one in gone])
    unlink_after_commit(beside.values_list("path", flat=True))
