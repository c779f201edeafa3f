"""Assignment: rules, teams, hours, who waits, and what was decided."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from conditions import ConditionRefused
from lifecycle.actions import assignment_design as design
from lifecycle.assignment_forms import PolicyForm, RuleForm, SeatForm, TeamForm
from lifecycle.assignment_rows import (
    condition_text,
    hours_text,
    log_rows,
    moments_text,
    rule_rows,
    team_rows,
    tried,
    zone_today,
)
from lifecycle.models import AssignmentRule, SalesTeam
from lifecycle.presentation import assignment_cursor, read_cursor, stage_options
from lifecycle.queries import assignment as asked
from ma_platform import clock
from ma_platform.errors import DomainError
from ma_platform.tenancy.permissions import Capability, requires
from ma_platform.tenancy.requests import MemberRequest
from ma_platform.tenancy.scope import current_tenant
from ma_platform.ui.pages import wants_fragment

RULES, TEAM_SEATS = "lifecycle/assignment/_rules.html", "lifecycle/assignment/team.html"
ASKING = ["GET", "HEAD", "POST"]


@requires(Capability.DESIGN_LEADS)
@require_GET
def overview(request: MemberRequest) -> HttpResponse:
    """The rules in order, the teams with their loads, what was decided lately; and `who` put to the rules."""
    now, policy = clock.now(), asked.policy()
    log = asked.assignments(after=read_cursor(request.GET.get("after", "")))
    context = {
        "rows": rule_rows(now=now),
        "teams": team_rows(today=zone_today(current_tenant().timezone, now=now)),
        "hours": hours_text(policy),
        "is_open": asked.hours_of(policy).is_open(now),
        "moments": moments_text(policy),
        "who": request.GET.get("who", "")[:254],
        "tried": tried(request.GET.get("who", ""), now=now),
        "log": log_rows(log[: asked.LISTED]),
        "next": assignment_cursor(log, size=asked.LISTED),
    }
    return render(request, "lifecycle/assignment/overview.html", context)


@requires(Capability.DESIGN_LEADS)
@require_GET
def counts(request: MemberRequest) -> HttpResponse:
    """The rules with how many people each would take now: counted apart, since that may take a moment."""
    return _rules(request)


def _rules(request: HttpRequest) -> HttpResponse:
    rows = rule_rows(now=clock.now(), counted=True)
    return render(request, RULES, {"rows": rows, "counted": True})


@requires(Capability.DESIGN_LEADS)
@require_http_methods(ASKING)
def new_rule(request: MemberRequest) -> HttpResponse:
    """A rule at the end of the list."""
    return _rule_form(request, None)


@requires(Capability.DESIGN_LEADS)
@require_http_methods(ASKING)
def edit_rule(request: MemberRequest, rule_id: str) -> HttpResponse:
    return _rule_form(request, _rule(rule_id))


def _rule_form(request: MemberRequest, rule: AssignmentRule | None) -> HttpResponse:
    teams, staff = asked.all_teams(), list(asked.staff().values())
    initial = RuleForm.initial_of(rule) if rule else {"whom": AssignmentRule.Whom.ACCOUNT}
    form = RuleForm(request.POST or None, initial=initial, teams=teams, staff=staff)
    if form.is_valid():
        try:
            design.save_rule(rule, form.said(), by=request.user, now=clock.now())
        except (ConditionRefused, DomainError) as refused:
            form.add_error("condition" if isinstance(refused, ConditionRefused) else "whom", str(refused))
        else:
            messages.success(request, gettext("Saved."))
            return redirect("lifecycle:assignment")
    written = condition_text(rule.condition if rule else None)
    context = {"form": form, "rule": rule, "condition": request.POST.get("condition", written)}
    return render(request, "lifecycle/assignment/rule.html", context, status=422 if form.errors else 200)


@requires(Capability.DESIGN_LEADS)
@require_POST
def move_rule(request: MemberRequest, rule_id: str) -> HttpResponse:
    """One place up or down."""
    design.move_rule(_rule(rule_id), up=request.POST.get("to") == "up", by=request.user, now=clock.now())
    return _rules(request) if wants_fragment(request) else redirect("lifecycle:assignment")


@requires(Capability.DESIGN_LEADS)
@require_POST
def switch_rule(request: MemberRequest, rule_id: str) -> HttpResponse:
    """On or off."""
    design.switch_rule(_rule(rule_id), enabled=request.POST.get("to") == "on", by=request.user, now=clock.now())
    return _rules(request) if wants_fragment(request) else redirect("lifecycle:assignment")


@requires(Capability.DESIGN_LEADS)
@require_POST
def delete_rule(request: MemberRequest, rule_id: str) -> HttpResponse:
    design.delete_rule(_rule(rule_id), by=request.user, now=clock.now())
    messages.success(request, gettext("The rule was deleted."))
    return redirect("lifecycle:assignment")


@requires(Capability.DESIGN_LEADS)
@require_http_methods(ASKING)
def new_team(request: MemberRequest) -> HttpResponse:
    """A team, still empty."""
    form = TeamForm(request.POST or None, initial={"when_closed": SalesTeam.Closed.WAIT})
    if form.is_valid():
        try:
            made = design.save_team(None, **form.cleaned_data, by=request.user, now=clock.now())
        except DomainError as refused:
            form.add_error("name", str(refused))
        else:
            return redirect("lifecycle:team", made.public_id)
    return render(request, "lifecycle/assignment/new_team.html", {"form": form}, status=422 if form.errors else 200)


@requires(Capability.DESIGN_LEADS)
@require_http_methods(ASKING)
def team(request: MemberRequest, team_id: str) -> HttpResponse:
    """A team's name and members."""
    found = _team(team_id)
    form = TeamForm(request.POST or None, initial={"name": found.name, "when_closed": found.when_closed})
    if form.is_valid():
        try:
            design.save_team(found, **form.cleaned_data, by=request.user, now=clock.now())
        except DomainError as refused:
            form.add_error("name", str(refused))
        else:
            messages.success(request, gettext("Saved."))
            return redirect("lifecycle:team", team_id)
    seat = SeatForm(staff=list(asked.staff().values()), prefix="new")
    return _team_page(request, found, form, seat, status=422 if form.errors else 200)


