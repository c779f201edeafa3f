"""A file arrives: measured, looked at, kept under a name of our own, with a first guess at what its columns are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any, BinaryIO

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.utils.translation import gettext_lazy as _

from leads.actions.imports.kinds import ImportKind
from leads.actions.imports.options import ImportRefused, Options, check, kind_of
from leads.actions.imports.shelves import of_id, opened
from leads.files import LIMITS, FileRefused, Preview, Reading, preview, recognise_profile, suggest_mapping
from leads.files.headers import plain, translated
from leads.files.profiles import PROFILES
from leads.models import Import, ImportProfile
from ma_platform import audit, ids
from ma_platform.db.awake import awake
from ma_platform.tenancy.models import ApiKey, User
from ma_platform.tenancy.scope import current_tenant
from ma_platform.workspaces.actions.quotas import is_full
from ma_platform.workspaces.quotas import Used

Json = dict[str, Any]  # Any: JSON
FILE_REASONS = {
    "empty": _("The file is empty."),
    "too_large": _("The file is larger than 200 MB."),
    "quota": _("Your quota of files is used up. See Settings → Data and usage."),
    "too_many_rows": _("The file has more than 1,000,000 rows. Please split it."),
    "too_many_columns": _("A row has more than 200 columns (row %(row)s)."),
    "cell_too_long": _("A cell holds more than 64 KB, or a quotation mark is never closed (row %(row)s)."),
    "line_too_long": _("A line of the file never ends."),
    "broken_workbook": _("This workbook cannot be read. Please save it again in Excel, or as CSV."),
    "workbook_too_large": _("This workbook unpacks to more than we read. Please save it as CSV."),
}


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it arrived."""

    name: str
    size: int
    content: BinaryIO


def refusal(error: FileRefused) -> ImportRefused:
    """Why a file cannot be read, as a sentence."""
    return ImportRefused(reason=FILE_REASONS[error.code] % {"row": error.row})


def upload_file(
    upload: Upload, kind_key: str, *, by: User | ApiKey, now: datetime, stated: Mapping[str, Any] | None = None
) -> Import:
    """Keep a file and look at its beginning; nothing of it is written anywhere else. Raises ImportRefused.

    `stated`: options instead of those guessed, held against the file before it is kept, for it outlives a rollback.
    """
    kind = kind_of(kind_key)
    seen, options = _first_look(upload, kind, stated)
    public_id, digest = ids.new("imp"), _digest(upload.content)
    path = default_storage.save(f"imports/{current_tenant().code}/{public_id}.file", File(upload.content))
    transfer: Import = Import.objects.create(
        public_id=public_id,
        kind=kind.key,
        file_name=" ".join(upload.name.split())[:200] or "file",
        path=path,
        bytes=upload.size,
        digest=digest,
        reading={**seen.reading.as_json(), "headers": seen.headers},
        options=options.as_json(),
        by=by if isinstance(by, User) else None,
        created_at=now,
    )
    audit.record(by, "import.uploaded", public_id, at=now, kind=kind.key, name=transfer.file_name)
    return transfer


def _first_look(upload: Upload, kind: ImportKind, stated: Mapping[str, Any] | None) -> tuple[Preview, Options]:
    if upload.size > LIMITS.bytes:
        raise ImportRefused(reason=FILE_REASONS["too_large"])
    if is_full(Used.STORAGE):
        raise ImportRefused(reason=FILE_REASONS["quota"])
    try:
        seen = preview(awake(upload.content))
    except FileRefused as error:
        raise refusal(error) from error
    guessed = guess(kind, seen.headers)
    if stated is None:
        return seen, guessed
    options = Options.of({**guessed.as_json(), "basis": "", **stated})
    check(options, kind, seen.headers)
    return seen, options


def _digest(content: BinaryIO) -> str:
    content.seek(0)
    digest = sha256()
    while block := content.read(1024 * 1024):
        digest.update(block)
    content.seek(0)
    return digest.hexdigest()


