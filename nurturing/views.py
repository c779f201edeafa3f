"""Pages of flows: the list, one flow with its canvas, its document, its runs."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ma_platform import clock
from ma_platform.errors import DomainError
from ma_platform.tenancy.models import User
from ma_platform.tenancy.permissions import Capability, requires
from ma_platform.ui.pages import page_or_fragment
from nurturing import actions, drawing, presenting, queries
from nurturing.forms import DocumentForm, ResumeForm
from nurturing.language import FlowRefused
from nurturing.models import Flow
from nurturing.ready_made import READY_MADE

BLANK = {
    "v": 1,
    "name": {"ja": "新しいシナリオ", "en": "New scenario"},
    "trigger": {"type": "manual"},
    "start": "done",
    "steps": {"done": {"type": "end"}},
}


@require_GET
@requires(Capability.VIEW_FLOWS)
def flow_list(request: HttpRequest) -> HttpResponse:
    """All flows with their state and counts."""
    return render(request, "nurturing/list.html", {"rows": presenting.list_rows(), "templates": READY_MADE.values()})


@require_POST
@requires(Capability.EDIT_FLOWS)
def new_flow(request: HttpRequest) -> HttpResponse:
    """An empty draft to write in."""
    flow = actions.create_flow(BLANK, by=person(request), now=clock.now())
    return redirect("nurturing:document", flow.public_id)


@require_POST
@requires(Capability.EDIT_FLOWS)
def take_template(request: HttpRequest, key: str) -> HttpResponse:
    """A ready-made flow with its mails, as drafts."""
    flow = actions.install_template(key, by=person(request), now=clock.now())
    messages.success(request, gettext("The scenario and its e-mails were created as drafts."))
    return redirect("nurturing:flow", flow.public_id)


@require_GET
@requires(Capability.VIEW_FLOWS)
def flow_page(request: HttpRequest, flow_id: str) -> HttpResponse:
    """The canvas with counts; htmx asks for the counts alone."""
    flow = found(flow_id)
    steps = presenting.steps_of(flow)
    context = page(request, flow, "canvas") | {
        "steps": steps,
        "counts": drawing.counts(steps),
        "totals": presenting.totals_of(flow),
        "refused": queries.refused_leads(flow),
    }
    if not request.headers.get("HX-Request"):
        context["canvas"] = presenting.canvas_of(flow, lambda step: reverse("nurturing:step", args=[flow_id, step]))
    return page_or_fragment(request, "nurturing/flow.html", "nurturing/_counts.html", context)


@require_http_methods(["GET", "POST"])
@requires(Capability.VIEW_FLOWS)
def document(request: HttpRequest, flow_id: str) -> HttpResponse:
    """The document editor; a refused document keeps what was typed and shows every problem at its path."""
    flow = found(flow_id)
    if request.method == "POST":
        return save_document(request, flow)
    text = json.dumps(flow.draft, ensure_ascii=False, indent=2)
    return render(
        request,
        "nurturing/document.html",
        page(request, flow, "document")
        | {
            "form": DocumentForm(initial={"document": text}),
            "warnings": presenting.warnings_of(flow),
        },
    )


@requires(Capability.EDIT_FLOWS)
def save_document(request: HttpRequest, flow: Flow) -> HttpResponse:
    """Save, and publish when that button was pressed."""
    form = DocumentForm(request.POST)
    problems: list[dict[str, str]] = []
    if form.is_valid():
        try:
            actions.save_draft(flow, document=form.cleaned_data["document"], by=person(request), now=clock.now())
            messages.success(request, gettext("The draft was saved."))
            return redirect("nurturing:document", flow.public_id)
        except FlowRefused as refusal:
            problems = refusal.listed
    context = page(request, flow, "document") | {"form": form, "problems": problems}
    return render(request, "nurturing/document.html", context, status=422)


@require_GET
@requires(Capability.VIEW_FLOWS)
def runs(request: HttpRequest, flow_id: str) -> HttpResponse:
    """Who is where, newest first."""
    flow = found(flow_id)
    rows = presenting.runs_page(flow, cursor=request.GET.get("cursor", ""), step=request.GET.get("step", ""))
    context = page(request, flow, "runs") | rows
    return page_or_fragment(request, "nurturing/runs.html", "nurturing/_runs.html", context)


@require_GET
@requires(Capability.VIEW_FLOWS)
def step(request: HttpRequest, flow_id: str, step: str) -> HttpResponse:
    """The panel of one step."""
    flow = found(flow_id)
    context = presenting.step_panel(flow, step)
    if context is None:
        raise Http404
    return render(request, "nurturing/_step.html", {"flow": flow, **context})


@require_POST
@requires(Capability.PUBLISH_FLOWS)
def publish(request: HttpRequest, flow_id: str) -> HttpResponse:
    """Make the draft the version new leads take."""
    flow = found(flow_id)

    def done() -> str:
        version = actions.publish(flow, by=person(request), now=clock.now())
        return gettext("Version %(no)s is published.") % {"no": version.no}

    return told(request, flow, done)


@require_POST
@requires(Capability.PUBLISH_FLOWS)
def pause(request: HttpRequest, flow_id: str) -> HttpResponse:
    """Stop the clocks."""
    flow = found(flow_id)

    def done() -> str:
        count = actions.pause(flow, by=person(request), now=clock.now())
        return gettext("The scenario is paused; %(count)s runs stand still.") % {"count": count}

    return told(request, flow, done)


@require_POST
@requires(Capability.PUBLISH_FLOWS)
def resume(request: HttpRequest, flow_id: str) -> HttpResponse:
    """Start the clocks."""
    flow, form = found(flow_id), ResumeForm(request.POST)
    overdue = form.cleaned_data["overdue"] if form.is_valid() else "shift"

    def done() -> str:
        count = actions.resume(flow, by=person(request), now=clock.now(), overdue=overdue)
        return gettext("The scenario goes on with %(count)s runs.") % {"count": count}

    return told(request, flow, done)


def person(request: HttpRequest) -> User:
    """The member who asks; the door lets nobody else through."""
    assert isinstance(request.user, User)
    return request.user


def found(flow_id: str) -> Flow:
    """The flow of the workspace, or the page for what is missing."""
    flow: Flow = get_object_or_404(Flow, public_id=flow_id)
    return flow


def told(request: HttpRequest, flow: Flow, done: Callable[[], str]) -> HttpResponse:
    """Do it and say so, or say why not; back to the flow either way."""
    try:
        messages.success(request, done())
    except DomainError as error:
        messages.error(request, str(error))
    return redirect("nurturing:flow", flow.public_id)


def page(request: HttpRequest, flow: Flow, tab: str) -> dict[str, Any]:
    """What every page of a flow shows at its head."""
    return {"flow": flow, "name": flow.name(get_language() or "ja"), "tab": tab, **presenting.head_of(flow)}
