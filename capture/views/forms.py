"""The list of forms, the page that edits one with its preview, and its embed code."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from capture.actions import create_form, save_form, set_published
from capture.actions.birth import starting_document
from capture.document import parse_form, say
from capture.editing import Document, apply, choice_lines
from capture.forms import NewForm, TopForm
from capture.models import Form
from capture.queries import find_form, form_definition, latest_document, list_assets, list_forms
from capture.refusals import FormRefused
from capture.views.paging import page_of
from ma_platform import clock
from ma_platform.env import ENV
from ma_platform.tenancy.permissions import Capability, requires
from ma_platform.tenancy.requests import MemberRequest


@requires(Capability.VIEW_FORMS)
@require_GET
def index(request: MemberRequest) -> HttpResponse:
    """Forms with their counts, last changed first."""
    rows = page_of(request, lambda after, limit: list_forms(now=clock.now(), after=after, limit=limit))
    context = {**rows, "form": NewForm(), "may_edit": Capability.EDIT_FORMS in request.can}
    return render(request, "capture/forms.html", context)


@requires(Capability.EDIT_FORMS)
@require_POST
def new(request: MemberRequest) -> HttpResponse:
    """A form with an e-mail field, closed until it is published."""
    form = NewForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("A form needs a name."))
        return redirect("capture:list")
    made = create_form(starting_document(form.cleaned_data["name"]), by=request.user, now=clock.now())
    return redirect("capture:edit", made.public_id)


@requires(Capability.EDIT_FORMS)
def edit(request: MemberRequest, form_id: str) -> HttpResponse:
    """Change texts, order, what is required; every save is a version."""
    form = found(form_id)
    document = latest_document(form)
    boxes = _boxes(request, form, document)
    if boxes.is_valid() and boxes.cleaned_data["version"] not in (None, form.version):
        # The boxes are numbered by their place in the version they were drawn from.
        boxes.add_error(None, _("Somebody has changed this form since you opened it. Open it again to see how."))
    elif boxes.is_valid():
        try:
            changed = apply(document, boxes.edit(request.POST), locale=request.workspace.locale)
            save_form(form, changed, by=request.user, now=clock.now())
        except FormRefused as refused:
            boxes.add_error(None, str(refused))
        else:
            messages.success(request, _("Saved."))
            return redirect("capture:edit", form.public_id)
    context = {
        "form": form,
        "boxes": boxes,
        "tab": "edit",
        **_drawn(request, document),
        "preview": _preview(request, form, document),
    }
    return render(request, "capture/edit.html", context, status=422 if boxes.errors else 200)


@requires(Capability.EDIT_FORMS)
@require_POST
def preview(request: MemberRequest, form_id: str) -> HttpResponse:
    """How the form would look with what stands in the boxes; nothing is saved."""
    form = found(form_id)
    document = latest_document(form)
    boxes = _boxes(request, form, document)
    refused = ""
    if boxes.is_valid():
        changed = apply(document, boxes.edit(request.POST), locale=request.workspace.locale)
        try:
            parse_form(changed)
            document = changed
        except FormRefused as error:
            refused = str(error)
    context = {"preview": _preview(request, form, document), "refused": refused}
    return render(request, "capture/_preview.html", context)


@requires(Capability.EDIT_FORMS)
@require_POST
def publish(request: MemberRequest, form_id: str) -> HttpResponse:
    """Open or close the form."""
    form, opened = found(form_id), request.POST.get("published") == "1"
    set_published(form, published=opened, by=request.user, now=clock.now())
    messages.success(request, _("The form is published.") if opened else _("The form is closed."))
    return redirect("capture:edit", form.public_id)


@requires(Capability.VIEW_FORMS)
@require_GET
def embed(request: MemberRequest, form_id: str) -> HttpResponse:
    """The line to copy into a page."""
    form = found(form_id)
    address = f"{ENV.base_url.rstrip('/')}/f/{form.public_id}"
    context = {
        "form": form,
        "tab": "embed",
        "address": address,
        "snippet": f'<script async src="{address}.js"></script>',
    }
    return render(request, "capture/embed.html", context)


def found(form_id: str) -> Form:
    """The form, or a missing page."""
    form = find_form(form_id)
    if form is None:
        raise Http404
    return form


def _boxes(request: MemberRequest, form: Form, document: Document) -> TopForm:
    locale, after = request.workspace.locale, document.get("after", {})
    kind = next(iter(after), "message")
    initial = {
        "version": form.version,
        "name": say(document.get("name", ""), locale),
        "submit_label": say(document.get("submit_label", ""), locale),
        "after": kind,
        kind: say(after.get(kind, ""), locale),
    }
    return TopForm(request.POST or None, initial=initial, assets=list_assets())


def _drawn(request: MemberRequest, document: Document) -> dict[str, Any]:  # Any: values of a page
    locale = request.workspace.locale
    fields = [
        {
            **stated,
            "label": say(stated.get("label", ""), locale),
            "help": say(stated.get("help", ""), locale),
            "choices": choice_lines(stated.get("choices", []), locale) if stated["type"] == "select" else None,
            "order": number,
        }
        for number, stated in enumerate(document["fields"], start=1)
    ]
    return {"fields": fields, "consents": [say(line["text"], locale) for line in document.get("consents", [])]}


def _preview(request: MemberRequest, form: Form, document: Document) -> dict[str, Any]:  # Any: values of a page
    parsed, locale = parse_form(document), request.workspace.locale
    shown = form_definition(form, parsed, locale=locale, now=clock.now())
    questions = [{**field, "value": field["default"], "error": ""} for field in shown["fields"]]
    ticks = [{**line, "given": False, "error": ""} for line in shown["consents"]]
    return {
        "name": say(parsed.name, locale),
        "questions": questions,
        "ticks": ticks,
        "submit_label": shown["submit_label"],
    }