def guess(kind: ImportKind, headers: list[str]) -> Options:
    """The mapping to propose: a profile saved for such columns, else one of a known product, else by the headings."""
    saved = _saved(kind, headers)
    if saved is not None:
        return Options(mapping=translated(headers, saved.mapping), policy=saved.policy, profile=saved.public_id)
    by_words = suggest_mapping(headers, [one.target for one in kind.fields()])
    make = recognise_profile(headers, kind=kind.key)
    if make is None:
        return Options(mapping=by_words)
    known = _once(headers, translated(headers, make.mapping))
    rest = {heading: key for heading, key in by_words.items() if heading not in known and key not in known.values()}
    return Options(mapping={**known, **rest}, policy=make.policy, basis=make.basis, profile=make.key)


def _saved(kind: ImportKind, headers: list[str]) -> ImportProfile | None:
    present = {plain(heading) for heading in headers}
    fitting = [
        one
        for one in ImportProfile.objects.filter(kind=kind.key).order_by("-updated_at")[:50]
        if one.mapping and all(plain(heading) in present for heading in one.mapping)
    ]
    return max(fitting, key=lambda one: len(one.mapping), default=None)


def _once(headers: list[str], mapping: Mapping[str, str]) -> dict[str, str]:
    """A field is given to the leftmost of its columns, unless several columns are meant to fill in for each other."""
    taken: dict[str, str] = {}
    for heading in headers:
        key = mapping.get(heading)
        if key and (key in ("phone", "tags") or key not in taken.values()):
            taken[heading] = key
    return taken


def profile_options(kind_key: str, profile_id: str, headers: list[str]) -> Options | None:
    """The mapping of a profile, ours or saved, on these columns; None when there is no such profile."""
    make = next((one for one in PROFILES if one.key == profile_id and one.kind == kind_key), None)
    if make is not None:
        mapping = _once(headers, translated(headers, make.mapping))
        return Options(mapping=mapping, policy=make.policy, basis=make.basis, profile=make.key)
    saved = ImportProfile.objects.filter(kind=kind_key, public_id=profile_id).first()
    if saved is None:
        return None
    return Options(mapping=translated(headers, saved.mapping), policy=saved.policy, profile=saved.public_id)


def look(transfer: Import) -> Preview:
    """The first rows as the file is read now. Raises ImportRefused."""
    with opened(transfer) as content:
        try:
            return preview(content, Reading.of(transfer.reading))
        except FileRefused as error:
            raise refusal(error) from error


def read_again(public_id: str, changes: Mapping[str, object]) -> Import:
    """Read a file another way (encoding, delimiter, header, sheet, skip); the columns are guessed anew.

    Raises ImportRefused.
    """
    transfer = of_id(public_id, states=("uploaded", "checked", "failed"), lock=True)
    kind = kind_of(transfer.kind)
    if transfer.finished_at:
        raise ImportRefused(reason=_("This import has moved on. Please look at it again."))
    try:
        reading = replace(Reading.of(transfer.reading), **changes)  # type: ignore[arg-type]  # a form's clean values
        with opened(transfer) as content:
            seen = preview(content, Reading.of(reading.as_json()))
    except FileRefused as error:
        raise refusal(error) from error
    except ValueError as error:
        raise ImportRefused(reason=_("The file cannot be read in this way.")) from error
    transfer.reading = {**seen.reading.as_json(), "headers": seen.headers}
    transfer.options = guess(kind, seen.headers).as_json()
    transfer.state, transfer.report, transfer.problem = Import.State.UPLOADED, {}, ""
    transfer.save()
    return transfer


def save_profile(transfer: Import, name: str, *, by: User, now: datetime) -> ImportProfile:
    """Keep the mapping of this file under a name; the same name again replaces it."""
    options = Options.of(transfer.options)
    profile, _made = ImportProfile.objects.update_or_create(
        kind=transfer.kind,
        name=name[:100],
        defaults={"mapping": dict(options.mapping), "policy": dict(options.policy), "updated_at": now},
    )
    audit.record(by, "import.profile_saved", profile.public_id, at=now, name=profile.name)
    found: ImportProfile = profile
    return found
