"""The mail addresses of a person: the main one, to which mails go, and the others they are known by."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from leads.models import Lead, Merge
from ma_platform.db import sql
from ma_platform.tenancy.reach import everybody


@dataclass(frozen=True, slots=True)
class FurtherAddress:
    """An address besides the main one. source: who stated it, "" where it is the address of a person who was joined,
    `joined`. theirs: it was added to this person, and did not come with somebody; undoing that takes it away."""

    email: str
    source: str
    added_at: datetime
    joined: str
    theirs: bool

    @property
    def movable(self) -> bool:
        """Whether it may become the main one, or be taken off; what a join brought goes away with its undoing."""
        return bool(self.source) and self.theirs


def further_addresses(lead: Lead) -> list[FurtherAddress]:
    """The oldest first."""
    with everybody():  # rows that stand aside have no owner who reaches them
        return sql.typed(ADDRESSES, FurtherAddress, lead_id=lead.pk)


def other_addresses(lead_ids: Collection[int]) -> dict[int, list[str]]:
    """Addresses besides the main one, of those who have any. One statement."""
    with everybody():
        return dict(sql.run(OTHERS, ids=list(lead_ids)).rows) if lead_ids else {}


def find_further(lead: Lead, email_key: str) -> Merge | None:
    """What binds this further address to the person, with its row as `drop`; None for one that cannot be moved."""
    with everybody():
        found = Merge.objects.filter(undone_at=None, keep=lead, drop__merged_into=lead, drop__email_key=email_key)
        bound: Merge | None = found.exclude(address_source="").select_related("drop").first()
        return bound


def find_holder(*, email_key: str) -> int | None:
    """Whose address this is, main or further: the number of the person who stands today, in reach or not."""
    with everybody():
        row = Lead.objects.filter(email_key=email_key).values_list("pk", "merged_into_id").first()
    return (row[1] or row[0]) if row else None


def find_by_further(*, start: str, limit: int) -> list[int]:
    """Who has a further address that begins so, or at this domain; whether they are in reach the caller asks."""
    with everybody():
        found: list[int] = sql.run(BY_FURTHER, start=start, limit=limit).values()
        return found


def find_bound(row: Lead) -> Merge | None:
    """What binds this row, if it is nothing but a further address of somebody."""
    bound: Merge | None = Merge.objects.filter(drop=row, undone_at=None).exclude(address_source="").first()
    return bound


ADDRESSES = """
    SELECT aside.email, joining.address_source AS source, joining.at AS added_at,
           joining.keep_id = %(lead_id)s AS theirs,
           CASE joining.address_source WHEN '' THEN aside.public_id ELSE holder.public_id END AS joined
      FROM leads_lead AS aside
      JOIN leads_merge AS joining
        ON joining.tenant_id = %(tenant_id)s AND joining.drop_id = aside.id AND joining.undone_at IS NULL
      JOIN leads_lead AS holder ON holder.tenant_id = %(tenant_id)s AND holder.id = joining.keep_id
     WHERE aside.tenant_id = %(tenant_id)s AND aside.merged_into_id = %(lead_id)s AND aside.email <> ''
     ORDER BY joining.at, joining.id
"""
BY_FURTHER = """
    SELECT DISTINCT aside.merged_into_id FROM leads_lead AS aside
     WHERE aside.tenant_id = %(tenant_id)s AND aside.merged_into_id IS NOT NULL
       AND (aside.email_key ^@ %(start)s OR aside.email_domain = %(start)s)
     LIMIT %(limit)s
"""
OTHERS = """
    SELECT aside.merged_into_id, array_agg(aside.email ORDER BY aside.id) FROM leads_lead AS aside
     WHERE aside.tenant_id = %(tenant_id)s AND aside.merged_into_id = ANY (%(ids)s::bigint[]) AND aside.email <> ''
     GROUP BY 1
"""
