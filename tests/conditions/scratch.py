"""Plain tables of the shape the conditions read, in a schema of their own; no other app is needed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Any

from psycopg2.extras import execute_values

from conditions import CREATE_FOLD, LEADS, Compiled, fold

TENANT = 7

TABLES = """
CREATE TABLE leads_company (tenant_id bigint, id bigint, industry text, employees int);
CREATE TABLE leads_listed (tenant_id bigint, lead_id bigint, name text);
CREATE TABLE leads_lead (
    tenant_id bigint, id bigint, company_id bigint, name text, name_key text, department text, email text,
    job_rank smallint, stage text, visits int, ratio float8, last_seen_at timestamptz, contract_day date,
    subscribed boolean, tags text[], attributes jsonb, created_at timestamptz, merged_into_id bigint);
CREATE TABLE tracking_subject (tenant_id bigint, id bigint, name text, path text);
CREATE TABLE tracking_visitor (
    tenant_id bigint, id bigint, lead_id bigint, first_seen_at timestamptz, last_seen_at timestamptz, visits int,
    channel text);
CREATE TABLE tracking_mark (tenant_id bigint, visitor_id bigint, name text);
CREATE TABLE tracking_event (
    tenant_id bigint, id bigserial, visitor_id bigint, lead_id bigint, name smallint, subject_id bigint,
    occurred_at timestamptz, duration int, verdict smallint, props jsonb, session int);
"""


@dataclass(frozen=True)
class Company:
    id: int
    industry: str | None = None
    employees: int | None = None


@dataclass(frozen=True)
class Lead:
    id: int
    created_at: datetime
    company: Company | None = None
    name: str | None = None
    department: str | None = None
    email: str | None = None
    job_rank: int | None = None
    stage: str | None = None
    visits: int | None = None
    ratio: float | None = None
    last_seen_at: datetime | None = None
    contract_day: date | None = None
    subscribed: bool | None = None
    tags: tuple[str, ...] | None = None
    lists: tuple[str, ...] = ()
    attributes: dict[str, Any] = field(default_factory=dict)
    merged_into_id: int | None = None


@dataclass(frozen=True)
class Subject:
    id: int
    name: str | None = None
    path: str | None = None


@dataclass(frozen=True)
class Event:
    lead_id: int | None
    occurred_at: datetime
    name: int = 1
    subject: Subject | None = None
    duration: int | None = None
    verdict: int = 0
    props: dict[str, Any] = field(default_factory=dict)
    visitor_id: int | None = None
    session: int | None = None


@dataclass(frozen=True)
class Visitor:
    """A browser; `lead` is None for an unknown one."""

    id: int
    lead: Lead | None
    first_seen_at: datetime
    last_seen_at: datetime
    visits: int = 1
    channel: str | None = None
    marks: tuple[str, ...] = ()


PLAIN = [each.name for each in fields(Lead) if each.name not in ("company", "tags", "lists", "attributes")]


def load(cursor: Any, leads: list[Lead], events: list[Event], *, tenant: int = TENANT) -> None:
    """Replace everything in the scratch tables."""
    cursor.execute(
        "TRUNCATE leads_company, leads_listed, leads_lead, tracking_subject, tracking_event, tracking_visitor,"
        " tracking_mark"
    )
    add(cursor, leads, events, tenant=tenant)


def load_visitors(cursor: Any, visitors: list[Visitor], events: list[Event]) -> None:
    """Replace everything: these browsers, their people and the events."""
    load(cursor, list({each.lead.id: each.lead for each in visitors if each.lead}.values()), events)
    columns = "tenant_id, id, lead_id, first_seen_at, last_seen_at, visits, channel"
    insert(cursor, f"tracking_visitor ({columns})", [(TENANT, *visitor_row(each)) for each in visitors])
    marks = [(TENANT, each.id, name) for each in visitors for name in each.marks]
    insert(cursor, "tracking_mark (tenant_id, visitor_id, name)", marks)


def visitor_row(one: Visitor) -> tuple[object, ...]:
    return (one.id, one.lead and one.lead.id, one.first_seen_at, one.last_seen_at, one.visits, one.channel)


def add(cursor: Any, leads: list[Lead], events: list[Event], *, tenant: int = TENANT) -> None:
    companies = {lead.company for lead in leads if lead.company}
    subjects = {event.subject for event in events if event.subject}
    insert(cursor, "leads_company (id, industry, employees, tenant_id)", [(*row(each), tenant) for each in companies])
    insert(cursor, "tracking_subject (id, name, path, tenant_id)", [(*row(each), tenant) for each in subjects])
    listed = [(tenant, lead.id, name) for lead in leads for name in lead.lists]
    insert(cursor, "leads_listed (tenant_id, lead_id, name)", listed)
    columns = ", ".join([*PLAIN, "name_key", "company_id", "tags", "attributes", "tenant_id"])
    insert(cursor, f"leads_lead ({columns})", [(*lead_row(lead), tenant) for lead in leads])
    columns = "tenant_id, visitor_id, lead_id, occurred_at, name, subject_id, duration, verdict, props, session"
    insert(cursor, f"tracking_event ({columns})", [(tenant, *event_row(event)) for event in events])


def row(one: Company | Subject) -> tuple[object, ...]:
    return tuple(getattr(one, each.name) for each in fields(one))


def lead_row(lead: Lead) -> tuple[object, ...]:
    return (
        *(getattr(lead, name) for name in PLAIN),
        None if lead.name is None else fold(lead.name),
        lead.company and lead.company.id,
        None if lead.tags is None else list(lead.tags),
        json.dumps(lead.attributes),
    )


def event_row(event: Event) -> tuple[object, ...]:
    subject = event.subject and event.subject.id
    props = json.dumps(event.props)
    happened = (event.occurred_at, event.name, subject, event.duration, event.verdict, props)
    return (event.visitor_id, event.lead_id, *happened, event.session)


def insert(cursor: Any, target: str, rows: Sequence[tuple[object, ...]]) -> None:
    if rows:
        execute_values(cursor, f"INSERT INTO {target} VALUES %s", rows)


def found(cursor: Any, compiled: Compiled, **params: object) -> set[int]:
    """Ids of the leads for whom it holds; fails when it is NULL for anybody."""
    return found_among(cursor, "lead", LEADS.rows, compiled, **params)


def found_among(cursor: Any, alias: str, rows: str, compiled: Compiled, **params: object) -> set[int]:
    cursor.execute(
        f"SELECT {alias}.id, {compiled.sql} FROM {rows} WHERE {alias}.tenant_id = %(tenant_id)s",
        {"tenant_id": TENANT, **compiled.params, **params},
    )
    results = dict(cursor.fetchall())
    assert None not in results.values(), compiled.sql
    return {lead for lead, result in results.items() if result}


def prepare(cursor: Any) -> None:
    """Make the tables, empty, in a schema that stays the first this connection looks in."""
    cursor.execute("CREATE SCHEMA scratch_conditions; SET search_path = scratch_conditions")
    cursor.execute(TABLES)
    cursor.execute(CREATE_FOLD)
