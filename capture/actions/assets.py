"""Files to hand out: told by their content, kept under names of our own."""

from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from django.core.files.base import File
from django.core.files.storage import default_storage

from capture.files import HEAD, MEGABYTE, SIZE_LIMIT, kind_of, shown_name
from capture.models import Asset
from capture.refusals import FILE_REASONS, FileRefused
from ma_platform import audit, ids
from ma_platform.tenancy.models import User
from ma_platform.tenancy.scope import current_tenant
from ma_platform.workspaces.actions.quotas import is_full
from ma_platform.workspaces.quotas import Used


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it arrived."""

    name: str
    size: int
    content: BinaryIO


def store_asset(upload: Upload, *, by: User | None, now: datetime) -> Asset:
    """Keep a file for handing out. Raises FileRefused by size or content; the name it came with decides nothing."""
    if upload.size > SIZE_LIMIT:
        raise FileRefused(reason=FILE_REASONS["too_large"] % {"limit": SIZE_LIMIT // MEGABYTE})
    if not upload.size:
        raise FileRefused(reason=FILE_REASONS["empty"])
    if is_full(Used.STORAGE):
        raise FileRefused(reason=FILE_REASONS["quota"])
    kind = kind_of(upload.content.read(HEAD))
    if kind is None:
        raise FileRefused(reason=FILE_REASONS["kind"])
    upload.content.seek(0)
    public_id = ids.new("ast")
    path = default_storage.save(f"assets/{current_tenant().code}/{public_id}.{kind.extension}", File(upload.content))
    asset: Asset = Asset.objects.create(
        public_id=public_id,
        name=shown_name(upload.name, kind),
        path=path,
        extension=kind.extension,
        content_type=kind.content_type,
        size=upload.size,
        created_at=now,
        created_by=by,
    )
    audit.record(by, "asset.uploaded", public_id, at=now, name=asset.name)
    return asset
