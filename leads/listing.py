"""Rows of the lead list as they are drawn: the columns a member chose, of our own, of the workspace, of rooms above."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.drawing import inside, opening, titled, unsaid_cell
from leads.models import Attribute, Lead, LeadTag
from leads.queries import LeadRow
from leads.queries.listing import word_sort
from leads.queries.sensitive import is_withheld
from leads.titles import rank_key
from leads.vocabulary import RANK_LABELS
from ma_platform.tenancy.permissions import Capability
from ma_platform.ui import slots
from ma_platform.ui.addresses import address
from ma_platform.ui.templatetags.ui import ago, moment, number, person_name, short_moment

Cells = Mapping[int, slots.Cell]
MOST_COLUMNS = 30


@dataclass(frozen=True, slots=True)
class ListColumn:
    """A column of the list. `load` answers for the rows of one page with at most one query."""

    key: str
    label: str | Promise
    load: Callable[[Sequence[LeadRow]], Cells]
    sort: str | None = None
    numeric: bool = False
    whole: bool = False  # one line, however narrow the column


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A person with what stands in the cell of every column; `drawn`: their line of the table."""

    lead: LeadRow
    cells: list[SafeString]
    drawn: SafeString


def offered_columns(can: Collection[Capability]) -> list[ListColumn]:
    """Every column this member may choose, in the order they are offered."""
    every = [*OWN[:1], *_above(can), *OWN[1:], *map(_attribute, attributes())]
    return [column for column in every if not is_withheld(column.key)]


def shown_columns(can: Collection[Capability], chosen: Sequence[str] | None = None) -> list[ListColumn]:
    """The chosen columns in their order, without those that are not there (any more); None: the usual ones."""
    if chosen is None:
        above = _above(can)
        return [_OWN["company"], *above, *(_OWN[key] for key in ("owner", "last_seen", "updated"))]
    known = dict(_OWN) | {column.key: column for column in _above(can)}
    if any(key.startswith("attributes.") for key in chosen):
        known |= {column.key: column for column in map(_attribute, attributes())}
    return [_unseen(known[key]) if is_withheld(key) else known[key] for key in chosen if key in known]


def _unseen(column: ListColumn) -> ListColumn:
    """A column of a view whose field this member may not see."""
    return ListColumn(column.key, column.label, lambda rows: {row.id: unsaid_cell() for row in rows})


def shown_rows(
    rows: Sequence[LeadRow],
    columns: Sequence[ListColumn],
    *,
    editable: Collection[str] = (),
    selectable: bool = False,
) -> list[ShownRow]:
    """At most one query per column, whatever the number of rows.

    editable: columns whose cells may be typed over. selectable: people can be ticked.
    """
    loaded = [column.load(rows) if rows else {} for column in columns]
    openings = [
        opening(one.label, numeric=one.numeric, whole=one.whole, key=one.key if one.key in editable else "")
        for one in columns
    ]
    select = _("Select %(name)s") if selectable else ""
    shown: list[ShownRow] = []
    for row in rows:
        cells = [inside(found.get(row.id)) for found in loaded]
        drawn = [f"{begun}{cell}</td>" for begun, cell in zip(openings, cells, strict=True)]
        shown.append(ShownRow(row, cells, SafeString("".join([_person(row, select), *drawn, "</tr>\n"]))))
    return shown


def _person(row: LeadRow, select: str) -> str:
    """The opening tag of the line and its first cell; `select` are the words of a box to tick, "" for none."""
    name, public_id, tick, ours = person_name(row), escape(row.public_id), "", ""
    if select:
        ours = f' data-lead="{public_id}" tabindex="-1"'
        tick = (
            f'<input class="row-tick" type="checkbox" form="bulk" name="lead" value="{public_id}"'
            f' aria-label="{escape(select % {"name": name})}">'
        )
    shown = titled(name, address("leads:page", public_id), row.job_title or row.email)
    return f'<tr{ours}><td><span class="person">{tick}{shown}</span></td>'


