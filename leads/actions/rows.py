"""Rows of leads_lead locked, read and written as JSON: what a merge and its undoing share."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import orjson
from psycopg2.sql import SQL, Identifier

from leads.actions.left_behind import look_at_left
from leads.actions.upsert import Actor
from leads.joining import GROUPS, PREFIX, TRACES, Row
from leads.models import Company, FieldHistory
from leads.titles import rank_key
from ma_platform.db import sql
from ma_platform.tenancy.models import User

Changes = Mapping[str, Any]  # Any: JSON, by column; attributes as "attributes.KEY", None takes one away


def lock_rows(lead_ids: Collection[int]) -> dict[int, Row]:
    """These people, locked in the order of their numbers, as JSON. References from other tables may still be made."""
    sql.run(LOCK, ids=sorted(set(lead_ids)))
    return read_rows(lead_ids)


def read_rows(lead_ids: Collection[int]) -> dict[int, Row]:
    """These people as JSON, those who are there."""
    rows = sql.run(READ, ids=sorted(set(lead_ids))).rows
    return {pk: orjson.loads(row) if isinstance(row, str) else row for pk, row in rows}


def change_rows(keep: Row, drop: Row, of_keep: Changes, of_drop: Changes, *, now: datetime) -> None:
    """Write both. An address given from one to the other is nobody's for a moment: it names one row only."""
    moving = [row["id"] for row, changes in ((keep, of_keep), (drop, of_drop)) if "email_key" in changes]
    if moving:  # only whoever is given an address below: the other one keeps the one they have
        sql.run(FREE_ADDRESSES, ids=moving)
    _write(keep, of_keep, now)
    _write(drop, of_drop, now)
    look_at_left(_left(keep, of_keep) | _left(drop, of_drop))


def _left(row: Row, changes: Changes) -> set[int]:
    """The company this person leaves by it."""
    present = row["company_id"]
    return {present} if present is not None and changes.get("company_id", present) != present else set()


def _write(row: Row, changes: Changes, now: datetime) -> None:
    columns = {name: value for name, value in changes.items() if not name.startswith(PREFIX)}
    own = {name.removeprefix(PREFIX): value for name, value in changes.items() if name.startswith(PREFIX)}
    after = {**row["attributes"], **own}
    columns["attributes"] = {key: value for key, value in after.items() if value is not None}
    columns["updated_at"] = now.isoformat()
    sets = SQL(", ").join(SQL("{name} = new.{name}").format(name=Identifier(name)) for name in sorted(columns))
    sql.run(SQL(WRITE).format(sets=sets), id=row["id"], row=orjson.dumps(columns).decode())


def note_values(row: Row, changes: Changes, *, source: str, by: Actor, now: datetime) -> None:
    """The new values in the history of the survivor's fields."""
    user_id = by.pk if isinstance(by, User) else None
    lines = [
        FieldHistory(lead_id=row["id"], field=name, value=shown, source=source, at=now, by_id=user_id)
        for name, shown in _shown(changes).items()
    ]
    FieldHistory.objects.bulk_create(lines)


def shown_values(row: Row) -> dict[str, str]:
    """The values of one person as a member reads them, by field of `GROUPS`, and "attributes.KEY"."""
    own = {f"{PREFIX}{key}": value for key, value in row["attributes"].items()}
    parts = _shown({**{column: row[column] for columns in GROUPS.values() for column in columns}, **own})
    joined = {name: " ".join(filter(None, (parts.pop(part, "") for part in GROUPS[name]))) for name in ("name", "kana")}
    return {**joined, **parts}


def _shown(changes: Changes) -> dict[str, str]:
    parts = {column for columns in GROUPS.values() for column in columns if not column.endswith(("_key", "_id"))}
    found = {name: _text(name, value) for name, value in changes.items() if name in parts or name.startswith(PREFIX)}
    found.pop("email_domain", None)
    found.pop("email_kind", None)
    if "company_id" in changes:
        company = Company.objects.filter(pk=changes["company_id"]).first()
        found["company"] = company.name if company else ""
    if "owner_id" in changes:
        owner = User.objects.filter(pk=changes["owner_id"]).first()
        found["owner"] = owner.email if owner else ""
    return found


def _text(name: str, value: object) -> str:
    if name == "job_rank":
        return rank_key(int(str(value))) or "" if value is not None else ""
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)


def put_back_columns(now: Row, remembered: Mapping[str, list[Any]]) -> tuple[dict[str, Any], list[str]]:
    """What of {column: [before, after]} is still as it was left: the values to write, and what was edited since."""
    back: dict[str, Any] = {}  # Any: JSON
    edited: list[str] = []
    for column, (before, after) in remembered.items():
        if column == "last_seen_at" or _present(now, column) == after:  # what they did since is counted anew
            back[column] = before
        elif column not in TRACES:
            edited.append(column)
    if "email_key" in edited:  # the domain stays with its address, also where it is the one of before
        back = {column: value for column, value in back.items() if column not in GROUPS["email"]}
    return back, edited


def _present(row: Row, column: str) -> object:
    if column.startswith(PREFIX):
        return row["attributes"].get(column.removeprefix(PREFIX))
    return row[column]


LOCK = """
    SELECT id FROM leads_lead WHERE tenant_id = %(tenant_id)s AND id = ANY (%(ids)s::bigint[])
     ORDER BY id FOR NO KEY UPDATE
"""
# A statement of its own: it must see what those wrote who held the locks before.
READ = """
    SELECT lead.id, to_jsonb(lead) FROM leads_lead AS lead
     WHERE lead.tenant_id = %(tenant_id)s AND lead.id = ANY (%(ids)s::bigint[])
"""
FREE_ADDRESSES = """
    UPDATE leads_lead SET email_key = NULL WHERE tenant_id = %(tenant_id)s AND id = ANY (%(ids)s::bigint[])
"""
WRITE = """
    UPDATE leads_lead AS lead SET {sets} FROM jsonb_populate_record(NULL::leads_lead, %(row)s::jsonb) AS new
     WHERE lead.tenant_id = %(tenant_id)s AND lead.id = %(id)s
"""
