"""Everything that is kept about one person, table by table, for whoever asks what is kept about them.

Each room names what it keeps; a test sees to it that no table which erasing a person reaches is forgotten.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import orjson

from leads.models import Lead
from leads.titles import RANKS
from ma_platform.db import sql
from ma_platform.tenancy.reach import everybody

Json = dict[str, Any]  # Any: JSON


@dataclass(frozen=True, slots=True)
class Person:
    """Who is asked about: the person and all who stand aside for them, the addresses they are known by."""

    lead_ids: list[int]
    public_ids: list[str]
    emails: list[str]
    email_keys: list[str]
    now: datetime


Told = Callable[[Person], Iterator[Json]]


@dataclass(frozen=True, slots=True)
class Part:
    """One list of the export: its name, the tables it tells of, and its rows, all with the same keys."""

    name: str
    tables: tuple[str, ...]
    rows: Told


PARTS: dict[str, Part] = {}
WITHHELD: dict[str, str] = {}  # table: why it says nothing about the person that is not said elsewhere


def at_personal_export(*parts: Part) -> None:
    """Hand these out with everything else that is kept about a person."""
    PARTS.update({part.name: part for part in parts})


def withhold(**tables: str) -> None:
    """Name tables that hold no more about a person than what is handed out already, and say why."""
    WITHHELD.update(tables)


def told_by(statement: str) -> Told:
    """Rows of a statement over `lead_ids`, `public_ids`, `emails`, `email_keys`, `ranks` and `now`, whose only column
    is one JSON object as text.
    """

    def rows(person: Person) -> Iterator[Json]:
        given = asdict(person) | {"ranks": list(RANKS)}
        return (orjson.loads(text) for (text,) in sql.stream(statement, **given))

    return rows


def person_of(lead: Lead, *, now: datetime) -> Person:
    """The person with everybody who was joined with them."""
    with everybody():  # rows that stand aside have no owner who reaches them, or another
        rows = sql.run(STORY, lead_id=lead.pk).rows
    return Person(
        lead_ids=[pk for pk, _id, _email, _key in rows],
        public_ids=[public_id for _pk, public_id, _email, _key in rows],
        emails=[email for _pk, _id, email, _key in rows if email],
        email_keys=[key for _pk, _id, _email, key in rows if key],
        now=now,
    )


STORY = """
    SELECT id, public_id, email, email_key FROM leads_lead
     WHERE tenant_id = %(tenant_id)s AND (id = %(lead_id)s OR merged_into_id = %(lead_id)s)
     ORDER BY merged_into_id NULLS FIRST, id
"""
