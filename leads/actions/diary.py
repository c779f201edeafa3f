"""What colleagues write beside a person: notes, and what is to be done by when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from leads.models import Lead, Note, Todo
from ma_platform import audit
from ma_platform.tenancy.models import User


def add_note(lead: Lead, text: str, *, by: User, now: datetime, pinned: bool = False) -> Note:
    """Keep a colleague's words about a person."""
    made: Note = Note.objects.create(lead=lead, text=text, pinned=pinned, by=by, at=now)
    return made


def edit_note(note: Note, text: str, *, now: datetime) -> None:
    """Other words; the note says that it was changed, and when."""
    Note.objects.filter(pk=note.pk).exclude(text=text).update(text=text, edited_at=now)


def pin_note(note: Note, *, pinned: bool) -> None:
    """Keep a note on top, or let it go."""
    Note.objects.filter(pk=note.pk).update(pinned=pinned)


def delete_note(note: Note, *, by: User, now: datetime) -> None:
    """Remove a note for good; the audit trail says who did."""
    Note.objects.filter(pk=note.pk).delete()
    audit.record(by, "note.deleted", note.public_id, at=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class TodoInput:
    """Something to do. due_on: a day in the workspace's zone, None for some day; assignee: a member's number, None for
    anybody.
    """

    title: str
    due_on: date | None = None
    assignee: int | None = None


def add_todo(lead: Lead, said: TodoInput, *, by: User, now: datetime) -> Todo:
    """Note something to do about a person."""
    made: Todo = Todo.objects.create(
        lead=lead, title=said.title, due_on=said.due_on, assigned_to_id=said.assignee, by=by, at=now
    )
    return made


def edit_todo(todo: Todo, said: TodoInput) -> None:
    """Another title, day or colleague."""
    Todo.objects.filter(pk=todo.pk).update(title=said.title, due_on=said.due_on, assigned_to_id=said.assignee)


def finish_todo(todo: Todo, *, done: bool, now: datetime) -> None:
    """Done, or open again; done twice keeps the first moment."""
    if done:
        Todo.objects.filter(pk=todo.pk, done_at=None).update(done_at=now)
    else:
        Todo.objects.filter(pk=todo.pk).update(done_at=None)


def delete_todo(todo: Todo, *, by: User, now: datetime) -> None:
    """Remove something to do that nobody has to."""
    Todo.objects.filter(pk=todo.pk).delete()
    audit.record(by, "todo.deleted", todo.public_id, at=now)
