"""An import gets on, one short transaction after the other: a step that is lost is done again, never twice.

Each step does one chunk and moves `handled` in the same transaction. Whoever calls it starts the next one.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

import orjson
from django.db import InterfaceError, OperationalError, transaction
from django.utils.translation import gettext_lazy as _

from leads.actions.imports.kinds import CREATED, DUPLICATE, REJECTED, Done, ImportKind, Kept, Outcome, Row
from leads.actions.imports.options import ImportRefused, Options, check, kind_of, order_of
from leads.actions.imports.shelves import Cells, drop_files, of_id, shelve, take, unreadable
from leads.actions.imports.uploads import refusal
from leads.files import FileRefused
from leads.models import Import, ImportedRow
from ma_platform import audit
from ma_platform.db import sql
from ma_platform.tenancy.models import ApiKey, User
from ma_platform.tenancy.scope import system_scope
from ma_platform.workspaces.actions.quotas import is_full
from ma_platform.workspaces.quotas import Used

State = Import.State
log = logging.getLogger(__name__)
CHUNK = 2_000
UNDO_CHUNK = 500
SAMPLES = 20
CHANGEABLE = (State.UPLOADED, State.CHECKED, State.FAILED)
UNDO_FOR = timedelta(days=30)
STALLED = timedelta(seconds=60)
COUNTED = {"created": "new", "updated": "update", "same": "same", "duplicate": "duplicates", "rejected": "rejected"}


class _DryRun(Exception):
    """Rolls the savepoint of a dry run back."""


def ask_check(public_id: str, options: Options, *, now: datetime) -> Import:
    """Keep what was decided about the file and have a dry run made. Raises NotFound and ImportRefused."""
    transfer = of_id(public_id, states=CHANGEABLE, lock=True)
    if transfer.finished_at:
        raise ImportRefused(reason=_("This import has moved on. Please look at it again."))
    check(options, kind_of(transfer.kind), transfer.reading["headers"])
    transfer.options = options.as_json()
    transfer.state, transfer.report, transfer.problem = State.CHECKING, {}, ""
    transfer.rows = transfer.handled = 0
    transfer.reading = _resting(transfer, now)
    transfer.save()
    return transfer


def ask_run(public_id: str, *, by: User | ApiKey | None, now: datetime) -> Import:
    """Have a checked file written. Raises NotFound and ImportRefused."""
    transfer = of_id(public_id, states=(State.CHECKED,), lock=True)
    _check_quota(transfer)
    transfer.report = {**transfer.report, "expected": _counts(transfer.report)}
    transfer.state, transfer.handled, transfer.started_at = State.WAITING, 0, now
    transfer.reading = {**_resting(transfer, now), "ready": True}
    transfer.save()
    audit.record(by, "import.started", transfer.public_id, at=now, rows=transfer.rows, options=transfer.options)
    return transfer


def _check_quota(transfer: Import) -> None:
    """Raises ImportRefused where the people it makes do not fit beside those that other files are still to make."""
    if transfer.kind != "leads" or not transfer.report.get("new"):
        return
    sql.run(TAKE_TURNS)
    under_way = Import.objects.filter(kind="leads", state__in=(State.WAITING, State.RUNNING))
    to_come = sum(_to_make(state, report) for state, report in under_way.values_list("state", "report"))
    if is_full(Used.PEOPLE, adding=transfer.report["new"] + to_come):
        raise ImportRefused(reason=_("This file would take you over your quota of leads. See Data and usage."))


def _to_make(state: str, report: Mapping[str, Any]) -> int:  # Any: JSON
    """People a file that is under way has not made yet; before its first chunk the report is that of the dry run."""
    expected, made = int(report["expected"]["new"]), int(report.get("new", 0))
    return max(expected - made, 0) if state == State.RUNNING else expected


TAKE_TURNS = "SELECT pg_advisory_xact_lock(hashtextextended('leads_people_files', %(tenant_id)s))"


def stop(public_id: str, *, by: User, now: datetime) -> Import:
    """Leave off: a dry run is forgotten, a run ends where it is and can be undone. Raises NotFound, ImportRefused."""
    transfer = of_id(public_id, states=(State.CHECKING, State.WAITING, State.RUNNING), lock=True)
    if transfer.state == State.CHECKING:
        transfer.state = State.UPLOADED
    else:
        _finish(transfer, problem="stopped", now=now)
    transfer.save()
    audit.record(by, "import.stopped", transfer.public_id, at=now, handled=transfer.handled)
    return transfer


def ask_undo(public_id: str, *, by: User | ApiKey | None, now: datetime) -> Import:
    """Have an import taken back. Raises NotFound, and ImportRefused when it is too late or its kind cannot be."""
    transfer = of_id(public_id, states=(State.DONE, State.FAILED), lock=True)
    if not may_undo(transfer, now=now):
        raise ImportRefused(reason=_("This import can no longer be undone."))
    transfer.state, transfer.handled = State.UNDOING, 0
    transfer.reading = _resting(transfer, now)
    transfer.save()
    audit.record(by, "import.undo_started", transfer.public_id, at=now)
    return transfer


def may_undo(transfer: Import, *, now: datetime) -> bool:
    """Whether an import can be taken back today."""
    return kind_of(transfer.kind).undo is not None and remembers_rows(transfer, now=now)


def remembers_rows(transfer: Import, *, now: datetime) -> bool:
    """Whether what became of each row of a run is still known."""
    ended = transfer.finished_at
    ran = transfer.state in (State.DONE, State.FAILED) and transfer.started_at is not None
    return ran and ended is not None and now - ended < UNDO_FOR


def advance(import_id: int, *, now: datetime) -> bool:
    """One step of an import; whether there is more to do. An import somebody else is working on is left alone."""
    found = Import.objects.filter(pk=import_id, state__in=STEPS).select_for_update(skip_locked=True, of=("self",))
    transfer = found.select_related("by").first()
    if transfer is None:
        return False
    try:
        with transaction.atomic():
            STEPS[transfer.state](transfer, now)
    except FileRefused as error:
        _fail(transfer, str(refusal(error)), now)
    except (OperationalError, InterfaceError):
        raise  # the database is away or busy: the step is done again
    except Exception:  # the outermost loop over steps: a step that always fails must not be done for ever
        log.exception("import %s failed", transfer.public_id)
        _fail(transfer, str(_("Something went wrong on our side. The administrator finds it in the log.")), now)
    transfer.reading = {**transfer.reading, "beat": now.isoformat()}
    transfer.save()
    return transfer.state in STEPS


def _fail(transfer: Import, problem: str, now: datetime) -> None:
    transfer.finished_at = None if transfer.state == State.CHECKING else now
    transfer.state, transfer.problem = State.FAILED, problem


def resume(start: Callable[[int, int], None], *, now: datetime) -> int:
    """Part of a system sweep: call `start(workspace, import)` for those whose step was lost; returns how many."""
    with system_scope():
        rows = sql.run(STALLED_ROWS, before=now - STALLED, states=list(STEPS)).rows
        for tenant_id, import_id in rows:
            start(tenant_id, import_id)
    return len(rows)


STALLED_ROWS = """
    SELECT waiting.tenant_id, waiting.id FROM leads_import AS waiting
     WHERE waiting.state = ANY(%(states)s::text[])
       AND coalesce((waiting.reading ->> 'beat')::timestamptz, waiting.created_at) < %(before)s
     ORDER BY waiting.id
