"""The rows an import did not take, as a file to mend and upload again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import chain, islice
from tempfile import TemporaryFile

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.actions.imports.kinds import KINDS
from leads.actions.imports.options import Options
from leads.files import open_writer
from leads.files.stating import likely_meant
from leads.models import Import
from leads.queries.transfers import refused_rows
from leads.refusals import FIELD_REASONS
from ma_platform import audit
from ma_platform.tenancy.models import ApiKey, User

ROW_REASONS = {
    **FIELD_REASONS,
    "identity_missing": gettext_lazy("The row has neither an e-mail address nor an ID."),
    "unreadable": gettext_lazy("Some characters cannot be read. Was another encoding chosen?"),
    "unknown_lead": gettext_lazy("There is no such lead here. Import the person first."),
    "unknown_kind": gettext_lazy("There is no such kind of touchpoint."),
    "not_a_date": gettext_lazy("This is not a date. Example: 2026-11-22 14:05"),
    "in_the_future": gettext_lazy("This lies in the future."),
    "too_old": gettext_lazy("This is more than ten years ago."),
    "name_missing": gettext_lazy("The company has no name."),
    "not_a_number": gettext_lazy("This is not a number."),
    "not_a_corporate_number": gettext_lazy("This is not a corporate number: its check digit does not fit."),
    "number_missing": gettext_lazy("The deal has no number to find it by."),
    "unknown_status": gettext_lazy("This is neither open, won nor lost."),
    "unknown_currency": gettext_lazy("Only JPY, USD and EUR are understood."),
}


def worded(transfer: Import, reasons: dict[str, str], cells: list[str]) -> tuple[str, str]:
    """(why, what was probably meant) of one row, in the active language."""
    kind = KINDS[transfer.kind]
    labels = {one.key: str(one.label) for one in kind.fields()}
    why = [f"{labels.get(key, key)}: {ROW_REASONS.get(code, code)}" for key, code in reasons.items()]
    meant = [text for key, code in reasons.items() if (text := likely_meant(code, _cell(transfer, key, cells)))]
    return " / ".join(why), " / ".join(meant)


def _cell(transfer: Import, key: str, cells: list[str]) -> str:
    mapping = Options.of(transfer.options).mapping
    places = [at for at, heading in enumerate(transfer.reading["headers"]) if mapping.get(heading) == key]
    return next((cells[at] for at in places if at < len(cells) and cells[at]), "")


def take_error_file(transfer: Import, *, by: User | ApiKey, now: datetime) -> bytes:
    """`error_file` for somebody: what people's rows held leaves the product, so the audit log says who took it."""
    audit.record(by, "import.errors_downloaded", transfer.public_id, at=now)
    return b"".join(error_file(transfer))


def error_file(transfer: Import) -> Iterator[bytes]:
    """The refused rows under their own headings, with the reason and a suggestion behind: CSV in pieces."""
    headers: list[str] = transfer.reading["headers"]
    rows = (
        [*cells, *[""] * (len(headers) - len(cells)), *worded(transfer, reasons, cells)]
        for _number, cells, reasons in refused_rows(transfer)
    )
    titles = [*headers, _("Why it was not imported"), _("Suggested correction")]
    with TemporaryFile() as held:
        writer = open_writer(held, "csv")
        lines = chain([titles], rows)
        while chunk := list(islice(lines, 1_000)):
            writer.write(chunk)
        held.seek(0)
        while block := held.read(256 * 1024):
            yield block
