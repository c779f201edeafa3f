"""Files of deals going out, with the columns an import of deals reads."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from psycopg2.sql import SQL

from leads.actions.exports import ExportColumn, ExportKind, register
from leads.queries.selection import Selected
from leads.queries.sensitive import is_withheld
from lifecycle.actions.deal_files import FIELDS
from lifecycle.models import Deal
from ma_platform.tenancy.permissions import Capability

_PEOPLE = """(SELECT string_agg(nullif(lead.email, ''), ';' ORDER BY part.id)
                FROM lifecycle_deallead AS part
                JOIN leads_lead AS lead ON lead.tenant_id = %(tenant_id)s AND lead.id = part.lead_id
               WHERE part.tenant_id = %(tenant_id)s AND part.deal_id = deal.id)"""
_PRODUCTS = "(SELECT string_agg(product, ';') FROM jsonb_array_elements_text(deal.products) AS product)"
_AT = "to_char(deal.{} AT TIME ZONE %(zone)s, 'YYYY-MM-DD HH24:MI:SS')"
_SQL = {
    "lead_email": _PEOPLE,
    "company": "company.name",
    "amount": "trim_scale(deal.amount)",
    "closed_at": _AT.format("closed_at"),
    "products": _PRODUCTS,
}
COLUMNS = (
    *(ExportColumn(key, label, SQL(_SQL.get(key, f"deal.{key}"))) for key, label, _words in FIELDS),
    ExportColumn("id", _("Deal ID"), SQL("deal.public_id")),
    ExportColumn("created_at", _("Created"), SQL(_AT.format("created_at"))),
    ExportColumn("updated_at", _("Updated"), SQL(_AT.format("updated_at"))),
)
DEALS = """
    SELECT deal.id{columns}
      FROM lifecycle_deal AS deal
      LEFT JOIN leads_company AS company ON company.tenant_id = %(tenant_id)s AND company.id = deal.company_id
     WHERE deal.tenant_id = %(tenant_id)s AND deal.id > %(after)s {tests}
     ORDER BY deal.id
     LIMIT %(limit)s
"""


def offered(_can: Collection[Capability]) -> list[ExportColumn]:
    """Every column of a deal; without the addresses of its people where they are not shown."""
    return [column for column in COLUMNS if column.key != "lead_email" or not is_withheld("email")]


def _selected(said: Mapping[str, Any], _now: datetime) -> Selected:  # Any: JSON
    if said.get("status") not in Deal.Status.values:
        return Selected(SQL(""), {})
    return Selected(SQL("AND deal.status = %(status)s"), {"status": said["status"]})


def _whom(said: Mapping[str, Any]) -> str:  # Any: JSON
    named = {
        Deal.Status.OPEN: gettext("In progress"),
        Deal.Status.WON: gettext("Won"),
        Deal.Status.LOST: gettext("Lost"),
    }
    return named.get(said.get("status", ""), gettext("All deals"))


register(
    ExportKind(
        key="deals",
        label=_("Deals"),
        capability=Capability.VIEW_DEALS,
        usual=[key for key, _label, _words in FIELDS],
        offered=offered,
        selected=_selected,
        page=DEALS,
        whom=_whom,
        narrowed=("status",),
    )
)
