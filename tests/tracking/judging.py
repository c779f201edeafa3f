"""Visits and mails for the tests of judging: through the collector's core and the doors' own verb, into the log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ma_platform.db import sql
from ma_platform.tenancy.models import Workspace
from ma_platform.tenancy.scope import tenant_scope
from tests.tracking.collecting import NOW, send
from tests.tracking.labelled.sequences import WINDOWS
from tracking.actions import Agent, SubjectRef, accept_fact, drain
from tracking.catalogue import Event, Verdict
from tracking.collector import wiring
from tracking.collector.buckets import Buckets
from tracking.collector.core import Core
from tracking.collector.keys import KeyTable, Sender, Table

START = NOW - timedelta(hours=2)


@dataclass(frozen=True)
class Did:
    """Something a browser states `at` seconds after START, on page `page`; `ms` of visible time on leaving."""

    at: float
    what: str = "view"
    page: int = 0
    ms: int = 0


def browse(workspace: Workspace, visitor: str, deeds: Sequence[Did], *, ua: str = WINDOWS) -> None:
    """State what this browser did and write it to the log."""
    keys = KeyTable(lambda: Table({workspace.write_key: Sender(workspace.pk)}), lambda key: None)
    keys.refresh()
    core = Core(keys, Buckets(500, 5_000))
    messages = [_message(visitor, did) for did in deeds]
    for first in range(0, len(messages), 400):
        body = {"batch": messages[first : first + 400]}
        entries = send("/v1/batch", body, key=workspace.write_key, headers={"user-agent": ua}, using=core)
        wiring.keeper().keep(entries)
    drain(now=NOW)


def _message(visitor: str, did: Did) -> dict[str, object]:
    at = (START + timedelta(seconds=did.at)).isoformat()
    page = {"url": f"https://acme.jp/{did.page}", "title": f"P{did.page}"}
    body = {"anonymousId": visitor.ljust(16, "0"), "timestamp": at, "context": {"page": page}}
    if did.what == "view":
        return {**body, "type": "page"}
    event = {"left": "page_left"}.get(did.what, did.what)
    properties = {"visible_ms": did.ms} if did.what == "left" else {"href": "https://out.example/x"}
    return {**body, "type": "track", "event": event, "properties": properties}


def mail_hit(
    workspace: Workspace,
    lead: int,
    at: float,
    *,
    link: str = "https://acme.jp/lp",
    opened: bool = False,
    hidden: bool = False,
    message: str = "msg_1",
    ua: str = WINDOWS,
    ip: str = "126.5.6.7",
) -> Verdict:
    """An open or click `at` seconds after delivery, which was at START; returns the first impression."""
    name, about = (
        (Event.EMAIL_OPENED, SubjectRef("email", "eml_1"))
        if opened
        else (Event.EMAIL_CLICKED, SubjectRef("link", link))
    )
    found = accept_fact(
        workspace.pk,
        name,
        {"message": message, "email": "eml_1"},
        at=START + timedelta(seconds=at),
        lead_id=lead,
        subject=about,
        agent=Agent(ua=ua, ip=ip),
        delivered_at=START,
        hidden=hidden,
    )
    drain(now=NOW)
    return found


def verdicts(workspace: Workspace, *names: Event) -> list[int]:
    """Verdicts of these events (all when none is named), in order of time."""
    with tenant_scope(workspace):
        return sql.run(VERDICTS, names=[int(name) for name in names]).values()


def reasons(workspace: Workspace) -> set[str]:
    with tenant_scope(workspace):
        return {one for found in sql.run(REASONS).values() for one in found}


def days(workspace: Workspace) -> list[tuple[object, ...]]:
    """The rollup: (name, subject, count, visible_ms), in a fixed order."""
    with tenant_scope(workspace):
        return sql.run(DAYS).rows


def counted_anew(workspace: Workspace) -> list[tuple[object, ...]]:
    """What the rollup should be, counted from the log."""
    with tenant_scope(workspace):
        return sql.run(ANEW).rows


def told(workspace: Workspace) -> list[tuple[int, dict[str, object]]]:
    """(lead, properties) of every VERDICT_CHANGED."""
    with tenant_scope(workspace):
        return sql.run(TOLD).rows


def moment(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


VERDICTS = """
    SELECT verdict FROM tracking_event
     WHERE tenant_id = %(tenant_id)s AND name <> 46
       AND (cardinality(%(names)s::smallint[]) = 0 OR name = ANY (%(names)s::smallint[]))
     ORDER BY occurred_at, id
"""
REASONS = "SELECT reasons FROM tracking_event WHERE tenant_id = %(tenant_id)s"
DAYS = """
    SELECT lead_id, visitor_id, name, subject_id, day, count, visible_ms::bigint, first_at, last_at FROM tracking_daily
     WHERE tenant_id = %(tenant_id)s AND name <> 46 ORDER BY 1, 2, 3, 4, 5
"""
ANEW = """
    SELECT lead_id, visitor_id, CASE name WHEN 2 THEN 1 ELSE name END, subject_id,
           (occurred_at AT TIME ZONE 'Asia/Tokyo')::date, (count(*) FILTER (WHERE name <> 2))::int,
           coalesce(sum(duration), 0)::bigint, min(occurred_at), max(occurred_at)
      FROM tracking_event
     WHERE tenant_id = %(tenant_id)s AND verdict = 0 AND name <> 46
     GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
"""
TOLD = """
    SELECT lead_id, props::text FROM tracking_event
     WHERE tenant_id = %(tenant_id)s AND name = 46 ORDER BY txid, lead_id
"""
