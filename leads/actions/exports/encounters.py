"""Files of offline touchpoints, as an import of touchpoints reads them: one row each, of the people of a list."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from psycopg2.sql import SQL, Literal

from leads.actions.exports.columns import OWN, ExportColumn
from leads.actions.exports.kinds import ExportKind, register
from leads.actions.imports.encounters import ENCOUNTERS, LABELS, PROPERTIES
from leads.queries.selection import Selected, selected
from leads.queries.sensitive import is_withheld
from ma_platform.tenancy.permissions import Capability

_KIND = SQL("CASE told.name {} END").format(
    SQL(" ").join(SQL("WHEN {} THEN {}").format(Literal(int(event)), Literal(key)) for key, event in ENCOUNTERS.items())
)
_AT = SQL("to_char(told.occurred_at AT TIME ZONE %(zone)s, 'YYYY-MM-DD HH24:MI:SS')")
_WHO = {"id": "lead", "email": "email", "last_name": "last_name", "first_name": "first_name", "company": "company"}
COLUMNS = (
    *(ExportColumn(_WHO[one.key], one.label, one.sql) for one in OWN if one.key in _WHO),
    ExportColumn("kind", LABELS["kind"], _KIND),
    ExportColumn("at", LABELS["at"], _AT),
    *(ExportColumn(name, LABELS[name], SQL("told.props ->> {}").format(Literal(name))) for name in PROPERTIES),
)
# A page is people with all their touchpoints: who has any is known by day, and the log is read by person. Counts stay
# when the log lets go of its events, so there may be nothing left to tell of somebody, or of a whole page.
TOLD = """
    SELECT lead.id{columns}, told.id IS NOT NULL
      FROM (SELECT lead.* FROM leads_lead AS lead
             WHERE lead.tenant_id = %(tenant_id)s AND lead.id > %(after)s {tests}
               AND EXISTS (SELECT FROM tracking_daily AS counted
                            WHERE counted.tenant_id = %(tenant_id)s AND counted.lead_id = lead.id
                              AND counted.name = ANY(%(touchpoints)s::smallint[]))
             ORDER BY lead.id
             LIMIT %(limit)s) AS lead
      LEFT JOIN tracking_event AS told
        ON told.tenant_id = %(tenant_id)s AND told.lead_id = lead.id AND told.verdict = 0
       AND told.name = ANY(%(touchpoints)s::smallint[])
      LEFT JOIN leads_company AS company ON company.tenant_id = %(tenant_id)s AND company.id = lead.company_id
     ORDER BY lead.id, told.occurred_at, told.id
"""


def offered(_can: Collection[Capability]) -> list[ExportColumn]:
    """Every column of a touchpoint."""
    return [column for column in COLUMNS if not is_withheld(column.key)]


def _selected(said: Mapping[str, Any], now: datetime) -> Selected:  # Any: JSON
    people = selected(said, now=now)
    return Selected(people.tests, {**people.params, "touchpoints": [int(event) for event in ENCOUNTERS.values()]})


register(
    ExportKind(
        key="touchpoints",
        label=_("Touchpoints"),
        capability=Capability.VIEW_LEADS,
        usual=[column.key for column in COLUMNS],
        offered=offered,
        selected=_selected,
        page=TOLD,
        sparse=True,
    )
)
