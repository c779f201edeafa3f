"""`/imports`: a file with its dry run in one call, then run, errors and undo."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, BinaryIO, cast

import orjson
from django.http import HttpResponse
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from leads.actions import imports
from leads.actions.imports import Options, Upload
from leads.models import Import
from leads.queries.transfers import find_import
from leads.tasks import advance_import
from ma_platform import clock, jobs
from ma_platform.api.parsers import storable
from ma_platform.api.views import ApiView
from ma_platform.errors import NotFound
from ma_platform.tenancy.models import ApiKey
from ma_platform.tenancy.permissions import Capability
from ma_platform.tenancy.scope import current_tenant_id

AT_ONCE = 5_000  # rows tried within the call; more are tried in the background
SAMPLE = 5
COUNTS = ("new", "update", "same", "duplicates", "rejected")


class Imports(ApiView):
    """Upload a file: it is read, mapped and tried; nothing is written until it is run."""

    capabilities = {"POST": Capability.IMPORT_LEADS}
    parser_classes = [MultiPartParser]

    def post(self, request: Request) -> Response:
        file = request.FILES.get("file")
        if file is None:
            raise ValidationError({"file": ["Send the file as multipart/form-data."]})
        upload = Upload(file.name or "", file.size or 0, cast(BinaryIO, file.file))
        form, now = request._request.POST, clock.now()
        kind, stated = form.get("kind", "leads"), _options(form.get("options"))
        _check_may(self.key, kind)
        made = imports.upload_file(upload, kind, by=self.key, now=now, stated=stated)
        transfer = imports.ask_check(made.public_id, Options.of(made.options), now=now)
        imports.advance(transfer.pk, now=now)
        transfer.refresh_from_db()
        while transfer.state == "checking" and transfer.rows <= AT_ONCE:
            imports.advance(transfer.pk, now=now)
            transfer.refresh_from_db()
        if transfer.state == "checking":
            jobs.start(advance_import, current_tenant_id(), transfer.pk)
        return Response(import_json(transfer, sample=True), status=202)


class OneImport(ApiView):
    """How far an import is."""

    capabilities = {"GET": Capability.IMPORT_LEADS}

    def get(self, request: Request, import_id: str) -> Response:
        return Response(import_json(_found(import_id, self.key)))


class RunImport(ApiView):
    """Write a tried file."""

    capabilities = {"POST": Capability.IMPORT_LEADS}

    def post(self, request: Request, import_id: str) -> Response:
        _found(import_id, self.key)
        return _started(lambda: imports.ask_run(import_id, by=self.key, now=clock.now()))


class UndoImport(ApiView):
    """Take an import back."""

    capabilities = {"POST": Capability.IMPORT_LEADS}

    def post(self, request: Request, import_id: str) -> Response:
        _found(import_id, self.key)
        return _started(lambda: imports.ask_undo(import_id, by=self.key, now=clock.now()))


class ImportErrors(ApiView):
    """The rows that were not taken, with reasons, as CSV."""

    capabilities = {"GET": Capability.IMPORT_LEADS}

    def get(self, request: Request, import_id: str) -> HttpResponse:
        taken = imports.take_error_file(_found(import_id, self.key), by=self.key, now=clock.now())
        return HttpResponse(taken, content_type="text/csv; charset=utf-8")


def _options(text: object) -> dict[str, Any]:  # Any: JSON
    if text in (None, ""):
        return {}
    try:
        read = orjson.loads(str(text))
    except orjson.JSONDecodeError as error:
        raise ValidationError({"options": ["This is not JSON."]}) from error
    if not isinstance(read, dict) or not storable(read):
        raise ValidationError({"options": ["This is not a JSON object."]})
    return read


def _started(ask: Callable[[], Import]) -> Response:
    transfer = ask()
    jobs.start(advance_import, current_tenant_id(), transfer.pk)
    return Response(import_json(transfer), status=202)


def _found(import_id: str, key: ApiKey) -> Import:
    transfer = find_import(import_id)
    if transfer is None:
        raise NotFound(kind="import")
    _check_may(key, transfer.kind)
    return transfer


def _check_may(key: ApiKey, kind: str) -> None:
    """What a file holds is written, and told, only for keys that may do so otherwise: deals for one of deals."""
    if imports.kind_of(kind).capability not in key.capabilities:
        raise PermissionDenied()


def import_json(transfer: Import, *, sample: bool = False) -> dict[str, object]:
    """An import as the contract shows it; with `sample` also the first rows as they were understood."""
    report, reading = transfer.report, transfer.reading
    shown = {
        "id": transfer.public_id,
        "kind": transfer.kind,
        "state": transfer.state,
        "encoding": reading.get("encoding"),
        "delimiter": reading.get("delimiter"),
        "header": reading.get("header"),
        "rows": transfer.rows,
        "progress": round(transfer.handled / transfer.rows, 4) if transfer.rows else 0,
        "handled": transfer.handled,
        **{name: report.get(name, 0) for name in COUNTS},
        "fields": report.get("fields", {}),
        "reasons": report.get("reasons", {}),
        "errors": report.get("sample", []),
        "withheld": report.get("notes", {}).get("withheld", 0),
        "kept": report.get("kept", 0),
        "options": transfer.options,
        "problem": transfer.problem,
        "created_at": transfer.created_at,
        "finished_at": transfer.finished_at,
    }
    return {**shown, "sample": imports.first_rows(transfer, SAMPLE)} if sample else shown
