"""Two people joined, for the walls: one remains and has a further address, one stands aside."""

from __future__ import annotations

from datetime import datetime

from leads.actions import LeadInput, upsert_leads
from leads.actions.addresses import add_address
from leads.actions.merge import merge_leads
from leads.models import Lead
from ma_platform.tenancy.models import User


def make_joined(mark: str, *, by: User, now: datetime) -> dict[str, str]:
    """{"survivor", "aside", "merge", "further"}."""
    said = [LeadInput(email=f"{name}@{mark}.example", last_name=f"{mark}鈴木") for name in ("stays", "aside")]
    made = upsert_leads(said, by=by, now=now)
    keep, drop = (Lead.objects.get(pk=one.lead_id) for one in made)
    merge = merge_leads(keep, drop, by=by, now=now)
    further = f"further@{mark}.example"
    add_address(keep, further, by=by, now=now)
    return {"survivor": keep.public_id, "aside": drop.public_id, "merge": merge.public_id, "further": further}
