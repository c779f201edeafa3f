"""How the owner of a populated workspace keeps the list: a shared view, and a job that is over and can be undone."""

from __future__ import annotations

from datetime import datetime

from leads.actions import bulk
from leads.actions.saved_views import arrange, save_view
from ma_platform.tenancy.models import User


def make_listing(mark: str, lead: str, *, by: User, now: datetime) -> dict[str, str]:
    """Made and done; their ids by the placeholder's name."""
    view = save_view(f"{mark}ビュー", {"q": mark, "columns": ["email"]}, by=by, now=now, shared=True)
    arrange(view.public_id, ["email", "owner"], by=by, now=now)
    kind = bulk.kind_of("add_tag")
    job = bulk.start_job(kind, kind.read({"tag": f"{mark}一括"}), {"ids": [lead]}, by=by, now=now)
    while bulk.advance(job.pk, now=now):
        pass
    return {"view": view.public_id, "bulk_job": job.public_id}
