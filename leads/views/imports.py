"""Files coming in: the list, uploading, choosing columns, trying, running, undoing."""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from leads.actions import imports
from leads.actions.imports import ImportRefused, Options, Upload
from leads.models import Import
from leads.queries import transfers
from leads.tasks import advance_import
from leads.views.import_rows import OUTCOMES, addresses, rows_page
from leads.views.import_shapes import (
    READABLE,
    RunningFile,
    column_policies,
    columns_page,
    posted_options,
    posted_reading,
    result_page,
)
from leads.views.places import placed
from ma_platform import clock, jobs
from ma_platform.api.pages import decode, encode, number_in
from ma_platform.tenancy.permissions import Capability, requires
from ma_platform.tenancy.requests import MemberRequest
from ma_platform.ui.pages import page_or_fragment

STATE_TONES = {"done": "success", "failed": "danger", "undone": "neutral"}
BUSY = ("checking", "waiting", "running", "undoing")


@requires(Capability.IMPORT_LEADS)
@require_GET
@placed
def index(request: MemberRequest) -> HttpResponse:
    """Newest first."""
    cursor = request.GET.get("cursor", "")
    found = transfers.list_imports(after=decode(cursor) if cursor else None, limit=transfers.LISTED + 1)
    rows = found[: transfers.LISTED]
    more = encode(transfers.position(rows[-1])) if len(found) > transfers.LISTED else ""
    kinds = {key: kind.label for key, kind in imports.KINDS.items()}
    lines = [{"row": row, "kind": kinds.get(row.kind, row.kind), **_state(row)} for row in rows]
    return render(request, "leads/imports/list.html", {"lines": lines, "next_cursor": more})


def _state(row: Import) -> dict[str, object]:
    tone = STATE_TONES.get(row.state, "info")
    return {"state": RunningFile.STATES[row.state], "tone": tone, "hrefs": addresses(row, now=clock.now())}


@requires(Capability.IMPORT_LEADS)
@require_http_methods(["GET", "POST"])
def new(request: MemberRequest) -> HttpResponse:
    """Choose a file and what it holds."""
    kinds = [kind for kind in imports.KINDS.values() if kind.capability in request.can]
    kind, file, problem = request.POST.get("kind", kinds[0].key), request.FILES.get("file"), ""
    if request.method == "POST":
        if file is None or kind not in {one.key for one in kinds}:
            problem = _("Please choose a file.")
        else:
            try:
                upload = Upload(file.name or "", file.size or 0, cast(BinaryIO, file.file))
                made = imports.upload_file(upload, kind, by=request.user, now=clock.now())
                return redirect("leads:import", made.public_id)
            except ImportRefused as refused:
                problem = str(refused)
    context = {"kinds": kinds, "kind": kind, "problem": problem}
    return render(request, "leads/imports/new.html", context, status=422 if problem else 200)


@requires(Capability.IMPORT_LEADS)
@require_GET
def page(request: MemberRequest, import_id: str) -> HttpResponse:
    """Where a file is on its way: its columns, its dry run, how far it got, what became of it."""
    transfer = _found(request, import_id)
    if transfer.state in BUSY:
        context: dict[str, object] = {"transfer": transfer, "run": RunningFile(transfer, now=clock.now())}
        return page_or_fragment(request, "leads/imports/busy.html", "leads/imports/_busy.html", context)
    if request.headers.get("HX-Request"):  # a page that waited: what one can do now stands outside of what it swaps
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    if transfer.state == "uploaded" or "columns" in request.GET or (transfer.state == "failed" and _unread(transfer)):
        return _columns(request, transfer)
    return render(request, "leads/imports/result.html", result_page(transfer, now=clock.now()))


def _unread(transfer: Import) -> bool:
    return transfer.finished_at is None


def _columns(
    request: MemberRequest, transfer: Import, *, problem: str = "", posted: Options | None = None
) -> HttpResponse:
    if transfer.state not in READABLE or transfer.finished_at:
        return redirect("leads:import", transfer.public_id)
    try:
        context = columns_page(transfer, chosen=request.GET.get("profile", ""), posted=posted)
    except ImportRefused as refused:
        context = {"transfer": transfer, "unreadable": str(refused)}
    status = 422 if problem else 200
    return render(request, "leads/imports/columns.html", {**context, "problem": problem}, status=status)