@requires(Capability.DESIGN_LEADS)
@require_POST
def seat(request: MemberRequest, team_id: str) -> HttpResponse:
    """Give a member a seat, or change their share."""
    found = _team(team_id)
    prefix = "new" if "new-member" in request.POST else None
    form = SeatForm(request.POST, staff=list(asked.staff().values()), prefix=prefix)
    if form.is_valid():
        try:
            design.seat_member(found, form.said(), by=request.user, now=clock.now())
        except DomainError as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, gettext("Saved."))
            return redirect("lifecycle:team", team_id)
    naming = TeamForm(initial={"name": found.name, "when_closed": found.when_closed})
    return _team_page(request, found, naming, form, status=422)


def _team_page(
    request: MemberRequest, found: SalesTeam, form: TeamForm, seat: SeatForm, *, status: int
) -> HttpResponse:
    today = zone_today(current_tenant().timezone, now=clock.now())
    (row,) = team_rows(today=today, only=found)
    context = {"team": found, "row": row, "form": form, "seat": seat}
    return render(request, TEAM_SEATS, context, status=status)


@requires(Capability.DESIGN_LEADS)
@require_POST
def unseat(request: MemberRequest, team_id: str) -> HttpResponse:
    """Take a seat away."""
    member = request.POST.get("member", "")
    if member.isdecimal() and len(member) < 19:
        design.unseat_member(_team(team_id), int(member), by=request.user, now=clock.now())
    return redirect("lifecycle:team", team_id)


@requires(Capability.DESIGN_LEADS)
@require_POST
def delete_team(request: MemberRequest, team_id: str) -> HttpResponse:
    """Only a team nobody needs."""
    try:
        design.delete_team(_team(team_id), by=request.user, now=clock.now())
    except DomainError as refused:
        messages.error(request, str(refused))
        return redirect("lifecycle:team", team_id)
    messages.success(request, gettext("The team was deleted."))
    return redirect("lifecycle:assignment")


@requires(Capability.DESIGN_LEADS)
@require_http_methods(ASKING)
def hours(request: MemberRequest) -> HttpResponse:
    """The moments that count, and the business hours."""
    form = PolicyForm(request.POST or None, initial=PolicyForm.initial_of(asked.policy()), stages=stage_options())
    if form.is_valid():
        design.save_policy(form.said(), by=request.user, now=clock.now())
        messages.success(request, gettext("Saved."))
        return redirect("lifecycle:assignment")
    context = {"form": form, "zone": current_tenant().timezone}
    return render(request, "lifecycle/assignment/hours.html", context, status=422 if form.errors else 200)


def _rule(public_id: str) -> AssignmentRule:
    found = asked.find_rule(public_id)
    if found is None:
        raise Http404
    return found


def _team(public_id: str) -> SalesTeam:
    found = asked.find_team(public_id)
    if found is None:
        raise Http404
    return found
