"""Who is told: the lead's owner, the sales department, or the workspace's sales address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from leads.queries import leads_by_ids
from ma_platform.tenancy.permissions import Role
from ma_platform.tenancy.queries import alert_address, members

OWNER, DEPARTMENT = "owner", "department"


@dataclass(frozen=True)
class Recipients:
    """Addresses for some leads. `fallback` is the workspace's sales address, else its owner's."""

    owners: dict[int, str]
    sales: tuple[str, ...]
    fallback: str

    def addresses(self, lead_id: int, to: str) -> list[str]:
        """Everybody who is meant by `to`: owner, department, or an address itself; never nobody."""
        if "@" in to:
            return [to]
        if to == DEPARTMENT and self.sales:
            return list(self.sales)
        return [self.owners.get(lead_id, self.fallback) if to == OWNER else self.fallback]

    def address(self, lead_id: int, to: str) -> str:
        """The first of them."""
        return self.addresses(lead_id, to)[0]


def recipients(lead_ids: Sequence[int]) -> Recipients:
    """Who can be told about these leads. Four queries, whatever their number.

    An owner who has left the workspace stays in the lead's history, and is told nothing more.
    """
    owners = {pk: lead.owner_id for pk, lead in leads_by_ids(list(lead_ids)).items() if lead.owner_id}
    here = {member.user_id: member for member in members().filter(user__is_active=True)}
    return Recipients(
        owners={pk: here[owner].user.email for pk, owner in owners.items() if owner in here},
        sales=tuple(member.user.email for member in here.values() if member.role == Role.SALES),
        fallback=alert_address(),
    )
