"""What a file of people can say: our own columns, the workspace's attributes, and those of the rooms above."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from psycopg2.sql import SQL, Composable, Literal

from leads.models import Attribute
from ma_platform.tenancy.permissions import Capability
from ma_platform.ui import slots

Text = str | Promise
RANKED = "job_rank"


@dataclass(frozen=True, slots=True)
class ExportColumn:
    """A column: SQL over `lead` and `company`, or (`load`) a column of a room above."""

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


def offered(can: Collection[Capability]) -> list[ExportColumn]:
    """Every column this member may export, ours first."""
    added = Attribute.objects.filter(subject="lead", archived_at=None).order_by("position", "id")
    attributes = [
        ExportColumn(f"attributes.{one.key}", one.label, SQL("lead.attributes -> {}").format(Literal(one.key)))
        for one in added
    ]
    above = [filler.call() for filler in slots.LEAD_COLUMNS.fillers(can)]
    return [*OWN, *attributes, *(ExportColumn(f"room.{one.key}", one.label, load=one) for one in above)]


def chosen(keys: Sequence[str], can: Collection[Capability]) -> list[ExportColumn]:
    """The named columns in the order asked for; what is not offered (any more) is left out."""
    known = {column.key: column for column in offered(can)}
    return [known[key] for key in keys if key in known]
