"""People, mails and flows to test with, made through the real actions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from leads.actions import LeadInput, upsert_leads
from mailing.actions import create_email
from mailing.models import Email, Message
from nurturing import actions
from nurturing.actions import Entry
from nurturing.models import Flow, Run
from tracking.actions import record
from tracking.catalogue import CONSUMERS, Event, Fact, Verdict

NOON = datetime.fromisoformat("2026-11-20T03:00:00+00:00")  # Friday, 12:00 in Tokyo
END: dict[str, Any] = {"type": "end"}


def people(count: int, *, now: datetime = NOON, domain: str = "example.co.jp") -> list[int]:
    """Ids of `count` new leads, in order."""
    rows = [LeadInput(email=f"p{n:03}@{domain}", last_name=f"山田{n}") for n in range(count)]
    done = upsert_leads(rows, by=None, now=now)
    return [each.lead_id for each in done if each.lead_id is not None]


def mail(name: str, *, now: datetime = NOON) -> Email:
    """A marketing mail with one link."""
    body = f'<p>{name}</p><p><a href="https://www.example.com/cases/">Cases</a></p>'
    document = {"v": 1, "name": name, "subject": f"{name}のご案内", "body": {"html": body}}
    return create_email(document, by=None, now=now)


def flow(steps: dict[str, Any], *, now: datetime = NOON, publish: bool = True, **head: Any) -> Flow:
    """A flow that starts at its first step, by hand unless `trigger` is given."""
    document = {
        "v": 1,
        "name": "資料請求フォロー",
        "trigger": {"type": "manual"},
        "start": next(iter(steps)),
        "steps": steps,
        **head,
    }
    made = actions.create_flow(document, by=None, now=now)
    if publish:
        actions.publish(made, by=None, now=now)
    return made


def enter(into: Flow, leads: Sequence[int], *, now: datetime = NOON, key: str = "") -> actions.Admission:
    """Let leads in by hand."""
    return actions.enter_leads(into, entries=[Entry(lead_id=lead, key=key) for lead in leads], now=now)


def happen(event: Event, lead: int, *, at: datetime, verdict: Verdict = Verdict.HUMAN, **props: Any) -> Fact:
    """Record a fact and let flows hear it, as the consumer would."""
    key = uuid4()
    record(event, lead=lead, at=at, props=props, id=key)
    fact = Fact(key, 0, None, lead, int(event), None, at, at, None, int(verdict), props)
    CONSUMERS["nurturing"].read([fact], at)
    return fact


def where(run_of: Flow) -> list[tuple[str, str]]:
    """(step, state) of every run of the flow, in order of entry."""
    return list(Run.objects.filter(flow=run_of).order_by("id").values_list("step", "state"))


def queued(email: Email) -> list[int]:
    """Lead ids the mail is queued for."""
    return list(Message.objects.filter(email=email).order_by("id").values_list("lead_id", flat=True))


def wait_for(*items: dict[str, Any], days: int) -> dict[str, Any]:
    """A step that waits for any of the items, then `done`; when time runs out `no`."""
    return {
        "type": "wait_for",
        "any": list(items),
        "timeout": {"days": days},
        "next": "done",
        "on_timeout": "no",
    }


def later(**length: int) -> datetime:
    """So long after NOON."""
    return NOON + timedelta(**length)
