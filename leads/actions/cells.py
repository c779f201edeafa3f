"""One value of one person changed in the list: refused when somebody else changed it meanwhile.

Rooms above register theirs: `cells.register(CellKind("stage", …))`. As text, a choice is its key, and commas part tags;
a tag with a comma of its own stands in quotation marks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from leads.actions.edit import edit_lead
from leads.actions.tags import remove_tag, tag_leads
from leads.attributes import PREFIX, Definition, kept_text
from leads.entry import TAG_LIMIT, LeadInput, clean_text
from leads.models import Lead, LeadTag
from leads.queries.attributes import definitions
from leads.queries.sensitive import is_withheld
from leads.refusals import LeadRefused, worded
from ma_platform.errors import DomainError, NotFound
from ma_platform.tenancy.models import User
from ma_platform.tenancy.permissions import Capability
from ma_platform.tenancy.queries import members

Text = str | Promise
Choices = Sequence[tuple[str, str]]
SEPARATORS = re.compile(r"[,、,;；\n]")
# A word in quotation marks, doubled inside, up to the next separator or the end; or everything up to a separator.
WORD = re.compile(r'\s*"((?:[^"]|"")*)"\s*(?=[,、,;；\n]|$)|([^,、,;；\n]+)')


class StaleCell(DomainError):
    """Somebody changed the value since it was shown; `now` is what it is."""

    code = "stale_cell"
    status = 409
    message = _("Somebody changed this meanwhile. It now says: %(now)s")


class CellRefused(DomainError):
    """The value cannot be kept."""

    code = "cell_refused"
    message = _("%(reason)s")


@dataclass(frozen=True, slots=True)
class CellKind:
    """How a column is changed in place. `write` may raise DomainError."""

    key: str
    label: Text
    capability: Capability
    read: Callable[[Lead], str]
    write: Callable[[Lead, str, User, datetime], object]
    shape: Literal["text", "choice", "words"] = "text"
    options: Callable[[], Choices] = tuple


_kinds: dict[str, CellKind] = {}


def register(kind: CellKind) -> CellKind:
    """Let a column be changed in the list."""
    _kinds[kind.key] = kind
    return kind


def editable(columns: Collection[str], can: Collection[Capability]) -> frozenset[str]:
    """Those of the columns this member may change in place."""
    may = {key for key, kind in _kinds.items() if kind.capability in can}
    if Capability.EDIT_LEADS in can:
        may |= {key for key in columns if key.startswith(PREFIX)}
    return frozenset(key for key in may & set(columns) if not is_withheld(key))


def cell_kind(key: str) -> CellKind:
    """How this column is changed; `attributes.KEY` is a field of the workspace.

    Raises NotFound, also for one that is withheld.
    """
    if is_withheld(key):
        raise NotFound(kind="column")
    if key.startswith(PREFIX):
        found = definitions(keys=[key.removeprefix(PREFIX)], archived=False)
        return _attribute(found.get(key.removeprefix(PREFIX)))
    if key not in _kinds:
        raise NotFound(kind="column")
    return _kinds[key]


def _attribute(field: Definition | None) -> CellKind:
    if field is None:
        raise NotFound(kind="column")

    def read(lead: Lead) -> str:
        return kept_text(lead.attributes.get(field.key))

    def write(lead: Lead, value: str, by: User, now: datetime) -> object:
        return edit_lead(lead, LeadInput(attributes={field.key: value}), by=by, now=now)

    choices = [("", "—"), *field.choices]
    if field.kind == "boolean":
        choices = [("", "—"), ("true", str(_("Yes"))), ("false", str(_("No")))]
    shape: Literal["text", "choice"] = "choice" if field.kind in ("choice", "boolean") else "text"
    return CellKind(field.name, field.label, Capability.EDIT_LEADS, read, write, shape, lambda: choices)


def edit_cell(
    lead: Lead,
    kind: CellKind,
    value: str,
    *,
    was: str,
    by: User,
    now: datetime,
) -> None:
    """Set a value that was `was` when it was shown. Raises StaleCell, CellRefused and NotFound."""
    held: Lead | None = Lead.objects.select_for_update(no_key=True).filter(pk=lead.pk, merged_into=None).first()
    if held is None:
        raise NotFound(kind="lead")
    present, wanted = kind.read(held), value.strip()
    if present == wanted:
        return
    if present != was:
        raise StaleCell(now=shown(kind, present) or "—")
    try:
        kind.write(held, wanted, by, now)
    except LeadRefused as refused:
        raise CellRefused(reason=" ".join(worded(refused.errors).values())) from refused


def shown(kind: CellKind, value: str) -> str:
    """A value as people read it."""
    return dict(kind.options()).get(value, value) if kind.shape == "choice" else value


def _said(field: str) -> Callable[[Lead, str, User, datetime], object]:
    def write(lead: Lead, value: str, by: User, now: datetime) -> object:
        said: dict[str, Any] = {field: value}
        return edit_lead(lead, LeadInput(**said), by=by, now=now)

    return write


def _column(field: str) -> Callable[[Lead], str]:
    return lambda lead: str(getattr(lead, field) or "")


def _company(lead: Lead) -> str:
    return lead.company.name if lead.company else ""


def _owner(lead: Lead) -> str:
    return lead.owner.email if lead.owner else ""


def _owners() -> Choices:
    return [("", "—"), *((one.user.email, str(one.user)) for one in members())]


def _tags(lead: Lead) -> str:
    worn = LeadTag.objects.filter(lead=lead).order_by("tag__name").values_list("tag__name", flat=True)
    return ", ".join(map(_quoted, worn))


def _quoted(word: str) -> str:
    """The word as one writes it among others."""
    if SEPARATORS.search(word) is None and not word.startswith('"'):
        return word
    return '"' + word.replace('"', '""') + '"'


def words(text: str) -> list[str]:
    """Words with separators between: words('a, "b, c"') == ["a", "b, c"]."""
    return [quoted.replace('""', '"') or plain for quoted, plain in WORD.findall(text)]


def _set_tags(lead: Lead, value: str, by: User, now: datetime) -> None:
    wanted = {word for part in words(value) if (word := clean_text(part)[:TAG_LIMIT])}
    worn = set(LeadTag.objects.filter(lead=lead).values_list("tag__name", flat=True))
    tag_leads([(lead.pk, name) for name in sorted(wanted - worn)], now=now)
    for name in sorted(worn - wanted):
        remove_tag([lead.pk], name, now=now)


for _field, _label in (
    ("job_title", _("Job title")),
    ("department", _("Department")),
    ("email", _("E-mail")),
    ("phone", _("Phone")),
    ("prefecture", _("Prefecture")),
):
    register(CellKind(_field, _label, Capability.EDIT_LEADS, _column(_field), _said(_field)))
register(CellKind("company", _("Company"), Capability.EDIT_LEADS, _company, _said("company")))
register(CellKind("owner", _("Lead owner"), Capability.EDIT_LEADS, _owner, _said("owner"), "choice", _owners))
register(CellKind("tags", _("Tags"), Capability.EDIT_LEADS, _tags, _set_tags, "words"))
