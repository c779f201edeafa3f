"""What scoring shows on shared pages: the rail, the lead page, the lead list, the home page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from conditions import refs
from leads.models import Lead
from ma_platform import clock
from ma_platform.tenancy.permissions import Capability
from ma_platform.ui import navigation, slots
from scoring import presentation
from scoring.document import Rulebook
from scoring.heeding import named_in
from scoring.queries import hot_leads, rulebooks, score_of, standings, would_score
from scoring.queries.scores import highest_of_companies, totals
from tracking.queries import VisitorRow

navigation.register(
    navigation.NavItem(
        key="scoring",
        label=_("Scoring"),
        icon="gauge",
        url_name="scoring:model",
        section=navigation.Section.JUDGE,
        order=10,
        capability=Capability.VIEW_SCORING,
    )
)


@slots.LEAD_PANELS.fill(order=20, capability=Capability.VIEW_SCORING)
def score_panel(request: HttpRequest, lead: Lead) -> slots.Panel:
    score = score_of(lead.pk, now=clock.now())
    rows = presentation.line_rows(score)
    context = {"score": score, "rows": rows, "parts": presentation.bar_parts(rows)}
    return slots.Panel(
        title=_("Score"), template="scoring/_lead_panel.html", context=context, href=reverse("scoring:model")
    )


@slots.VISITOR_PANELS.fill(order=10, capability=Capability.VIEW_SCORING)
def would_score_panel(request: HttpRequest, visitor: VisitorRow) -> slots.Panel | None:
    """What an unknown visitor would score; a known one has a score on the lead page."""
    if visitor.lead_id is not None:
        return None
    score = would_score(visitor.id, now=clock.now())
    rows = presentation.line_rows(score)
    context = {"score": score, "rows": rows, "parts": presentation.bar_parts(rows)}
    return slots.Panel(title=_("Score once known"), template="scoring/_visitor_panel.html", context=context)


@slots.LEAD_HEADER.fill(order=20, capability=Capability.VIEW_SCORING)
def score_badge(request: HttpRequest, lead: Lead) -> slots.Panel | None:
    score = standings([lead.pk]).get(lead.pk)
    if score is None:
        return None
    return slots.Panel(title=_("Score"), template="scoring/_lead_header.html", context={"score": score})


@slots.LEAD_COLUMNS.fill(order=20, capability=Capability.VIEW_SCORING)
def score_column() -> slots.Column:
    return slots.Column(key="score", label=_("Score"), load=_cells, sort="score", numeric=True)


def _cells(lead_ids: Sequence[int]) -> dict[int, slots.Cell]:
    return {
        pk: slots.Cell("—" if total is None else str(total), tone="hot" if hot else "")
        for pk, (total, hot) in totals(lead_ids).items()
    }


@slots.HOME_PANELS.fill(order=20, capability=Capability.VIEW_SCORING)
def hot_panel(request: HttpRequest, now: datetime) -> slots.Panel:
    return slots.Panel(title=_("Hot leads"), template="scoring/_home_hot.html", context={"scores": hot_leads(limit=6)})


@slots.COMPANY_COLUMNS.fill(order=20, capability=Capability.VIEW_SCORING)
def highest_score_column() -> slots.Column:
    return slots.Column(key="score", label=_("Highest score"), load=_highest, numeric=True)


def _highest(company_ids: Sequence[int]) -> dict[int, slots.Cell]:
    found = highest_of_companies(company_ids)
    asking = {pk: {"field": "score.total", "op": "gte", "value": total} for pk, (total, _hot) in found.items()}
    return {
        pk: slots.Cell(str(total), tone="hot" if hot else "", asks=asking[pk]) for pk, (total, hot) in found.items()
    }


@slots.EVENT_USES.fill(order=20, capability=Capability.VIEW_SCORING)
def rules_asking(names: Mapping[int, str]) -> dict[int, list[slots.Use]]:
    """Rules, exclusions, and actions that make hot by themselves: in force, being built, or drafted."""
    found: dict[int, list[slots.Use]] = defaultdict(list)
    for book in rulebooks():
        for number, use in _uses(book, names):
            if use not in found[number]:
                found[number].append(use)
    return found


@slots.SEGMENT_USES.fill(order=20, capability=Capability.VIEW_SCORING)
def rules_asking_about_segment(public_id: str) -> list[slots.Use]:
    """Rules and exclusions of a rulebook in force, being built, or drafted."""
    page, locale = reverse("scoring:model"), get_language() or "ja"
    found: dict[slots.Use, None] = {}
    for book in rulebooks():
        rules = [(_("Scoring rule"), rule.name.said(locale), rule.when) for rule in book.fit_rules]
        excluded = [(_("No score for"), row.reason, row.when) for row in book.exclude]
        asking = [one for one in [*rules, *excluded] if public_id in refs(one[2]).segments]
        found |= {slots.Use(kind, name, page): None for kind, name, _when in asking}
    return list(found)


def _uses(book: Rulebook, names: Mapping[int, str]) -> Iterator[tuple[int, slots.Use]]:
    page, locale = reverse("scoring:model"), get_language() or "ja"
    asking = [
        *((_("Scoring rule"), rule.name.said(locale), {rule.event.code}) for rule in book.rules),
        *((_("Scoring rule"), rule.name.said(locale), named_in(rule.when, names)) for rule in book.fit_rules),
        *((_("No score for"), row.reason, named_in(row.when, names)) for row in book.exclude),
        (_("Makes hot"), book.name.said(locale), {action.event.code for action in book.hot.actions}),
    ]
    for kind, name, numbers in asking:
        for number in sorted(numbers & names.keys()):
            yield number, slots.Use(kind, name, page)
