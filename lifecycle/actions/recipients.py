"""Who is told: the lead's owner, the sales department, or the workspace's sales address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from leads.queries import leads_by_ids
from ma_platform.tenancy.permissions import Role
from ma_platform.tenancy.queries import alert_address, members
from ma_platform.tenancy.reach import reaches_of

OWNER, DEPARTMENT = "owner", "department"


@dataclass(frozen=True)
class Recipients:
    """Addresses for some leads. `fallback` is the workspace's sales address, else its owner's.

    sales: those of the department who see the lead.
    """

    owners: dict[int, str]
    sales: dict[int, tuple[str, ...]]
    fallback: str

    def addresses(self, lead_id: int, to: str) -> list[str]:
        """Everybody who is meant by `to`: owner, department, or an address itself; never nobody."""
        if "@" in to:
            return [to]
        if to == DEPARTMENT and self.sales.get(lead_id):
            return list(self.sales[lead_id])
        return [self.owners.get(lead_id, self.fallback) if to == OWNER else self.fallback]

    def address(self, lead_id: int, to: str) -> str:
        """The first of them."""
        return self.addresses(lead_id, to)[0]


def recipients(lead_ids: Sequence[int]) -> Recipients:
    """Who can be told about these leads. Five queries at most, whatever their number.

    An owner who has left the workspace stays in the lead's history, and is told nothing more.
    """
    owners = {pk: lead.owner_id for pk, lead in leads_by_ids(list(lead_ids)).items()}
    here = {member.user_id: member for member in members().filter(user__is_active=True)}
    sales = [member for member in here.values() if member.role == Role.SALES]
    limits = reaches_of(sales)
    return Recipients(
        owners={pk: here[owner].user.email for pk, owner in owners.items() if owner in here},
        sales={
            pk: tuple(one.user.email for one in sales if one.pk not in limits or limits[one.pk].includes(owner))
            for pk, owner in owners.items()
        },
        fallback=alert_address(),
    )
