"""An import as its pages show it and as they post it back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.actions import imports
from leads.actions.imports import ImportKind, ImportRefused, Options
from leads.actions.imports.onto_list import lists
from leads.files.profiles import PROFILES
from leads.models import Consent, Import, Segment
from leads.queries import transfers
from leads.queries.segments import find_segment
from leads.topics import topic_choices, topic_name
from leads.views.import_rows import FURTHER, addresses, lines
from leads.vocabulary import CONSENT_LABELS

READABLE = ("uploaded", "checked", "failed")
ENCODING_NAMES = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8 (BOM)",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16 LE",
    "utf-16-be": "UTF-16 BE",
    "cp932": "Shift_JIS (cp932)",
    "euc_jp": "EUC-JP",
}
DELIMITER_NAMES = {
    ",": gettext_lazy("Comma"),
    "\t": gettext_lazy("Tab"),
    ";": gettext_lazy("Semicolon"),
    "|": gettext_lazy("Vertical bar"),
}
NEWLINE_NAMES = {"\r\n": "CRLF", "\n": "LF", "\r": "CR"}
POLICY_NAMES = {
    "overwrite": gettext_lazy("Overwrite"),
    "fill": gettext_lazy("Only fill blanks"),
    "append": gettext_lazy("Add"),
    "never": gettext_lazy("Never change"),
}
UNDECIDED = ("overwrite", "fill", "never")  # offered for a column nobody gave a field yet
SAMPLES = 3
KEPT = 20


def columns_page(
    transfer: Import, *, chosen: str = "", posted: Options | None = None
) -> dict[str, Any]:  # Any: a template's context
    """Every column with its first cells and what it is taken for; `posted`: what was chosen, and refused.

    Raises ImportRefused for an unreadable file.
    """
    kind, seen = imports.kind_of(transfer.kind), imports.look(transfer)
    options = posted or Options.of(transfer.options)
    if chosen:
        options = imports.profile_options(transfer.kind, chosen, seen.headers) or options
    return {
        "transfer": transfer,
        "kind": kind,
        "reading": seen.reading,
        "rows": seen.rows,
        "headers": seen.headers,
        "columns": _columns(kind, options, seen.headers, seen.rows),
        "fields": [(one.key, one.label) for one in kind.fields()],
        "options": options,
        "profiles": _profiles(transfer.kind),
        "again": transfers.same_file(transfer),
        "constants": _constants(kind, options),
        **_reading_choices(seen.sheets),
        "bases": [(key, CONSENT_LABELS[key]) for key in Consent.Basis.values],
        "topics": topic_choices(),
        "lists": lists() if kind.asks_basis else [],
    }


def _reading_choices(sheets: list[str]) -> dict[str, Any]:  # Any: a template's context
    return {
        "encodings": list(ENCODING_NAMES.items()),
        "delimiters": [("tab" if key == "\t" else key, name) for key, name in DELIMITER_NAMES.items()],
        "sheets": [(name, name) for name in sheets],
    }


def _columns(kind: ImportKind, options: Options, headers: list[str], rows: list[list[str]]) -> list[dict[str, Any]]:
    offered = {one.key: one.policies for one in kind.fields()}
    columns = []
    for place, heading in enumerate(headers):
        key = options.mapping.get(heading, "")
        cells = [row[place] for row in rows if place < len(row) and row[place].strip()]
        columns.append(
            {
                "place": place,
                "heading": heading,
                "cells": cells[:SAMPLES],
                "key": key,
                "policy": options.policy.get(key, ""),
                "policies": _named(offered.get(key, UNDECIDED)),
            }
        )
    return columns


def column_policies(transfer: Import, place: int, key: str) -> dict[str, Any]:  # Any: a template's context
    """What may be chosen for the column at this place where it goes to the field `key`, "" for none."""
    offered = {one.key: one.policies for one in imports.kind_of(transfer.kind).fields()}
    heading = transfer.reading["headers"][place]
    return {"place": place, "heading": heading, "policy": "", "policies": _named(offered.get(key, ()))}


def _named(policies: Sequence[str]) -> list[tuple[str, Any]]:  # Any: a text that waits for its language
    return [(name, POLICY_NAMES[name]) for name in policies]


def _constants(kind: ImportKind, options: Options) -> list[dict[str, object]]:
    """Fields one text can be given for in every row."""
    keys = {"leads": ("tags",), "touchpoints": ("kind", "at", "title")}.get(kind.key, ())
    labels = {one.key: one.label for one in kind.fields()}
    return [{"key": key, "label": labels[key], "value": options.constants.get(key, "")} for key in keys]


def _profiles(kind: str) -> list[tuple[str, str]]:
    makes = [(one.key, one.name) for one in PROFILES if one.kind == kind]
    return [*((one.public_id, one.name) for one in transfers.profiles(kind)), *makes]


def posted_options(posted: Mapping[str, str], transfer: Import) -> Options:
    """The columns form read back. Raises ImportRefused."""
    headers: list[str] = transfer.reading["headers"]
    kind = imports.kind_of(transfer.kind)
    offered = {one.key: one.policies for one in kind.fields()}
    mapping = {heading: key for at, heading in enumerate(headers) if (key := posted.get(f"field-{at}", ""))}
    policy = {
        key: stated
        for at, heading in enumerate(headers)
        if offered.get(key := mapping.get(heading, "")) and (stated := posted.get(f"policy-{at}", ""))
    }
    constants = {key: text for key in offered if (text := posted.get(f"constant-{key}", "").strip())}
    basis = posted.get("basis", "")
    return Options.of(
        {
            "mapping": mapping,
            "policy": policy,
            "constants": constants,
            "basis": basis,
            "topic": posted.get("topic", "") if basis else "",
            "evidence": posted.get("evidence", "").strip(),
            "erase": "erase" in posted,
            "list": posted.get("list", "") if kind.asks_basis else "",
        }
    )


def posted_reading(posted: Mapping[str, str]) -> dict[str, object]:
    """How the file is to be read, read back. Raises ImportRefused."""
    skip = posted.get("skip", "0") or "0"
    if not skip.isascii() or not skip.isdigit() or int(skip) > 100:
        raise ImportRefused(reason=_("At most 100 rows can stand above the table."))
    changes: dict[str, object] = {"header": "header" in posted, "skip": int(skip)}
    if posted.get("sheet"):
        return {**changes, "sheet": posted["sheet"]}
    delimiter = posted.get("delimiter", ",")
    encoding = posted.get("encoding", "")
    return {**changes, "delimiter": "\t" if delimiter == "tab" else delimiter, "encoding": encoding}


class RunningFile:
    """How far a file is, for the progress bar."""

    STATES = {
        "uploaded": gettext_lazy("Columns to choose"),
        "checking": gettext_lazy("Being checked"),
        "checked": gettext_lazy("Ready to import"),
        "waiting": gettext_lazy("Waiting"),
        "running": gettext_lazy("Being imported"),
        "done": gettext_lazy("Import finished"),
        "failed": gettext_lazy("Failed"),
        "undoing": gettext_lazy("Being undone"),
        "undone": gettext_lazy("Undone"),
    }

    def __init__(self, transfer: Import, *, now: datetime) -> None:
        self.label = self.STATES[transfer.state]
        self.value, self.max = transfer.handled, max(transfer.rows, 1)
        self.unread = not transfer.rows
        self.may_stop = transfer.state in ("checking", "waiting", "running")
        begun = transfer.started_at if transfer.state == "running" else None
        seconds = (now - begun).total_seconds() if begun else 0
        rate = transfer.handled / seconds if seconds > 0 else 0
        self.rate = _("%(count)s rows/s") % {"count": f"{rate:,.0f}"} if rate else ""
        left = int((transfer.rows - transfer.handled) / rate) if rate else 0
        self.left = f"{left // 60}:{left % 60:02}" if left else ""


def result_page(transfer: Import, *, now: datetime) -> dict[str, Any]:  # Any: a template's context
    """What will become, or became, of the rows."""
    kind = imports.kind_of(transfer.kind)
    labels = {one.key: one.label for one in kind.fields()}
    report = transfer.report
    changed = sorted(report.get("fields", {}).items(), key=lambda item: -item[1])
    return {
        "transfer": transfer,
        "kind": kind,
        "state": RunningFile.STATES[transfer.state],
        "report": report,
        "changed": [(labels.get(key, FURTHER.get(key, key)), count) for key, count in changed],
        "reasons": [(imports.ROW_REASONS.get(code, code), count) for code, count in report.get("reasons", {}).items()],
        "samples": [_sample(transfer, one) for one in report.get("sample", [])],
        "refused": report.get("rejected", 0) and transfer.state != "checked",
        "withheld": report.get("notes", {}).get("withheld", 0),
        "kept": lines(transfer, "kept", limit=KEPT) if transfer.state == "undone" else [],
        "hrefs": addresses(transfer, now=now),
        "may_undo": imports.may_undo(transfer, now=now),
        "basis": _basis(transfer),
        "list": _list(transfer),
        "encoding": ENCODING_NAMES.get(transfer.reading.get("encoding", ""), ""),
        "newline": NEWLINE_NAMES.get(transfer.reading.get("newline", ""), ""),
    }


def _list(transfer: Import) -> Segment | None:
    """The list its people went onto."""
    asked = Options.of(transfer.options).list
    return find_segment(asked) if asked else None


def _basis(transfer: Import) -> str:
    options = Options.of(transfer.options)
    if not options.basis:
        return ""
    return " · ".join(filter(None, (str(CONSENT_LABELS[options.basis]), topic_name(options.topic), options.evidence)))


def _sample(transfer: Import, one: Mapping[str, Any]) -> dict[str, Any]:  # Any: JSON of the report
    why, meant = imports.worded(transfer, one["reasons"], one["cells"])
    return {"row": one["row"], "why": why, "meant": meant, "cells": " | ".join(filter(None, one["cells"]))[:200]}
