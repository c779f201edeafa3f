"""Lists kept as members set them up: named ones, shared with the team or not, and each member's own habits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from leads.models import SavedView
from ma_platform import audit
from ma_platform.errors import DomainError, NotFound
from ma_platform.tenancy.models import User

NAME_LIMIT = 60
MOST_VIEWS = 50
Json = dict[str, Any]  # Any: JSON


class ViewRefused(DomainError):
    """A view cannot be kept like this."""

    code = "view_refused"
    message = _("%(reason)s")


def save_view(
    name: str,
    view: Mapping[str, Any],  # Any: JSON
    *,
    by: User,
    now: datetime,
    shared: bool = False,
    subject: str = "leads",
) -> SavedView:
    """Keep a list under a name. Raises ViewRefused: no name, a name of theirs already, or too many."""
    called = _name(name)
    if SavedView.objects.filter(owner=by, subject=subject).count() > MOST_VIEWS:
        raise ViewRefused(reason=_("You have too many views. Delete one first."))
    try:
        with transaction.atomic():
            made: SavedView = SavedView.objects.create(
                owner=by, subject=subject, name=called, shared=shared, view=dict(view), created_at=now, updated_at=now
            )
    except IntegrityError as taken:
        raise ViewRefused(reason=_("You already have a view of this name.")) from taken
    _told("view.saved", made, by, now)
    return made


def edit_view(public_id: str, name: str, *, shared: bool, by: User, now: datetime) -> SavedView:
    """Rename a view of theirs, share it or keep it to themselves. Raises NotFound and ViewRefused."""
    view = _own_view(public_id, by=by)
    try:
        with transaction.atomic():
            SavedView.objects.filter(pk=view.pk).update(name=_name(name), shared=shared, updated_at=now)
    except IntegrityError as taken:
        raise ViewRefused(reason=_("You already have a view of this name.")) from taken
    _told("view.changed", view, by, now)
    return view


def keep_view(public_id: str, shown: Mapping[str, Any], *, by: User, now: datetime) -> SavedView:  # Any: JSON
    """Let a view of theirs hold what the list shows now. Raises NotFound and ViewRefused."""
    view = _own_view(public_id, by=by)
    SavedView.objects.filter(pk=view.pk).update(view=dict(shown), updated_at=now)
    return view


def delete_view(public_id: str, *, by: User, now: datetime, anybodys: bool = False) -> None:
    """Drop a view of theirs, or, with `anybodys`, one that a colleague shares. Raises NotFound and ViewRefused."""
    view = _seen_view(public_id, by=by) if anybodys else _own_view(public_id, by=by)
    view.delete()
    _told("view.deleted", view, by, now)


def arrange(view: str, columns: Sequence[str], *, by: User, now: datetime, subject: str = "leads") -> None:
    """Remember this member's columns in a view; none at all: as the view has them."""
    habits = _habits(by, subject, now)
    kept = {key: value for key, value in (habits.view.get("columns") or {}).items() if key != view}
    _keep(habits, {**habits.view, "columns": {**kept, view: list(columns)} if columns else kept}, now)


def open_with(public_id: str, *, by: User, now: datetime, subject: str = "leads") -> None:
    """Have the list open with this view; "" for everybody."""
    habits = _habits(by, subject, now)
    _keep(habits, {**habits.view, "opens": public_id}, now)


def _own_view(public_id: str, *, by: User) -> SavedView:
    view = _seen_view(public_id, by=by)
    if view.owner_id != by.pk:
        raise ViewRefused(reason=_("Only the person who made a view can change it."))
    return view


def _seen_view(public_id: str, *, by: User) -> SavedView:
    """A named view this member sees: their own, or one a colleague shares. Raises NotFound."""
    seen = SavedView.objects.filter(Q(owner=by) | Q(shared=True), public_id=public_id).exclude(name="")
    found: SavedView | None = seen.first()
    if found is None:
        raise NotFound(kind="view")
    return found


def _name(name: str) -> str:
    called = " ".join(name.split())[:NAME_LIMIT]
    if not called:
        raise ViewRefused(reason=_("Give the view a name."))
    return called


def _habits(by: User, subject: str, now: datetime) -> SavedView:
    SavedView.objects.bulk_create(
        [SavedView(owner=by, subject=subject, name="", created_at=now, updated_at=now)], ignore_conflicts=True
    )
    found: SavedView = SavedView.objects.select_for_update().get(owner=by, subject=subject, name="")
    return found


def _keep(habits: SavedView, view: Json, now: datetime) -> None:
    SavedView.objects.filter(pk=habits.pk).update(view=view, updated_at=now)


def _told(verb: str, view: SavedView, by: User, now: datetime) -> None:
    audit.record(by, verb, view.public_id, at=now, name=view.name, shared=view.shared)
