"""What a file of people or companies can say: our columns, the workspace's attributes, and those of the rooms above."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from psycopg2.sql import SQL, Composable, Literal

from leads.models import Attribute
from leads.queries.sensitive import is_withheld
from ma_platform.tenancy.permissions import Capability
from ma_platform.ui import slots

Text = str | Promise
RANKED = "job_rank"


@dataclass(frozen=True, slots=True)
class ExportColumn:
    """A column: SQL over `lead`, `company`, `owner` or `parent`, or (`load`) a column of a room above."""

    key: str
    label: Text
    sql: Composable | None = None
    load: slots.Column | None = None


def _own(key: str, label: Text, text: str) -> ExportColumn:
    return ExportColumn(key, label, SQL(text))


_TAGS = """(SELECT string_agg(tag.name, ';' ORDER BY tag.name) FROM leads_leadtag AS worn
             JOIN leads_tag AS tag ON tag.tenant_id = %(tenant_id)s AND tag.id = worn.tag_id
            WHERE worn.tenant_id = %(tenant_id)s AND worn.lead_id = lead.id)"""
_EXTERNAL = """(SELECT min(identifier.value) FROM leads_leadidentifier AS identifier
                 WHERE identifier.tenant_id = %(tenant_id)s AND identifier.lead_id = lead.id
                   AND identifier.kind = 'external_id')"""
_DAY = "to_char(lead.{} AT TIME ZONE %(zone)s, 'YYYY-MM-DD HH24:MI:SS')"
OWN = (
    _own("id", _("Lead ID"), "lead.public_id"),
    _own("email", _("E-mail"), "lead.email"),
    _own("last_name", _("Family name"), "lead.last_name"),
    _own("first_name", _("Given name"), "lead.first_name"),
    _own("last_name_kana", _("Family name (kana)"), "lead.last_name_kana"),
    _own("first_name_kana", _("Given name (kana)"), "lead.first_name_kana"),
    _own("company", _("Company"), "company.name"),
    _own("department", _("Department"), "lead.department"),
    _own("job_title", _("Job title"), "lead.job_title"),
    _own("phone", _("Phone"), "lead.phone"),
    _own("prefecture", _("Prefecture"), "lead.prefecture"),
    _own("tags", _("Tags"), _TAGS),
    _own("owner", _("Owner's e-mail address"), "owner.email"),
    _own("external_id", _("External ID"), _EXTERNAL),
    _own(RANKED, _("Rank"), "lead.job_rank"),
    _own("created_at", _("Created"), _DAY.format("created_at")),
    _own("updated_at", _("Updated"), _DAY.format("updated_at")),
)
USUAL = tuple(column.key for column in OWN[1:14])


_PEOPLE = """(SELECT count(*)::int FROM leads_lead AS one
               WHERE one.tenant_id = %(tenant_id)s AND one.company_id = company.id AND one.merged_into_id IS NULL)"""
OWN_OF_COMPANIES = (
    _own("id", _("Company ID"), "company.public_id"),
    _own("name", _("Company name"), "company.name"),
    _own("domain", _("Mail domain"), "company.domain"),
    _own("corporate_number", _("Corporate number"), "company.corporate_number"),
    _own("parent", _("Parent company"), "parent.name"),
    _own("industry", _("Industry"), "company.industry"),
    _own("employees", _("Employees"), "company.employees"),
    _own("prefecture", _("Prefecture"), "company.prefecture"),
    _own("leads", _("Number of people"), _PEOPLE),
    _own("created_at", _("Created"), _DAY.format("created_at").replace("lead.", "company.")),
    _own("updated_at", _("Updated"), _DAY.format("updated_at").replace("lead.", "company.")),
)
USUAL_OF_COMPANIES = tuple(column.key for column in OWN_OF_COMPANIES[1:9])


def offered(can: Collection[Capability]) -> list[ExportColumn]:
    """Every column of people this member may export, ours first."""
    above = [filler.call() for filler in slots.LEAD_COLUMNS.fillers(can)]
    return [one for one in [*OWN, *_attributes("lead"), *_of_rooms(above)] if not is_withheld(one.key)]


def offered_of_companies(can: Collection[Capability]) -> list[ExportColumn]:
    """Every column of companies this member may export, ours first."""
    above = [filler.call() for filler in slots.COMPANY_COLUMNS.fillers(can)]
    every = [*OWN_OF_COMPANIES, *_attributes("company"), *_of_rooms(above)]
    return [one for one in every if not is_withheld(one.key, "company")]


def _attributes(subject: str) -> list[ExportColumn]:
    added = Attribute.objects.filter(subject=subject, archived_at=None).order_by("position", "id")
    value = SQL("{}.attributes -> {}")
    return [
        ExportColumn(f"attributes.{one.key}", one.label, value.format(SQL(subject), Literal(one.key))) for one in added
    ]


def _of_rooms(columns: Sequence[slots.Column]) -> list[ExportColumn]:
    return [ExportColumn(f"room.{one.key}", one.label, load=one) for one in columns]