"""


def _resting(transfer: Import, now: datetime) -> dict[str, object]:
    kept = {name: value for name, value in transfer.reading.items() if name not in ("place", "ready")}
    return {**kept, "beat": now.isoformat()}


def _check(transfer: Import, now: datetime) -> None:
    """The whole file is laid out first, then judged chunk by chunk without writing anything."""
    kind = kind_of(transfer.kind)
    if not transfer.reading.get("ready"):
        transfer.rows = shelve(transfer, kind)
        transfer.reading["ready"] = True
        return
    rows, originals, place = take(transfer, CHUNK)
    outcomes = _outcomes(transfer, rows, now=now, dry=True)
    _sample(transfer, outcomes, originals)
    _move_on(transfer, outcomes, place)
    if transfer.handled >= transfer.rows:
        transfer.state = State.CHECKED


def _run(transfer: Import, now: datetime) -> None:
    if transfer.state == State.WAITING:
        transfer.state, transfer.report = State.RUNNING, {"expected": transfer.report["expected"]}
    rows, originals, place = take(transfer, CHUNK)
    outcomes = _outcomes(transfer, rows, now=now, dry=False)
    _remember(transfer, outcomes, originals)
    _move_on(transfer, outcomes, place)
    if transfer.handled >= transfer.rows:
        _finish(transfer, problem="", now=now)


def _outcomes(transfer: Import, rows: Sequence[Row], *, now: datetime, dry: bool) -> list[Outcome]:
    kind, order = kind_of(transfer.kind), order_of(transfer, now=now, dry=dry)
    spoilt = [Outcome(row.number, REJECTED, reasons=why) for row in rows if (why := unreadable(row))]
    numbers = {outcome.number for outcome in spoilt}
    good = [row for row in rows if row.number not in numbers] if numbers else rows
    written: list[Outcome] = []
    try:
        with transaction.atomic():
            written = kind.write(good, order) if good else []
            if dry:
                raise _DryRun
    except _DryRun:
        _tell_repeated(kind, rows, [*spoilt, *written])
    return sorted([*spoilt, *written], key=lambda outcome: outcome.number)


def _tell_repeated(kind: ImportKind, rows: Sequence[Row], outcomes: Sequence[Outcome]) -> None:
    """What a dry run makes is gone by the next chunk: there, a repeated row is no new one, as it will be none in the
    run, unless its first mention was refused. Of a mention in an earlier chunk nobody knows that any more.
    """
    by_number = {row.number: row for row in rows}
    refused = {kind.same(by_number[one.number].cells) for one in outcomes if one.outcome == REJECTED}
    for outcome in outcomes:
        row = by_number[outcome.number]
        if outcome.outcome == CREATED and row.repeated and kind.same(row.cells) not in refused:
            outcome.outcome = DUPLICATE


def _move_on(transfer: Import, outcomes: Sequence[Outcome], place: int) -> None:
    report = transfer.report
    for outcome in outcomes:
        name = COUNTED[outcome.outcome]
        report[name] = report.get(name, 0) + 1
        if outcome.outcome == "updated":
            _count(report, "fields", outcome.fields)
        _count(report, "reasons", tuple((outcome.reasons or {}).values()))
        _count(report, "notes", outcome.notes)
    transfer.handled += len(outcomes)
    transfer.reading["place"] = place


def _count(report: dict[str, dict[str, int]], name: str, keys: Sequence[str]) -> None:
    if keys:
        table = report.setdefault(name, {})
        for key in keys:
            table[key] = table.get(key, 0) + 1


def _counts(report: Mapping[str, int]) -> dict[str, int]:
    return {name: report.get(name, 0) for name in COUNTED.values()}


def _sample(transfer: Import, outcomes: Sequence[Outcome], originals: Sequence[Cells]) -> None:
    """The first refused rows, for the page."""
    shown = transfer.report.setdefault("sample", [])
    for outcome, cells in zip(outcomes, originals, strict=True):
        if outcome.reasons and len(shown) < SAMPLES:
            shown.append({"row": outcome.number, "reasons": outcome.reasons, "cells": [cell[:200] for cell in cells]})


def _remember(transfer: Import, outcomes: Sequence[Outcome], originals: Sequence[Cells]) -> None:
    lines = [
        [
            outcome.number,
            outcome.outcome,
            outcome.subject,
            outcome.before,
            cells if outcome.outcome == REJECTED else None,
            outcome.reasons,
        ]
        for outcome, cells in zip(outcomes, originals, strict=True)
    ]
    if lines:
        columns = list(zip(*lines, strict=True))
        sql.run(
            REMEMBER,
            transfer_id=transfer.pk,
            number=list(columns[0]),
            outcome=list(columns[1]),
            subject=list(columns[2]),
            before=list(map(_json, columns[3])),
            cells=list(map(_json, columns[4])),
            why=list(map(_json, columns[5])),
        )


def _json(value: object) -> str | None:
    return None if value is None else orjson.dumps(value).decode()


REMEMBER = """
    INSERT INTO leads_importedrow (tenant_id, transfer_id, number, outcome, subject, before, cells, reasons)
    SELECT %(tenant_id)s, %(transfer_id)s, row.number, row.outcome, row.subject, row.before, row.cells, row.why
      FROM unnest(%(number)s::int[], %(outcome)s::text[], %(subject)s::text[], %(before)s::jsonb[],
                  %(cells)s::jsonb[], %(why)s::jsonb[]) AS row(number, outcome, subject, before, cells, why)
