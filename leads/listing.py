"""Rows of the lead list as they are drawn: our columns, then those the rooms above add."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from leads.queries import LeadRow
from leads.queries.listing import word_sort
from ma_platform.tenancy.permissions import Capability
from ma_platform.ui import slots
from ma_platform.ui.templatetags.ui import stage_tone


@dataclass(frozen=True, slots=True)
class ShownCell:
    """A cell under its column's heading."""

    column: slots.Column
    cell: slots.Cell | None

    @property
    def tone(self) -> str:
        """The badge's tone; `stage-mql` stands for the colour of that stage."""
        tone = self.cell.tone if self.cell else ""
        return stage_tone(tone.removeprefix("stage-")) if tone.startswith("stage-") else tone


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A person with the cells of every added column."""

    lead: LeadRow
    cells: list[ShownCell]


def shown_columns(can: Collection[Capability]) -> list[slots.Column]:
    """The added columns this member may see; a sort nobody can serve is left out."""
    columns = [filler.call() for filler in slots.LEAD_COLUMNS.fillers(can)]
    return [_sortable(column) for column in columns]


def _sortable(column: slots.Column) -> slots.Column:
    if column.sort is None or word_sort(column.sort) is not None:
        return column
    return slots.Column(column.key, column.label, column.load, None, column.numeric)


def shown_rows(rows: Sequence[LeadRow], columns: Sequence[slots.Column]) -> list[ShownRow]:
    """One query per added column, whatever the number of rows."""
    ids = [row.id for row in rows]
    loaded = [(column, column.load(ids) if ids else {}) for column in columns]
    return [ShownRow(row, [ShownCell(column, cells.get(row.id)) for column, cells in loaded]) for row in rows]
