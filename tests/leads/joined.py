"""Two people with everything that can hang on one, and dumps of them to compare."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import orjson

from leads.actions import ConsentInput, LeadInput, add_tag, edit_lead, record_consent, upsert_lead
from leads.actions.segments import build, create_segment, put
from leads.models import Lead, Note, Segment
from lifecycle import actions as lifecycle
from lifecycle.models import Deal, DealLead
from ma_platform.db import sql
from mailing.models import Message, Suppression
from nurturing.models import Flow, FlowVersion, Run
from scoring.actions import rescore
from tracking.actions import SubjectRef, bind_visitor, record
from tracking.catalogue import Event

TABLES = {
    "leads_lead": "id",
    "leads_leadtag": "lead_id",
    "leads_leadidentifier": "lead_id",
    "leads_consent": "lead_id",
    "leads_fieldhistory": "lead_id",
    "leads_note": "lead_id",
    "leads_segmentmember": "lead_id",
    "leads_segmentoverride": "lead_id",
    "scoring_score": "lead_id",
    "lifecycle_position": "lead_id",
    "lifecycle_transition": "lead_id",
    "lifecycle_deallead": "lead_id",
    "mailing_message": "lead_id",
    "nurturing_run": "lead_id",
    "capture_submission": "lead_id",
    "tracking_visitor": "lead_id",
    "tracking_binding": "lead_id",
    "tracking_event": "lead_id",
    "tracking_daily": "lead_id",
}
# When a row was last touched, and the number of a rollup's row, are not about anybody.
NOT_ABOUT_THEM = {"leads_lead": "updated_at", "tracking_daily": "id", "scoring_score": "computed_at"}


def dump(lead: Lead, *, until: datetime | None = None) -> dict[str, list[Any]]:
    """Every row about a person, by table; of the log what had happened before `until`."""
    return {table: _rows(table, column, lead.pk, until) for table, column in TABLES.items()}


def _rows(table: str, column: str, pk: int, until: datetime | None) -> list[Any]:
    bound = f"AND row.occurred_at < '{until.isoformat()}'" if until and table == "tracking_event" else ""
    bound = f"AND row.last_at < '{until.isoformat()}'" if until and table == "tracking_daily" else bound
    text = f"""SELECT to_jsonb(row) - '{NOT_ABOUT_THEM.get(table, "id of nothing")}' FROM {table} AS row
                WHERE row.tenant_id = %(tenant_id)s AND row.{column} = %(pk)s {bound}"""
    return sorted(
        (orjson.loads(row) if isinstance(row, str) else row for row in sql.run(text, pk=pk).values()), key=str
    )


def person(name: str, now: datetime, **said: Any) -> Lead:
    lead_id = upsert_lead(LeadInput(email=f"{name}@x.example", **said), by=None, now=now).lead_id
    return Lead.objects.get(pk=lead_id)


def again(lead: Lead) -> Lead:
    return Lead.objects.get(pk=lead.pk)


def equip(lead: Lead, browser: str, now: datetime, *, topic: str = "news") -> None:
    """Everything that hangs on a person."""
    add_tag([lead.pk], "both", now=now)
    add_tag([lead.pk], browser, now=now)
    record_consent([ConsentInput(lead.pk, topic)], now=now - timedelta(days=30))
    Note.objects.create(lead=lead, text=browser, at=now)
    visit(browser, now - timedelta(days=2))
    bind_visitor(browser, lead.pk, "form", now - timedelta(days=1))
    visit(browser, now - timedelta(hours=3))
    record(Event.TOUCHPOINT_CALL, lead=lead.pk, at=now - timedelta(hours=5))
    record(Event.SEMINAR_ATTENDED, lead=lead.pk, at=now - timedelta(hours=4))
    rescore([lead.pk], now=now)


def visit(browser: str, at: datetime, path: str = "/pricing") -> None:
    record(Event.PAGE_VIEWED, visitor=browser, at=at, subject=SubjectRef("page", f"https://x.example{path}"))


def flow(now: datetime) -> FlowVersion:
    made = Flow.objects.create(name_ja="f", name_en="f", draft={}, created_at=now, updated_at=now)
    return FlowVersion.objects.create(flow=made, no=1, document={}, published_at=now)


def run(version: FlowVersion, lead: Lead, now: datetime) -> Run:
    times = {"entered_at": now, "step_entered_at": now, "pace_from": now, "wake_at": now + timedelta(days=1)}
    return Run.objects.create(flow=version.flow, version=version, lead=lead, step="s1", **times)


def deal(leads: Sequence[Lead], now: datetime, name: str) -> Deal:
    made = Deal.objects.create(external_id=name, name=name, created_at=now, updated_at=now)
    DealLead.objects.bulk_create(DealLead(deal=made, lead=lead) for lead in leads)
    return made


def two(now: datetime) -> tuple[Lead, Lead]:
    """A survivor and the one to stand aside, with things in common and things of their own."""
    keep = person("keep", now - timedelta(days=40), last_name="山田", company="株式会社山形", external_ids={"crm": "1"})
    drop = person(
        "drop",
        now - timedelta(days=50),
        last_name="山田",
        first_name="太郎",
        phone="03-1234-5678",
        job_title="部長",
        external_ids={"crm": "2", "sfa": "9"},
    )
    equip(keep, "keep-browser", now)
    equip(drop, "drop-browser", now)
    version = flow(now)
    run(version, keep, now)
    run(version, drop, now)
    run(flow(now), drop, now)
    deal([keep, drop], now, "both")
    deal([drop], now, "theirs")
    lifecycle.move_stage([keep.pk], "nurturing", now=now)
    lifecycle.move_stage([drop.pk], "sql", now=now)
    return again(keep), again(drop)


__all__ = ["Message", "Segment", "Suppression", "build", "create_segment", "edit_lead", "put"]
