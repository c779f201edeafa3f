"""Event names of a workspace's own: one in use, one ignored, and the addresses of both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ma_platform.tenancy.permissions import Capability as C
from tests.walls.shape import Row
from tracking.actions import add_event_name, ignore_event_names

if TYPE_CHECKING:
    from tests.walls.populated import Tenant

NAME, IGNORED = {"name_id": "$event_name"}, {"name_id": "$ignored_name"}
NAMING = (
    Row("tracking:event_names", query={"state": "live"}, GET=C.VIEW_TRACKING),
    Row("tracking:event_name_new", body={"name": "new_name"}, GET=C.EDIT_TRACKING, POST=C.EDIT_TRACKING),
    Row("tracking:event_names_ignore", body={"names": "$event_name"}, POST=C.EDIT_TRACKING),
    Row("tracking:event_name", NAME, {"label": "予約"}, GET=C.VIEW_TRACKING, POST=C.EDIT_TRACKING),
    Row("tracking:event_name_ignore", NAME, POST=C.EDIT_TRACKING),
    Row("tracking:event_name_bring_back", IGNORED, POST=C.EDIT_TRACKING),
    Row("api:event_names", body={"name": "new_name"}, GET=C.VIEW_TRACKING, POST=C.EDIT_TRACKING),
    Row("api:event_name", NAME, {"label": "予約"}, GET=C.VIEW_TRACKING, PATCH=C.EDIT_TRACKING),
    Row("api:event_name_ignore", NAME, POST=C.EDIT_TRACKING),
    Row("api:event_name_bring_back", IGNORED, POST=C.EDIT_TRACKING),
)


def make_naming(tenant: Tenant) -> None:
    by, now, mark = tenant.made.owner, tenant.now, tenant.mark
    name, ignored = (add_event_name(f"{mark}_{one}", label=mark, by=by, now=now) for one in ("booked", "noise"))
    ignore_event_names([ignored.public_id], by=by, now=now)
    tenant.ids |= {"event_name": name.public_id, "ignored_name": ignored.public_id}
