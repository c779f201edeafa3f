"""What can be written to a file: people or companies, each with its columns and whom a selection means."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from leads.actions.exports.columns import (
    USUAL,
    USUAL_OF_COMPANIES,
    ExportColumn,
    offered,
    offered_of_companies,
)
from leads.queries.companies import selected_companies
from leads.queries.selection import Selected, selected
from ma_platform.tenancy.permissions import Capability


@dataclass(frozen=True, slots=True)
class ExportKind:
    """`page` reads rows by number after `after`: the number, then {columns}, of those that pass {tests}."""

    key: str
    label: str | Promise
    usual: Sequence[str]
    offered: Callable[[Collection[Capability]], list[ExportColumn]]
    selected: Callable[[Mapping[str, Any], datetime], Selected]  # Any: JSON
    page: str

    def chosen(self, keys: Sequence[str], can: Collection[Capability]) -> list[ExportColumn]:
        """The named columns in the order asked for; what is not offered (any more) is left out."""
        known = {column.key: column for column in self.offered(can)}
        return [known[key] for key in keys if key in known]


PEOPLE = """
    SELECT lead.id{columns}
      FROM leads_lead AS lead
      LEFT JOIN leads_company AS company ON company.tenant_id = %(tenant_id)s AND company.id = lead.company_id
      LEFT JOIN tenancy_user AS owner ON owner.id = lead.owner_id
     WHERE lead.tenant_id = %(tenant_id)s AND lead.id > %(after)s {tests}
     ORDER BY lead.id
     LIMIT %(limit)s
"""
COMPANIES = """
    SELECT company.id{columns}
      FROM leads_company AS company
      LEFT JOIN leads_company AS parent ON parent.tenant_id = %(tenant_id)s AND parent.id = company.parent_id
     WHERE company.tenant_id = %(tenant_id)s AND company.id > %(after)s {tests}
     ORDER BY company.id
     LIMIT %(limit)s
"""
KINDS = {
    one.key: one
    for one in (
        ExportKind("leads", _("Leads"), USUAL, offered, lambda said, now: selected(said, now=now), PEOPLE),
        ExportKind(
            "companies",
            _("Companies"),
            USUAL_OF_COMPANIES,
            offered_of_companies,
            lambda said, _now: selected_companies(said),
            COMPANIES,
        ),
    )
}
