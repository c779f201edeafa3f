"""What members keep: fields of their own, a note, a to-do, a call, a file, a title without a rank, a day off."""

from __future__ import annotations

from datetime import date, datetime
from io import BytesIO

from leads.actions import LeadInput, upsert_leads
from leads.actions.attachments import Upload, store_file
from leads.actions.attributes import AttributeInput, create_attribute
from leads.actions.diary import TodoInput, add_note, add_todo
from leads.actions.titles import rank_title
from leads.actions.touchpoints import TouchpointInput, record_touchpoint
from leads.models import Lead
from ma_platform.tenancy.models import User
from ma_platform.workspaces.actions.closures import ClosureInput, add_closure
from ma_platform.workspaces.actions.groups import GroupInput, save_group
from tracking.catalogue import Event
from tracking.models import Event as Fact

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def make_kept(mark: str, lead_id: str, *, by: User, now: datetime) -> dict[str, str]:
    """The ids of one of each, beside this person."""
    lead = Lead.objects.get(public_id=lead_id)
    choices = [("a", f"{mark} 甲"), ("b", f"{mark} 乙")]
    said = AttributeInput(label=f"{mark} 業態", kind="choice", key="trade", choices=choices)
    attribute = create_attribute(said, by=by, now=now)
    firm = AttributeInput(label=f"{mark} 格付", kind="text", key="grade", subject="company")
    create_attribute(firm, by=by, now=now)
    stated = LeadInput(email=lead.email, attributes={"trade": "a"})
    odd = LeadInput(email=f"fellow@client.{mark}.example", job_title=f"{mark}フェロー")
    upsert_leads([stated, odd], by=by, now=now)
    rank_title(f"{mark}エバンジェリスト", "manager", by=by, now=now)
    at = now.replace(microsecond=0)
    record_touchpoint(lead, TouchpointInput("call", at, {"note": f"{mark} 電話"}), by=by, now=now)
    call = Fact.objects.get(lead_id=lead.pk, name=Event.TOUCHPOINT_CALL, occurred_at=at)
    closure = ClosureInput(f"{mark} 創立記念日", date(2027, 4, 1), date(2027, 4, 1))
    todo = TodoInput(title=f"{mark} 見積もり", due_on=date(2026, 11, 27), assignee=by.pk)
    group = save_group(None, GroupInput(f"{mark}課", [by.pk]), by=by, now=now)
    return {
        "group": group.public_id,
        "attribute": attribute.public_id,
        "touchpoint": str(call.id),
        "closure": add_closure(closure, by=by, now=now).public_id,
        "note": add_note(lead, f"{mark} 来期に予算", by=by, now=now).public_id,
        "todo": add_todo(lead, todo, by=by, now=now).public_id,
        "file": store_file(lead, Upload(f"{mark}.pdf", len(PDF), BytesIO(PDF)), by=by, now=now).public_id,
    }
