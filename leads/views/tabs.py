"""The page of one person, tab by tab: what each shows, loaded only when it is open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.actions.identifiers import confidence
from leads.attributes import PREFIX, from_kept, shown_value
from leads.forms import ConsentForm, FileForm, IdentifierForm, NoteForm, TodoForm
from leads.merging import COLUMNS
from leads.models import Lead
from leads.moments import days
from leads.names import addressee
from leads.queries import lead_facts
from leads.queries.addresses import FurtherAddress, further_addresses, other_addresses
from leads.queries.attributes import definitions
from leads.queries.diary import diary, notes, todos
from leads.queries.history import Past, past_values
from leads.queries.ledger import ledger
from leads.queries.sensitive import is_withheld
from leads.titles import rank_key
from leads.touchpoint_forms import RESULTS, TouchpointForm
from leads.vocabulary import RANK_LABELS
from ma_platform import clock
from ma_platform.api.pages import decode, encode
from ma_platform.tenancy.permissions import Capability
from ma_platform.tenancy.requests import MemberRequest
from ma_platform.ui import slots
from tracking.queries import timeline, visitors

TIMELINE_PAGE = 30
BESIDE = 3  # notes beside the timeline
TABS: dict[str, str | Promise] = {
    "overview": gettext_lazy("Overview"),
    "fields": gettext_lazy("Fields and history"),
    "diary": gettext_lazy("Notes, to-dos, files"),
    "consent": gettext_lazy("Consent"),
}
TRUTH = {"true": gettext_lazy("Yes"), "false": gettext_lazy("No")}


@dataclass(frozen=True, slots=True)
class Value:
    """A field of a person as people read it, with what it was before."""

    name: str
    label: str
    text: str
    kind: str
    past: list[Past]
    unsaid: bool = False  # who is reading may not see it

    @property
    def word(self) -> str:
        return f"lead.{self.name}"

    @property
    def last(self) -> Past | None:
        return self.past[0] if self.past else None


def tab_context(request: MemberRequest, lead: Lead, tab: str = "") -> dict[str, object]:
    """What the page needs for one tab; an unknown one is the overview."""
    asked = tab or request.GET.get("tab", "")
    chosen = asked if asked in TABS else "overview"
    return {
        "lead": lead,
        "tab": chosen,
        "tabs": TABS.items(),
        "body": f"leads/_tab_{chosen}.html",
        "header": slots.panels(slots.LEAD_HEADER, request, lead),
        "may_edit": Capability.EDIT_LEADS in request.can,
        "may_delete": Capability.DELETE_LEADS in request.can,
        "may_export": Capability.EXPORT_LEADS in request.can,
        **_LOADERS[chosen](request, lead),
    }


def timeline_context(request: MemberRequest, lead: Lead) -> dict[str, object]:
    """A stretch of the timeline and where the next begins."""
    cursor = request.GET.get("before", "")
    entries = timeline(lead_id=lead.pk, before=decode(cursor) if cursor else None, limit=TIMELINE_PAGE + 1)
    shown = entries[:TIMELINE_PAGE]
    more = encode(shown[-1].position) if len(entries) > TIMELINE_PAGE else ""
    return {"days": list(days(shown)), "before": more, "may_edit": Capability.EDIT_LEADS in request.can}


def _overview(request: MemberRequest, lead: Lead) -> dict[str, object]:
    panels = slots.panels(slots.LEAD_PANELS, request, lead)
    return {
        "facts": lead_facts(lead),
        "other_emails": [] if is_withheld("email") else other_addresses([lead.pk]).get(lead.pk, []),
        "addressee": addressee(
            lead.last_name,
            lead.first_name,
            company=lead.company.name if lead.company else "",
            role=lead.email_kind == "role",
            locale=request.workspace.locale,
        ),
        "rank": _rank(rank_key(lead.job_rank) or ""),
        "own": own_values(lead),
        "first_panels": panels[:1],
        "further_panels": panels[1:],
        "browsers": visitors(lead.pk),
        "beside_notes": notes(lead, limit=BESIDE),
        "beside_todos": todos(lead, open_only=True),
        "today": timezone.localdate(clock.now()),
        "note_form": NoteForm(),
        "touchpoint_form": TouchpointForm.blank(),
        "results": RESULTS,
        **timeline_context(request, lead),
    }


def _fields(request: MemberRequest, lead: Lead) -> dict[str, object]:
    past = past_values(lead)
    return {
        "values": [*_standard(lead, past), *own_values(lead, past=past, blank=True)],
        "gone": [_forgotten(name, lines) for name, lines in past.items() if name.startswith("external_ids.")],
        "addresses": None if is_withheld("email") else _addresses(lead),
        "identifiers": [(one, confidence(one.source)) for one in lead.identifiers.order_by("kind", "value")],
        "identifier_form": IdentifierForm(),
    }


def _addresses(lead: Lead) -> list[tuple[FurtherAddress, int | None]]:
    """Those besides the main one, with how sure it is that they are the person's."""
    return [(one, confidence(one.source)) for one in further_addresses(lead)]


