"""Notes, things to do and files beside a person."""

from __future__ import annotations

import logging
from typing import cast

from django.contrib import messages
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from leads.actions import diary
from leads.actions.attachments import FileRefused, Upload, delete_file, store_file
from leads.forms import FileForm, NoteForm, TodoForm
from leads.models import Attachment, Lead, Note, Todo
from leads.queries.diary import find_file, find_note, find_todo
from leads.views.found import found_lead
from ma_platform import clock
from ma_platform.tenancy.permissions import Capability, requires
from ma_platform.tenancy.requests import MemberRequest

log = logging.getLogger(__name__)


@requires(Capability.EDIT_LEADS)
@require_POST
def note(request: MemberRequest, lead_id: str) -> HttpResponse:
    """Write a note."""
    lead, form = found_lead(lead_id), NoteForm(request.POST)
    if form.is_valid():
        diary.add_note(lead, form.cleaned_data["text"], by=request.user, now=clock.now())
    else:
        messages.error(request, _("Please write something; a note has at most 5,000 characters."))
    return _back(request, lead)


@requires(Capability.EDIT_LEADS)
@require_POST
def note_edit(request: MemberRequest, lead_id: str, note_id: str) -> HttpResponse:
    """Other words for a note; `pin` and `unpin` only move it."""
    lead = found_lead(lead_id)
    found, form = _note(lead, note_id), NoteForm(request.POST)
    if "pin" in request.POST or "unpin" in request.POST:
        diary.pin_note(found, pinned="pin" in request.POST)
    elif form.is_valid():
        diary.edit_note(found, form.cleaned_data["text"], now=clock.now())
    return _back(request, lead)


@requires(Capability.EDIT_LEADS)
@require_POST
def note_delete(request: MemberRequest, lead_id: str, note_id: str) -> HttpResponse:
    """Remove a note."""
    lead = found_lead(lead_id)
    diary.delete_note(_note(lead, note_id), by=request.user, now=clock.now())
    return _back(request, lead)


@requires(Capability.EDIT_LEADS)
@require_POST
def todo(request: MemberRequest, lead_id: str) -> HttpResponse:
    """Note something to do."""
    lead, form = found_lead(lead_id), TodoForm(request.POST)
    if form.is_valid():
        diary.add_todo(lead, form.todo_input(), by=request.user, now=clock.now())
    else:
        messages.error(request, _("Please say what is to be done; the day as in 2026-11-22."))
    return _back(request, lead)


@requires(Capability.EDIT_LEADS)
@require_POST
def todo_edit(request: MemberRequest, lead_id: str, todo_id: str) -> HttpResponse:
    """Another title, day or colleague; `done` and `open` only tick it."""
    lead = found_lead(lead_id)
    found, form = _todo(lead, todo_id), TodoForm(request.POST)
    if "done" in request.POST or "open" in request.POST:
        diary.finish_todo(found, done="done" in request.POST, now=clock.now())
    elif form.is_valid():
        diary.edit_todo(found, form.todo_input())
    return _back(request, lead)


@requires(Capability.EDIT_LEADS)
@require_POST
def todo_delete(request: MemberRequest, lead_id: str, todo_id: str) -> HttpResponse:
    """Remove something to do."""
    lead = found_lead(lead_id)
    diary.delete_todo(_todo(lead, todo_id), by=request.user, now=clock.now())
    return _back(request, lead)


@requires(Capability.EDIT_LEADS)
@require_POST
def upload(request: MemberRequest, lead_id: str) -> HttpResponse:
    """Keep a file."""
    lead, form = found_lead(lead_id), FileForm(request.POST, request.FILES)
    if form.is_valid():
        sent = form.cleaned_data["file"]
        try:
            store_file(lead, Upload(sent.name, sent.size, sent.file), by=request.user, now=clock.now())
        except FileRefused as refused:
            messages.error(request, str(refused))
    else:
        messages.error(request, _("Please choose a file."))
    return _back(request, lead)


@requires(Capability.VIEW_LEADS)
@require_GET
def file(request: MemberRequest, lead_id: str, file_id: str) -> HttpResponse:
    """A file of the person, to be saved and never shown by the browser itself."""
    kept = _file(found_lead(lead_id), file_id)
    try:
        content = default_storage.open(kept.path)
    except FileNotFoundError as error:
        log.error("the file of %s is not in the storage", kept.public_id)
        raise Http404 from error
    answer = FileResponse(content, as_attachment=True, filename=kept.name, content_type=kept.content_type)
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    return cast(HttpResponse, answer)


@requires(Capability.EDIT_LEADS)
@require_POST
def file_delete(request: MemberRequest, lead_id: str, file_id: str) -> HttpResponse:
    """Remove a file, from the disk too."""
    lead = found_lead(lead_id)
    delete_file(_file(lead, file_id), by=request.user, now=clock.now())
    return _back(request, lead)


def _back(request: MemberRequest, lead: Lead) -> HttpResponse:
    if request.POST.get("to") == "home":
        return redirect("home")
    return redirect(f"{reverse('leads:page', args=[lead.public_id])}?tab=diary")


def _note(lead: Lead, public_id: str) -> Note:
    found = find_note(lead, public_id)
    if found is None:
        raise Http404
    return found


def _todo(lead: Lead, public_id: str) -> Todo:
    found = find_todo(lead, public_id)
    if found is None:
        raise Http404
    return found


def _file(lead: Lead, public_id: str) -> Attachment:
    found = find_file(lead, public_id)
    if found is None:
        raise Http404
    return found