@requires(Capability.IMPORT_LEADS)
@require_POST
def read(request: MemberRequest, import_id: str) -> HttpResponse:
    """Read the file another way."""
    return _asked(request, import_id, lambda: imports.read_again(import_id, posted_reading(request.POST)))


@requires(Capability.IMPORT_LEADS)
@require_POST
def columns(request: MemberRequest, import_id: str) -> HttpResponse:
    """Keep what each column is, and try."""
    transfer = _found(request, import_id)
    options: Options | None = None
    try:
        options = posted_options(request.POST, transfer)
        asked = imports.ask_check(import_id, options, now=clock.now())
    except ImportRefused as refused:
        return _columns(request, transfer, problem=str(refused), posted=options)
    if request.POST.get("profile_name", "").strip():
        name = request.POST["profile_name"].strip()
        imports.save_profile(asked, name, by=request.user, now=clock.now())
    jobs.start(advance_import, request.workspace.pk, asked.pk)
    return redirect("leads:import", import_id)


@requires(Capability.IMPORT_LEADS)
@require_GET
def policies(request: MemberRequest, import_id: str, place: int) -> HttpResponse:
    """What may be chosen for a column once it goes to another field."""
    transfer = _found(request, import_id)
    if place >= len(transfer.reading["headers"]):
        raise Http404
    column = column_policies(transfer, place, request.GET.get(f"field-{place}", ""))
    return render(request, "leads/imports/_policies.html", {"column": column})


@requires(Capability.IMPORT_LEADS)
@require_POST
def run(request: MemberRequest, import_id: str) -> HttpResponse:
    """Write what was tried."""
    return _started(request, import_id, lambda: imports.ask_run(import_id, by=request.user, now=clock.now()))


@requires(Capability.IMPORT_LEADS)
@require_POST
def undo(request: MemberRequest, import_id: str) -> HttpResponse:
    """Take it back."""
    return _started(request, import_id, lambda: imports.ask_undo(import_id, by=request.user, now=clock.now()))


@requires(Capability.IMPORT_LEADS)
@require_POST
def stop(request: MemberRequest, import_id: str) -> HttpResponse:
    """Leave off where it is."""
    return _asked(request, import_id, lambda: imports.stop(import_id, by=request.user, now=clock.now()))


@requires(Capability.IMPORT_LEADS)
@require_GET
def rows(request: MemberRequest, import_id: str) -> HttpResponse:
    """Whom or what the rows with one outcome are about."""
    transfer, outcome = _found(request, import_id), request.GET.get("outcome", "")
    if outcome not in OUTCOMES:
        raise Http404
    after = number_in(request.GET.get("cursor", "")) or 0
    return render(request, "leads/imports/rows.html", rows_page(transfer, outcome, after=after, now=clock.now()))


@requires(Capability.IMPORT_LEADS)
@require_GET
def errors(request: MemberRequest, import_id: str) -> HttpResponse:
    """The rows that were not taken, to mend and upload again."""
    transfer = _found(request, import_id)
    taken = imports.take_error_file(transfer, by=request.user, now=clock.now())
    answer = HttpResponse(taken, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{transfer.public_id}-errors.csv"'
    return answer


def _asked(request: MemberRequest, import_id: str, ask: Callable[[], Import]) -> HttpResponse:
    """Do what was asked, or say why not, and show the file."""
    _found(request, import_id)
    try:
        ask()
    except ImportRefused as refused:
        messages.error(request, str(refused))
    return redirect("leads:import", import_id)


def _started(request: MemberRequest, import_id: str, ask: Callable[[], Import]) -> HttpResponse:
    def asked() -> Import:
        transfer = ask()
        jobs.start(advance_import, request.workspace.pk, transfer.pk)
        return transfer

    return _asked(request, import_id, asked)


def _found(request: MemberRequest, import_id: str) -> Import:
    transfer = transfers.find_import(import_id)
    if transfer is None:
        raise Http404
    if (needed := imports.kind_of(transfer.kind).capability) not in request.can:
        raise PermissionDenied(needed)
    return transfer
