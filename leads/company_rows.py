"""Companies ready to be drawn: sums the rooms above add, pairs side by side, everybody's moments with a name."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from leads.attributes import Definition, Value, kept_text, shown_value
from leads.drawing import inside, opening, titled, unsaid
from leads.duplicates import Compared
from leads.filters import ALL
from leads.models import Company, CompanySuggestion
from leads.moments import Moment, days
from leads.queries.attributes import definitions
from leads.queries.companies import SENIOR, CompanyRow, Rollup
from leads.queries.company_likes import Like
from leads.queries.company_pairs import people_of_companies
from leads.queries.company_past import Changed, company_past
from leads.queries.sensitive import is_withheld
from ma_platform.tenancy.permissions import Capability
from ma_platform.ui import slots
from ma_platform.ui.addresses import address
from ma_platform.ui.templatetags.ui import ago, duration, number, short_moment
from tracking.queries import Entry

REASONS = {
    "number": _("same corporate number"),
    "name": _("same name"),
    "other_form": _("but another legal form"),
    "spelling": _("almost the same spelling"),
    "kana_english": _("same sound in kana and in English"),
    "domain": _("same mail domain"),
    "alias": _("the mail domain is the other's name"),
}
FIELDS = (
    ("domain", _("Mail domain")),
    ("corporate_number", _("Corporate number")),
    ("industry", _("Industry")),
    ("employees", _("Employees")),
    ("prefecture", _("Prefecture")),
)


@dataclass(frozen=True, slots=True)
class Sum:
    """A cell under its column's heading."""

    column: slots.Column
    cell: slots.Cell | None


@dataclass(frozen=True, slots=True)
class Stat:
    """A number on the page of a company, and the list of the people it is made of."""

    label: str
    value: str
    href: str = ""
    hint: str = ""


def stats_of(company: Company, rollup: Rollup, can: Collection[Capability]) -> list[Stat]:
    """What its people add up to, with what rooms above add. One query a column."""
    _columns, (sums,) = sums_of([company], can)
    read = {"event": "page_viewed", "within": {"days": 30}}
    senior = {"field": "lead.job_rank", "op": "gte", "value": SENIOR}
    seconds, days = duration(rollup.visible_seconds), gettext("last 30 days")
    return [
        Stat(gettext("Number of people"), number(rollup.leads), people_of(company)),
        Stat(gettext("Directors and above"), number(rollup.decision_makers), people_of(company, senior)),
        *(_stat(company, one) for one in sums),
        Stat(gettext("Time on pages"), seconds, people_of(company, read) if rollup.visible_seconds else "", days),
    ]


def _stat(company: Company, found: Sum) -> Stat:
    if found.cell is None:
        return Stat(str(found.column.label), "—")
    return Stat(str(found.column.label), found.cell.value, people_of(company, found.cell.asks))


def people_of(company: Company, asks: Mapping[str, object] | None = None) -> str:
    """The address of the list of its people, of those who meet a condition."""
    here = {"field": "company.name", "op": "eq", "value": company.name}
    condition = json.dumps({"all": [here, asks] if asks else [here]}, ensure_ascii=False)
    return f"{reverse('leads:list')}?{urlencode({'view': ALL, 'condition': condition})}"


def sums_of(
    companies: Sequence[CompanyRow | Company], can: Collection[Capability]
) -> tuple[list[slots.Column], list[list[Sum]]]:
    """The added columns this member may see, and each company's cells. One query a column."""
    columns = [filler.call() for filler in slots.COMPANY_COLUMNS.fillers(can)]
    ids = [_id(company) for company in companies]
    loaded = [(column, column.load(ids) if ids else {}) for column in columns]
    return columns, [[Sum(column, cells.get(_id(company))) for column, cells in loaded] for company in companies]


def drawn_companies(
    companies: Sequence[CompanyRow], can: Collection[Capability]
) -> tuple[list[slots.Column], SafeString]:
    """The added columns, and the lines of the table."""
    columns, sums = sums_of(companies, can)
    industry, people = opening(gettext("Industry")), opening(gettext("Number of people"), numeric=True)
    added = [opening(column.label, numeric=column.numeric) for column in columns]
    seen, updated = opening(gettext("Last seen"), whole=True), opening(gettext("Updated"), whole=True)
    openings = [industry, people, *added, seen, updated]
    return columns, SafeString("".join(_line(one, found, openings) for one, found in zip(companies, sums, strict=True)))


