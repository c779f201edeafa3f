"""The rows of an import by what became of them: each with whom or what it is about."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy

from leads.actions import imports
from leads.models import Import
from leads.queries import transfers
from ma_platform.api.pages import encode

LISTED = 50
# {outcome of a row: (its name, its number in the report)}; refused rows are in the file of errors.
OUTCOMES = {
    "created": (gettext_lazy("New"), "new"),
    "updated": (gettext_lazy("Changed"), "update"),
    "same": (gettext_lazy("As it was"), "same"),
    "duplicate": (gettext_lazy("Twice in the file"), "duplicates"),
    "kept": (gettext_lazy("Left as it is"), "kept"),
}
FURTHER = {"job_rank": gettext_lazy("Rank"), "people_stage": gettext_lazy("The stage of its people")}


def rows_page(transfer: Import, outcome: str, *, after: int, now: datetime) -> dict[str, Any]:  # Any: a template's
    """Rows with one of OUTCOMES behind number `after`, in the order of the file."""
    numbers = listed(transfer, now=now)
    found = lines(transfer, outcome, after=after, limit=LISTED + 1)
    return {
        "transfer": transfer,
        "kind": imports.kind_of(transfer.kind),
        "outcome": outcome,
        "tabs": [(key, OUTCOMES[key][0], count) for key, count in numbers.items() if count or key == outcome],
        "total": numbers.get(outcome, 0),
        "lines": found[:LISTED],
        "next_cursor": encode([found[LISTED - 1]["row"]]) if len(found) > LISTED else "",
    }


def listed(transfer: Import, *, now: datetime) -> dict[str, int]:
    """How many rows have each outcome that can be listed now: none before the run, and none once they are forgotten."""
    if transfer.state == Import.State.UNDONE:
        keys = ["kept"]
    elif imports.remembers_rows(transfer, now=now):
        keys = [key for key in OUTCOMES if key != "kept"]
    else:
        keys = []
    return {key: transfer.report.get(OUTCOMES[key][1], 0) for key in keys}


def addresses(transfer: Import, *, now: datetime) -> dict[str, str]:
    """Where the rows behind each number are listed, by outcome; numbers of nobody lead nowhere."""
    page = reverse("leads:import_rows", args=[transfer.public_id])
    return {key: f"{page}?outcome={key}" for key, count in listed(transfer, now=now).items() if count}


def lines(transfer: Import, outcome: str, *, after: int = 0, limit: int) -> list[dict[str, Any]]:  # Any: a template's
    """{"row", "name", "href", "fields"} of rows behind number `after`. Without a name: gone, or out of reach. fields:
    what undo left alone, none stand for all of it.
    """
    kind = imports.kind_of(transfer.kind)
    found = transfers.rows_with(transfer, outcome, after=after, limit=limit)
    labels = {one.key: one.label for one in kind.fields()} if outcome == "kept" else {}
    linked = kind.linked([subject for _row, subject, _keys in found])
    return [
        {
            "row": row,
            "name": linked.get(subject, ("", ""))[0],
            "href": linked.get(subject, ("", ""))[1],
            "fields": [labels.get(key, FURTHER.get(key, key)) for key in keys],
        }
        for row, subject, keys in found
    ]
