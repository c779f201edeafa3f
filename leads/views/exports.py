"""Files going out: a member's own, and asking for one."""

from __future__ import annotations

import json
from typing import Any, cast

from django.contrib import messages
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from conditions import ConditionRefused, describe, parse
from leads.actions import exports
from leads.actions.exports import KINDS, ExportKind, ExportRefused
from leads.files import FORMATS
from leads.models import Export
from leads.queries import transfers
from leads.queries.sensitive import withheld_labels
from leads.tasks import begin_export
from leads.views.places import placed
from ma_platform import clock, jobs
from ma_platform.api.pages import decode, encode
from ma_platform.tenancy.permissions import Capability, requires
from ma_platform.tenancy.requests import MemberRequest
from ma_platform.ui.pages import page_or_fragment

FORMAT_NAMES = {
    "csv": gettext_lazy("CSV (UTF-8)"),
    "csv_cp932": gettext_lazy("CSV (Shift_JIS, for old Excel)"),
    "xlsx": gettext_lazy("Excel (XLSX)"),
}
STATES = {
    "waiting": (gettext_lazy("Waiting"), "info"),
    "running": (gettext_lazy("Being written"), "info"),
    "done": (gettext_lazy("Ready"), "success"),
    "failed": (gettext_lazy("Failed"), "danger"),
    "expired": (gettext_lazy("Expired"), "neutral"),
}
MOST_IDS = 10_000


@requires(Capability.EXPORT_LEADS)
@require_GET
@placed
def index(request: MemberRequest) -> HttpResponse:
    """The member's own exports, newest first."""
    cursor = request.GET.get("cursor", "")
    found = transfers.list_exports(request.user, after=decode(cursor) if cursor else None, limit=transfers.LISTED + 1)
    rows = found[: transfers.LISTED]
    context = {
        "lines": [_line(row) for row in rows],
        "kinds": [kind for kind in KINDS.values() if kind.capability in request.can],
        "busy": any(row.state in ("waiting", "running") for row in rows),
        "next_cursor": encode(transfers.position(rows[-1])) if len(found) > transfers.LISTED else "",
    }
    return page_or_fragment(request, "leads/exports/list.html", "leads/exports/_list.html", context)


def _line(row: Export) -> dict[str, object]:
    state, tone = STATES[row.state]
    rows = cache.get(exports.progress_key(row.public_id), 0) if row.state == "running" else row.rows
    return {
        "row": row,
        "state": state,
        "tone": tone,
        "rows": rows,
        "format": FORMAT_NAMES[row.format],
        "kind": KINDS[row.kind].label,
    }


@requires(Capability.EXPORT_LEADS)
@require_http_methods(["GET", "POST"])
def new(request: MemberRequest) -> HttpResponse:
    """Choose columns and format for the people of a list, or with `kind` of KINDS for something else."""
    stated = request.POST if request.method == "POST" else request.GET
    kind, problem = KINDS.get(stated.get("kind", "leads"), KINDS["leads"]), ""
    if kind.capability not in request.can:
        raise PermissionDenied
    selection: dict[str, Any] = {"ids": []}  # Any: JSON; nobody, as long as it is not understood
    try:
        selection = _selection(stated, kind)
        if request.method == "POST":
            columns, form = request.POST.getlist("columns"), request.POST.get("format", "")
            made = exports.start_export(
                selection, columns=columns, form=form, by=request.user, now=clock.now(), kind=kind.key
            )
            jobs.start(begin_export, request.workspace.pk, made.pk)
            return redirect("leads:exports")
    except ExportRefused as refused:
        problem = str(refused)
    context = {
        "kind": kind,
        "columns": [(one.key, one.label, one.key in kind.usual) for one in kind.offered(request.can)],
        "formats": [(key, FORMAT_NAMES[key]) for key in FORMATS],
        "selection": json.dumps(selection, ensure_ascii=False),
        "whom": _whom(kind, selection),
        "unseen": _(", ").join(withheld_labels()),
        "problem": problem,
    }
    return render(request, "leads/exports/new.html", context, status=422 if problem else 200)


def _selection(stated: Any, kind: ExportKind) -> dict[str, Any]:  # Any: QueryDict; JSON
    """Whom the page was asked for: `selection` as JSON, or the address of a list. Raises ExportRefused."""
    try:
        read = json.loads(stated.get("selection") or "{}")
        condition = json.loads(stated.get("condition") or "null") or read.get("condition")
        if condition:
            parse(condition)
    except (ValueError, AttributeError, ConditionRefused) as broken:
        raise ExportRefused(reason=_("This list is not understood.")) from broken
    ids = stated.getlist("ids") or read.get("ids")
    if ids is not None:
        if not ids or not isinstance(ids, list) or len(ids) > MOST_IDS or not all(isinstance(one, str) for one in ids):
            raise ExportRefused(reason=_("This list is not understood."))
        return {"ids": ids}
    narrowed = {name: str(value)[:200] for name in kind.narrowed if (value := stated.get(name) or read.get(name))}
    return {"q": str(stated.get("q") or read.get("q") or "")[:200], "condition": condition, **narrowed}


def _whom(kind: ExportKind, selection: dict[str, Any]) -> str:  # Any: JSON
    if kind.whom:
        return kind.whom(selection)
    if selection.get("ids") is not None:
        return _("%(count)s chosen people") % {"count": len(selection["ids"])}
    parts = (
        [describe(parse(selection["condition"]), locale=get_language() or "ja")] if selection.get("condition") else []
    )
    if selection.get("q"):
        parts.append(_("Search: %(text)s") % {"text": selection["q"]})
    return " / ".join(parts) or _("Everybody")


@requires(Capability.EXPORT_LEADS)
@require_GET
def file(request: MemberRequest, export_id: str) -> HttpResponse:
    """The file itself, for who asked for it, while it lives."""
    export, now = transfers.find_export(export_id), clock.now()
    if export is not None and export.by_id != request.user.pk:
        messages.error(request, _("This file is only for the member who asked for it."))
        return redirect("leads:exports")
    if export is None or export.state != Export.State.DONE or export.expires_at is None or export.expires_at <= now:
        raise Http404
    if not default_storage.exists(export.path):
        raise Http404
    exports.note_download(export, by=request.user, now=now)
    form = FORMATS[export.format]
    name = f"{export.kind}-{export.created_at:%Y%m%d-%H%M}.{form.extension}"
    content = default_storage.open(export.path)
    answer = FileResponse(content, as_attachment=True, filename=name, content_type=form.content_type)
    return cast(HttpResponse, answer)