def _line(company: CompanyRow, sums: Sequence[Sum], openings: Sequence[str]) -> str:
    beneath = f"{company.parent_name} · {company.domain}" if company.parent_name else company.domain
    cells = [
        slots.Cell(company.industry),
        slots.Cell(number(company.leads)),
        *(one.cell for one in sums),
        slots.Cell(ago(company.last_seen_at)) if company.last_seen_at else None,
        slots.Cell(short_moment(company.updated_at)),
    ]
    drawn = "".join(f"{begun}{inside(cell)}</td>" for begun, cell in zip(openings, cells, strict=True))
    name = titled(company.name, address("leads:company", company.public_id), beneath)
    return f"<tr><td>{name}</td>{drawn}</tr>\n"


def _id(company: CompanyRow | Company) -> int:
    found: int = company.pk if isinstance(company, Company) else company.id
    return found


@dataclass(frozen=True, slots=True)
class CompanyPair:
    """A suggestion as its card shows it."""

    suggestion: CompanySuggestion
    reasons: str
    fields: list[Compared]


@dataclass(frozen=True, slots=True)
class LikeRow:
    """A company that may be the one somebody adds, and why."""

    like: Like
    reasons: str


def like_rows(found: Sequence[Like]) -> list[LikeRow]:
    return [LikeRow(like, reason_text(like.match.reasons)) for like in found]


def pair_rows(found: Sequence[CompanySuggestion]) -> list[CompanyPair]:
    """Suggestions with what both companies say; fields empty in both are left out. One query."""
    people = people_of_companies([pk for pair in found for pk in (pair.one_id, pair.other_id)]) if found else {}
    return [CompanyPair(pair, reason_text(pair.reasons), _fields(pair, people)) for pair in found]


def _fields(pair: CompanySuggestion, people: dict[int, int]) -> list[Compared]:
    def text(company: Company, name: str) -> str:
        value = getattr(company, name)
        return "" if value is None else str(value)

    said = [(gettext(label), text(pair.one, name), text(pair.other, name)) for name, label in FIELDS]
    said.append((gettext("Number of people"), *(str(people.get(pk, 0)) for pk in (pair.one_id, pair.other_id))))  # type: ignore[arg-type]  # two
    return [Compared(label, a, b, a == b) for label, a, b in said if a or b]


def reason_text(reasons: Iterable[str]) -> str:
    """reason_text(["domain"]) == "same mail domain" in English."""
    known = [reason for reason in REASONS if reason in set(reasons)]
    return gettext(", ").join(gettext(REASONS[reason]) for reason in known)


@dataclass(frozen=True, slots=True)
class TheirMoment:
    """A moment and whose it is."""

    moment: Moment
    who: slots.Person | None


@dataclass(frozen=True, slots=True)
class TheirDay:
    """What everybody did on one local day, newest first."""

    day: date
    moments: list[TheirMoment]


def moments_of(entries: Sequence[Entry]) -> list[TheirDay]:
    """Entries of several people by local day, each with its person. One query for the names."""
    people = slots.people([entry.lead_id for entry in entries])
    return [
        TheirDay(day.day, [TheirMoment(moment, people.get(moment.entry.lead_id or 0)) for moment in day.moments])
        for day in days(entries)
    ]


@dataclass(frozen=True, slots=True)
class FieldPast:
    """A field with what it was given, the newest first, as people read it."""

    label: str
    lines: list[Changed]

    @property
    def last(self) -> Changed:
        return self.lines[0]


PAST_FIELDS = (("name", _("Company name")), *FIELDS, ("parent", _("Parent company")))
TRUTH = {"true": _("Yes"), "false": _("No")}


def past_rows(company: Company) -> list[FieldPast]:
    """The fields whose past is known, the workspace's own ones last."""
    past = company_past(company)
    fields: list[tuple[str, str, Callable[[Value], str]]] = [
        *((name, gettext(label), kept_text) for name, label in PAST_FIELDS),
        *((one.name, one.label, partial(_worded, one)) for one in definitions("company").values()),
    ]
    return [
        FieldPast(label, [replace(line, before=told(line.before), after=told(line.after)) for line in past[name]])
        for name, label, told in fields
        if name in past
    ]


def _worded(definition: Definition, value: Value) -> str:
    text = shown_value(definition, value)
    return gettext(TRUTH.get(text, text)) if text and definition.kind == "boolean" else text


def attribute_rows(company: Company) -> list[tuple[str, str]]:
    """(label, value) of the workspace's own fields that are set."""
    known = definitions("company", archived=False)
    kept = company.attributes
    told = {key: shown_value(one, kept[key]) for key, one in known.items() if kept.get(key) is not None}
    told |= {key: unsaid() for key in known if is_withheld(f"attributes.{key}", "company")}
    return [(one.label, told[key]) for key, one in known.items() if key in told]