def attributes() -> list[Attribute]:
    """The workspace's own fields of people that are in use."""
    return list(Attribute.objects.filter(subject="lead", archived_at=None).order_by("position", "id"))


def _above(can: Collection[Capability]) -> list[ListColumn]:
    """Columns of the rooms above; a sort nobody can serve is left out."""
    return [_added(filler.call()) for filler in slots.LEAD_COLUMNS.fillers(can)]


def _added(column: slots.Column) -> ListColumn:
    sort = column.sort if column.sort and word_sort(column.sort) is not None else None
    return ListColumn(
        column.key, column.label, lambda rows: column.load([row.id for row in rows]), sort, column.numeric
    )


def _plain(
    key: str, label: str | Promise, text: Callable[[LeadRow], str], sort: str | None = None, *, whole: bool = False
) -> ListColumn:
    def load(rows: Sequence[LeadRow]) -> Cells:
        return {row.id: slots.Cell(said) for row in rows if (said := text(row))}

    return ListColumn(key, label, load, sort, whole=whole)


def _companies(rows: Sequence[LeadRow]) -> Cells:
    return {
        row.id: slots.Cell(row.company_name, href=address("leads:company", row.company_public_id or ""))
        for row in rows
        if row.company_name
    }


def _tags(rows: Sequence[LeadRow]) -> Cells:
    worn = LeadTag.objects.filter(lead_id__in=[row.id for row in rows]).order_by("tag__name")
    names: dict[int, list[str]] = {}
    for lead_id, name in worn.values_list("lead_id", "tag__name"):
        names.setdefault(lead_id, []).append(name)
    return {lead_id: slots.Cell(" · ".join(one)) for lead_id, one in names.items()}


def rank_name(rank: int | None) -> str:
    """The rank as people call it; "" for an unknown one."""
    key = None if rank is None else rank_key(rank)
    return str(RANK_LABELS[key]) if key else ""


OWN = (
    ListColumn("company", gettext_lazy("Company"), _companies),
    _plain("job_title", gettext_lazy("Job title"), lambda row: row.job_title),
    _plain("job_rank", gettext_lazy("Rank"), lambda row: rank_name(row.job_rank)),
    _plain("department", gettext_lazy("Department"), lambda row: row.department),
    _plain("email", gettext_lazy("E-mail"), lambda row: row.email),
    _plain("phone", gettext_lazy("Phone"), lambda row: row.phone),
    _plain("prefecture", gettext_lazy("Prefecture"), lambda row: row.prefecture),
    ListColumn("tags", gettext_lazy("Tags"), _tags),
    _plain("owner", gettext_lazy("Lead owner"), lambda row: row.owner_name or "", whole=True),
    _plain(
        "last_seen",
        gettext_lazy("Last seen"),
        lambda row: ago(row.last_seen_at) if row.last_seen_at else "",
        whole=True,
    ),
    _plain("created", gettext_lazy("Created"), lambda row: moment(row.created_at), "created", whole=True),
    _plain("updated", gettext_lazy("Updated"), lambda row: short_moment(row.updated_at), "updated", whole=True),
)
_OWN: Mapping[str, ListColumn] = {column.key: column for column in OWN}


def _attribute(one: Attribute) -> ListColumn:
    labels = {str(choice["key"]): str(choice["label"]) for choice in one.choices or ()}

    def load(rows: Sequence[LeadRow]) -> Cells:
        asked = Lead.objects.filter(pk__in=[row.id for row in rows], attributes__has_key=one.key)
        found = asked.values_list("pk", f"attributes__{one.key}")
        return {pk: slots.Cell(attribute_text(value, labels)) for pk, value in found if value not in (None, "", [])}

    return ListColumn(f"attributes.{one.key}", one.label, load, numeric=one.kind == "number")


def attribute_text(value: object, labels: Mapping[str, str]) -> str:
    """A value of an attribute as people read it."""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, int | float):
        return number(value) if value == int(value) else str(value)
    if isinstance(value, list):
        return " · ".join(labels.get(str(one), str(one)) for one in value)
    return labels.get(str(value), str(value))