def _diary(request: MemberRequest, lead: Lead) -> dict[str, object]:
    shown = diary(lead)
    return {
        "notes": shown.notes,
        "todos": shown.todos,
        "files": shown.files,
        "note_form": NoteForm(),
        "todo_form": TodoForm(initial={"assignee": str(request.user.pk)}),
        "file_form": FileForm(),
        "today": timezone.localdate(clock.now()),
    }


def _consent(request: MemberRequest, lead: Lead) -> dict[str, object]:
    return {"topics": ledger(lead), "consent_form": ConsentForm()}


_LOADERS: Any = {"overview": _overview, "fields": _fields, "diary": _diary, "consent": _consent}  # Any: of one shape


def _rank(key: str) -> str:
    return str(RANK_LABELS[key]) if key in RANK_LABELS else ""


def _standard(lead: Lead, past: dict[str, list[Past]]) -> list[Value]:
    shown = {name: str(getattr(lead, name) or "") for name in COLUMNS if name not in ("company", "owner", "job_rank")}
    shown |= {"company": str(lead.company or ""), "owner": str(lead.owner or "")}
    shown |= {"job_rank": _rank(rank_key(lead.job_rank) or "")}
    told = {**past, "job_rank": [_reworded(line, _rank(line.value)) for line in past.get("job_rank", ())]}
    return [
        _unseen(name) if is_withheld(name) else Value(name, "", shown[name], "text", told.get(name, []))
        for name in COLUMNS
    ]


def _unseen(name: str, label: str = "") -> Value:
    return Value(name, label, "", "text", [], unsaid=True)


def own_values(lead: Lead, *, past: dict[str, list[Past]] | None = None, blank: bool = False) -> list[Value]:
    """The workspace's own fields of a person, in order; `blank` also those without a value and not laid aside."""
    found = []
    for key, one in definitions().items():
        kept = lead.attributes.get(key)
        if is_withheld(one.name):
            found.append(_unseen(one.name, one.label))
            continue
        if kept is None and (not blank or one.archived):
            continue
        lines = [
            _reworded(line, _truth(from_kept(one, line.value), one.kind)) for line in (past or {}).get(one.name, ())
        ]
        found.append(Value(f"{PREFIX}{key}", one.label, _truth(shown_value(one, kept), one.kind), one.kind, lines))
    return found


def _truth(text: str, kind: str) -> str:
    return str(TRUTH.get(text, text)) if kind == "boolean" else text


def _reworded(line: Past, text: str) -> Past:
    return Past(text, line.source, line.at, line.by)


def _forgotten(name: str, lines: list[Past]) -> Value:
    label = _("ID in %(system)s") % {"system": name.removeprefix("external_ids.")}
    return Value(name, label, lines[0].value, "text", lines)