"""


def _finish(transfer: Import, *, problem: str, now: datetime) -> None:
    transfer.state, transfer.problem, transfer.finished_at = State.DONE, problem, now
    audit.record(transfer.by, "import.finished", transfer.public_id, at=now, **_counts(transfer.report))
    drop_files(transfer)


def _undo(transfer: Import, now: datetime) -> None:
    """The last rows of the file first. What is kept is marked on its row; the rest is taken off the list."""
    kind = kind_of(transfer.kind)
    rows = [Done(*line) for line in _undoable(transfer)]
    if not rows or kind.undo is None:
        transfer.state = State.UNDONE
        audit.record(transfer.by, "import.undone", transfer.public_id, at=now)
        return
    kept = kind.undo(rows, order_of(transfer, now=now))
    _mark(transfer, rows, kept)
    transfer.report["kept"] = transfer.report.get("kept", 0) + len(kept)
    transfer.handled += len(rows)


def _undoable(transfer: Import) -> list[tuple[int, str, str, dict[str, object]]]:
    found = ImportedRow.objects.filter(transfer=transfer, outcome__in=["created", "updated", "same", "duplicate"])
    lines = found.order_by("-number").values_list("number", "outcome", "subject", "before")[:UNDO_CHUNK]
    return [(number, outcome, subject, before or {}) for number, outcome, subject, before in lines]


def _mark(transfer: Import, rows: Sequence[Done], kept: Sequence[Kept]) -> None:
    numbers = [row.number for row in rows]
    ImportedRow.objects.filter(transfer=transfer, number__in=numbers).update(outcome="undone", before=None)
    by_fields = sorted(kept, key=lambda one: one.fields)
    for fields, same in groupby(by_fields, key=lambda one: one.fields):
        ImportedRow.objects.filter(transfer=transfer, number__in=[one.number for one in same]).update(
            outcome="kept", reasons={"kept": list(fields)}
        )


STEPS: Mapping[str, Callable[[Import, datetime], None]] = {
    State.CHECKING: _check,
    State.WAITING: _run,
    State.RUNNING: _run,
    State.UNDOING: _undo,
}
