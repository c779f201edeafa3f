"""Notes, things to do and files of people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from leads.models import Attachment, Lead, Note, Todo
from ma_platform.tenancy.models import User

SHOWN = 200  # of each, on the page of one person


@dataclass(frozen=True, slots=True)
class Diary:
    """What colleagues keep beside one person, in three queries."""

    notes: Sequence[Note]
    todos: Sequence[Todo]
    files: Sequence[Attachment]


def diary(lead: Lead) -> Diary:
    """Pinned notes first, then the newest; what is open first, soonest due first; newest files first."""
    return Diary(notes(lead), todos(lead), files(lead))


def notes(lead: Lead, *, limit: int = SHOWN) -> list[Note]:
    """Pinned first, then the newest."""
    return list(Note.objects.filter(lead=lead).select_related("by").order_by("-pinned", "-at", "-id")[:limit])


def todos(lead: Lead, *, open_only: bool = False, limit: int = SHOWN) -> list[Todo]:
    """Open ones first, soonest due first, those without a day behind; done ones newest first."""
    found = Todo.objects.filter(lead=lead).select_related("assigned_to", "by")
    if open_only:
        found = found.filter(done_at=None)
    rows = list(found.order_by("-at", "-id")[:limit])
    for one in rows:
        one.lead = lead  # at hand, so no line of the page asks for it
    return sorted(rows, key=lambda one: (one.done_at is not None, one.due_on or date.max))


def files(lead: Lead) -> list[Attachment]:
    """Newest first."""
    return list(Attachment.objects.filter(lead=lead).select_related("by").order_by("-at", "-id")[:SHOWN])


def my_todos(user: User, *, limit: int) -> list[Todo]:
    """What is open for this member, soonest due first; people who stand aside after a merge are left out."""
    found = Todo.objects.filter(assigned_to=user, done_at=None, lead__merged_into=None)
    return list(found.select_related("lead", "lead__company").order_by("due_on", "id")[:limit])


def find_note(lead: Lead, public_id: str) -> Note | None:
    """A note of this person; None for a missing or foreign one."""
    found: Note | None = Note.objects.filter(lead=lead, public_id=public_id).first()
    return found


def find_todo(lead: Lead, public_id: str) -> Todo | None:
    """Something to do about this person; None for a missing or foreign one."""
    found: Todo | None = Todo.objects.filter(lead=lead, public_id=public_id).first()
    return found


def find_file(lead: Lead, public_id: str) -> Attachment | None:
    """A file of this person; None for a missing or foreign one."""
    found: Attachment | None = Attachment.objects.filter(lead=lead, public_id=public_id).first()
    return found
