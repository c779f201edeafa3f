"""What lifecycle shows on shared pages: the rail, the bell, the lead page, the lead list, the home page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from leads.models import Company, Lead
from lifecycle.assignment_rows import person_history
from lifecycle.forms import MoveForm
from lifecycle.presentation import funnel_steps, rule_name, stage_options
from lifecycle.queries import all_stages, deals_of, funnel, history, left_out_stock, stage_keys, unread_alerts
from lifecycle.queries.assignment import rules_asking
from lifecycle.queries.companies import deals_of_companies, furthest_stages
from lifecycle.queries.visits import setting_of, watches_company, watches_person
from ma_platform.tenancy.permissions import Capability
from ma_platform.tenancy.requests import MemberRequest
from ma_platform.ui import navigation, slots

_SECTION = navigation.Section.JUDGE
for _item in (
    navigation.NavItem(
        key="lifecycle",
        label=_("Lifecycle"),
        icon="stage",
        url_name="lifecycle:stages",
        section=_SECTION,
        order=20,
        capability=Capability.VIEW_LIFECYCLE,
    ),
    navigation.NavItem(
        key="deals",
        label=_("Deals"),
        icon="deal",
        url_name="lifecycle:deals",
        section=_SECTION,
        order=30,
        capability=Capability.VIEW_DEALS,
    ),
    navigation.NavItem(
        key="alerts",
        label=_("Alerts"),
        icon="bell",
        url_name="lifecycle:alerts",
        section=_SECTION,
        order=40,
        capability=Capability.SEE_ALERTS,
    ),
    navigation.NavItem(
        key="assignment",
        label=_("Owner assignment"),
        icon="users",
        url_name="lifecycle:assignment",
        section=navigation.Section.SETTINGS,
        order=42,
        capability=Capability.DESIGN_LEADS,
    ),
):
    navigation.register(_item)


@slots.BELL.fill(order=10, capability=Capability.SEE_ALERTS)
def bell(request: HttpRequest, now: datetime) -> slots.Bell:
    return slots.Bell(
        count=unread_alerts(member=cast(MemberRequest, request).membership), url=reverse("lifecycle:alerts")
    )


@slots.LEAD_HEADER.fill(order=10, capability=Capability.VIEW_LIFECYCLE)
def stage_badge(request: HttpRequest, lead: Lead) -> slots.Panel | None:
    key = stage_keys([lead.pk]).get(lead.pk)
    stage = {one.key: one for one in all_stages()}.get(key or "")
    if stage is None:
        return None
    return slots.Panel(title=_("Stage"), template="lifecycle/_lead_header.html", context={"stage": stage})


@slots.LEAD_PANELS.fill(order=30, capability=Capability.VIEW_LIFECYCLE)
def stage_panel(request: HttpRequest, lead: Lead) -> slots.Panel:
    names = dict(stage_options())
    rows = [
        {"move": one, "name": names.get(one.to_key, one.to_key), "rule": rule_name(one.rule)}
        for one in history(lead.pk)
    ]
    context = {
        "lead": lead,
        "rows": rows,
        "form": MoveForm(stages=list(names.items()), initial={"to": stage_keys([lead.pk]).get(lead.pk)}),
        "may_move": Capability.MOVE_STAGE in cast(MemberRequest, request).can,
    }
    return slots.Panel(title=_("Stage"), template="lifecycle/_lead_stage.html", context=context)


@slots.LEAD_PANELS.fill(order=35, capability=Capability.VIEW_LEADS)
def assignment_panel(request: HttpRequest, lead: Lead) -> slots.Panel | None:
    """Who was given this person, by which rule; nothing where no rule ever did."""
    rows, waiting = person_history(lead)
    if not rows and not waiting:
        return None
    href = reverse("lifecycle:assignment") if Capability.DESIGN_LEADS in cast(MemberRequest, request).can else ""
    context = {"rows": rows, "waiting": waiting}
    return slots.Panel(
        title=_("Owner assignment"), template="lifecycle/_lead_assignment.html", context=context, href=href
    )


@slots.LEAD_PANELS.fill(order=36, capability=Capability.SEE_ALERTS)
def visits_panel(request: HttpRequest, lead: Lead) -> slots.Panel:
    """The button by which a member is told when this person visits."""
    member = cast(MemberRequest, request).membership
    wishes = setting_of(member)
    context = {
        "watched": watches_person(member, lead),
        "action": reverse("lifecycle:watch_person", args=[lead.public_id]),
        "owned": lead.owner_id == member.user_id and wishes.own_people | wishes.own_companies,
        "offer": _("Tell me when this person visits"),
    }
    return _visits(context)


@slots.COMPANY_PANELS.fill(order=10, capability=Capability.SEE_ALERTS)
def company_visits_panel(request: HttpRequest, company: Company) -> slots.Panel:
    """The button by which a member is told when anybody of this company visits."""
    context = {
        "watched": watches_company(cast(MemberRequest, request).membership, company),
        "action": reverse("lifecycle:watch_company", args=[company.public_id]),
        "offer": _("Tell me when somebody of this company visits"),
    }
    return _visits(context)


def _visits(context: dict[str, object]) -> slots.Panel:
    href = reverse("lifecycle:visit_alerts")
    return slots.Panel(title=_("Visit alerts"), template="lifecycle/_watch.html", context=context, href=href)


@slots.LEAD_PANELS.fill(order=60, capability=Capability.VIEW_DEALS)
def deals_panel(request: HttpRequest, lead: Lead) -> slots.Panel | None:
    deals = deals_of(lead.pk)
    if not deals:
        return None
    return slots.Panel(title=_("Deals"), template="lifecycle/_lead_deals.html", context={"deals": deals})


@slots.LEAD_COLUMNS.fill(order=10, capability=Capability.VIEW_LIFECYCLE)
def stage_column() -> slots.Column:
    return slots.Column(key="stage", label=_("Stage"), load=_stage_cells)


def _stage_cells(lead_ids: Sequence[int]) -> dict[int, slots.Cell]:
    names = dict(stage_options())
    return {pk: slots.Cell(names.get(key, key), tone=f"stage-{key}") for pk, key in stage_keys(lead_ids).items()}


@slots.HOME_PANELS.fill(order=10, capability=Capability.VIEW_LIFECYCLE)
def funnel_panel(request: HttpRequest, now: datetime) -> slots.Panel:
    left_out = left_out_stock()
    context = {
        "steps": funnel_steps(funnel(), counted=left_out > 0),
        "left_out": left_out,
        "sees_people": Capability.VIEW_LEADS in cast(MemberRequest, request).can,
    }
    return slots.Panel(
        title=_("Leads by stage"),
        template="lifecycle/_home_funnel.html",
        context=context,
        wide=True,
        href=reverse("lifecycle:stages"),
    )


@slots.COMPANY_COLUMNS.fill(order=30, capability=Capability.VIEW_LIFECYCLE)
def furthest_stage_column() -> slots.Column:
    return slots.Column(key="stage", label=_("Furthest stage"), load=_stages)


def _stages(company_ids: Sequence[int]) -> dict[int, slots.Cell]:
    names = dict(stage_options())
    found = furthest_stages(company_ids)
    asking = {key: {"field": "lead.stage", "op": "gte", "value": key} for key in set(found.values())}
    return {pk: slots.Cell(names.get(key, key), tone=f"stage-{key}", asks=asking[key]) for pk, key in found.items()}


@slots.COMPANY_COLUMNS.fill(order=40, capability=Capability.VIEW_DEALS)
def open_deals_column() -> slots.Column:
    return slots.Column(key="open_deals", label=_("Open deals"), load=_open, numeric=True)


def _open(company_ids: Sequence[int]) -> dict[int, slots.Cell]:
    asks = {"field": "deal.open", "op": "gte", "value": 1}
    found = deals_of_companies(company_ids)
    return {pk: slots.Cell(str(count), asks=asks) for pk, (count, _won) in found.items() if count}


@slots.COMPANY_COLUMNS.fill(order=50, capability=Capability.VIEW_DEALS)
def won_deals_column() -> slots.Column:
    return slots.Column(key="won_deals", label=_("Won deals"), load=_won, numeric=True)


def _won(company_ids: Sequence[int]) -> dict[int, slots.Cell]:
    asks = {"field": "deal.won", "op": "gte", "value": 1}
    return {
        pk: slots.Cell(str(count), tone="success", asks=asks)
        for pk, (_o, count) in deals_of_companies(company_ids).items()
        if count
    }


@slots.SEGMENT_USES.fill(order=40, capability=Capability.DESIGN_LEADS)
def assignment_rules_asking(public_id: str) -> list[slots.Use]:
    """Rules of owner assignment that ask about the segment."""
    return [
        slots.Use(_("Assignment rule"), rule.name, reverse("lifecycle:rule", args=[rule.public_id]))
        for rule in rules_asking(public_id)
    ]
