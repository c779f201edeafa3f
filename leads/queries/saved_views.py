"""Lists as members set them up."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

import orjson

from leads.models import SavedView
from ma_platform.db import sql
from ma_platform.tenancy.models import User

SHOWN_VIEWS = 100
Json = dict[str, Any]  # Any: JSON


@dataclass(frozen=True, slots=True)
class Shelf:
    """The views a member sees, own ones first, and how they arranged the list for themselves.

    habits: {"columns": {view's public id or `all`: [keys]}, "opens": public id of the view they start with}.
    """

    user: User
    views: list[SavedView] = field(default_factory=list)
    habits: Json = field(default_factory=dict)

    def find(self, public_id: str) -> SavedView | None:
        return next((view for view in self.views if view.public_id == public_id), None)

    @property
    def opens(self) -> str:
        """The view the list opens with; "" for everybody."""
        public_id = str(self.habits.get("opens") or "")
        return public_id if self.find(public_id) else ""

    def columns(self, view: str) -> list[str] | None:
        """The columns of this member in a view (`all`: everybody), else those the view was saved with."""
        own = (self.habits.get("columns") or {}).get(view)
        found = self.find(view)
        return own or (found.view.get("columns") if found else None)


def shelf(user: User, *, subject: str = "leads") -> Shelf:
    """One query: a member's own views and what others share."""
    seen = sql.run(SEEN, user=user.pk, subject=subject, most=SHOWN_VIEWS)
    found = [_read(line) for line in seen.dicts()]
    mine = [view for view in found if view.owner_id == user.pk]
    others = [view for view in found if view.owner_id != user.pk and view.name]
    habits: Json = next((view.view for view in mine if not view.name), {})
    return Shelf(user, [*_named(mine), *others], habits)


@dataclass(frozen=True, slots=True)
class ViewName:
    """A view as one refers to it."""

    public_id: str
    name: str


def views_asking(public_id: str) -> list[ViewName]:
    """Views shared with the team whose condition asks about this segment, by name."""
    return sql.typed(ASKING, ViewName, segment=public_id)


ASKING = """
    SELECT view.public_id, view.name FROM leads_savedview AS view
     WHERE view.tenant_id = %(tenant_id)s AND view.shared AND view.name <> ''
       AND jsonb_path_exists(view.view -> 'condition', 'lax $.**.segment ? (@ == $one)',
                             jsonb_build_object('one', %(segment)s::text))
     ORDER BY view.name, view.id
"""


# Written out: every page with a list asks it, and putting it together from parts took longer than answering it.
SEEN = """
    SELECT id, tenant_id, public_id, owner_id, subject, name, shared, created_at, updated_at, view
      FROM leads_savedview
     WHERE tenant_id = %(tenant_id)s AND subject = %(subject)s AND (owner_id = %(user)s OR shared)
     ORDER BY name, id
     LIMIT %(most)s
"""


def _read(line: Json) -> SavedView:
    return SavedView(**{**line, "view": orjson.loads(line["view"])})


def _named(views: Collection[SavedView]) -> list[SavedView]:
    return [view for view in views if view.name]
