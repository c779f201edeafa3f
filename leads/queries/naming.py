"""Names of people for pages of rooms below: tracking shows whose a browser is without knowing leads."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import get_language

from leads.queries.reading import survivors
from ma_platform.db import sql
from ma_platform.ui.formats import person_name
from ma_platform.ui.slots import Person


@dataclass(frozen=True, slots=True)
class _Row:
    id: int
    public_id: str
    email: str
    last_name: str
    first_name: str
    company: str


def named(ids: Collection[int]) -> dict[int, Person]:
    """Who these leads are, by number; those who are gone are missing. One query."""
    rows = sql.typed(NAMES, _Row, ids=sorted(ids))
    return {row.id: Person(_name(row), row.company, reverse("leads:page", args=[row.public_id])) for row in rows}


def number_of(public_id: str) -> int | None:
    """The number of the lead with this public id, or of who stands for them; None for a missing or foreign one."""
    return survivors([public_id]).get(public_id)


def _name(row: _Row) -> str:
    language = get_language() or "ja"
    name = person_name(last_name=row.last_name, first_name=row.first_name, email=row.email, language=language)
    return name or row.public_id


NAMES = """
    SELECT lead.id, lead.public_id, lead.email, lead.last_name, lead.first_name, coalesce(company.name, '') AS company
      FROM leads_lead AS lead
      LEFT JOIN leads_company AS company ON company.tenant_id = lead.tenant_id AND company.id = lead.company_id
     WHERE lead.tenant_id = %(tenant_id)s AND lead.id = ANY (%(ids)s::bigint[])
"""
