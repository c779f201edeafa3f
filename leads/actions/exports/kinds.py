"""What can be written to a file: one kind is its columns and what a selection means; rooms above register their own."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
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
    """`page` reads rows by number after `after`: the number, then {columns}, of those that pass {tests}. `sparse`: it
    has a row of everybody on the page, and the last column says whether the row tells anything.

    `capability`: what a member needs beside that of exporting. `narrowed`: words of its list's address that a
    selection keeps, beside q, condition and ids. `whom`: a selection for people, where it is not one of leads.
    """

    key: str
    label: str | Promise
    capability: Capability
    usual: Sequence[str]
    offered: Callable[[Collection[Capability]], list[ExportColumn]]
    selected: Callable[[Mapping[str, Any], datetime], Selected]  # Any: JSON
    page: str
    whom: Callable[[Mapping[str, Any]], str] | None = None  # Any: JSON
    narrowed: tuple[str, ...] = ()
    sparse: bool = False

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
KINDS: dict[str, ExportKind] = {}


def register(kind: ExportKind) -> None:
    """Offer one more kind of file."""
    KINDS[kind.key] = kind


def _of_list(selection: Mapping[str, Any]) -> str:  # Any: JSON
    q = selection.get("q")
    return gettext("Search: %(text)s") % {"text": q} if q else gettext("All companies")


register(
    ExportKind(
        key="leads",
        label=_("Leads"),
        capability=Capability.VIEW_LEADS,
        usual=USUAL,
        offered=offered,
        selected=lambda said, now: selected(said, now=now),
        page=PEOPLE,
    )
)
register(
    ExportKind(
        key="companies",
        label=_("Companies"),
        capability=Capability.VIEW_LEADS,
        usual=USUAL_OF_COMPANIES,
        offered=offered_of_companies,
        selected=lambda said, _now: selected_companies(said),
        page=COMPANIES,
        whom=_of_list,
    )
)
