"""The workspace's own fields: listed, added, renamed, put in order, laid aside."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from leads.actions.attributes import (
    AttributeRefused,
    archive_attribute,
    create_attribute,
    edit_attribute,
    move_attribute,
)
from leads.forms import AttributeEditForm, AttributeForm
from leads.models import Attribute, Segment
from leads.queries.attributes import find_attribute, list_attributes
from leads.queries.segments import segments_with_choice
from leads.queries.sensitive import MARKABLE, marked_words, word_label
from ma_platform import clock
from ma_platform.tenancy.permissions import Capability, requires
from ma_platform.tenancy.requests import MemberRequest


@requires(Capability.DESIGN_LEADS)
@require_http_methods(["GET", "HEAD", "POST"])
def index(request: MemberRequest) -> HttpResponse:
    """Every field by whom it is about; and a new one."""
    form = AttributeForm(request.POST or None)
    if form.is_valid():
        try:
            made = create_attribute(form.attribute_input(), by=request.user, now=clock.now())
        except AttributeRefused as refused:
            form.blame(refused.errors)
        else:
            messages.success(request, _("Field “%(name)s” added.") % {"name": made.label})
            return redirect("leads:attributes")
    rows = list_attributes()
    groups = [
        (subject, label, [one for one in rows if one.subject == subject])
        for subject, label in (("lead", _("Fields of leads")), ("company", _("Fields of companies")))
    ]
    context = {
        "groups": groups,
        "form": form,
        "standard": [(word, word_label(word)) for word in MARKABLE],
        "marked": marked_words(),
        "may_mark": Capability.SEE_SENSITIVE in request.can,
    }
    return render(request, "leads/attributes.html", context, status=422 if form.errors else 200)


@requires(Capability.DESIGN_LEADS)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: MemberRequest, attribute_id: str) -> HttpResponse:
    """Rename a field and its choices, add some, change their order."""
    attribute = _found(attribute_id)
    form = AttributeEditForm(attribute, request.POST or None)
    if form.is_valid():
        choices = form.choices() if attribute.choices else None
        if asking := _asking(attribute, choices) if "anyway" not in request.POST else []:
            return render(
                request, "leads/attribute.html", {"attribute": attribute, "form": form, "asking": asking}, status=422
            )
        try:
            edit_attribute(
                attribute, by=request.user, now=clock.now(), label=form.cleaned_data["label"], choices=choices
            )
        except AttributeRefused as refused:
            form.blame(refused.errors)
        else:
            messages.success(request, _("Saved."))
            return redirect("leads:attributes")
    context = {"attribute": attribute, "form": form}
    return render(request, "leads/attribute.html", context, status=422 if form.errors else 200)


@requires(Capability.DESIGN_LEADS)
@require_POST
def archive(request: MemberRequest, attribute_id: str) -> HttpResponse:
    """Lay a field aside; with `back` use it again."""
    archive_attribute(_found(attribute_id), archived="back" not in request.POST, by=request.user, now=clock.now())
    return redirect("leads:attributes")


@requires(Capability.DESIGN_LEADS)
@require_POST
def move(request: MemberRequest, attribute_id: str) -> HttpResponse:
    """One place up or down."""
    move_attribute(_found(attribute_id), up=request.POST.get("to") == "up")
    return redirect("leads:attributes")


def _asking(attribute: Attribute, choices: Sequence[tuple[str, str]] | None) -> list[Segment]:
    """Segments whose condition names a choice that would go: it could not be judged any more."""
    if choices is None:
        return []
    going = {str(one["key"]) for one in attribute.choices} - {key for key, _label in choices}
    return segments_with_choice(f"{attribute.subject}.attributes.{attribute.key}", going) if going else []


def _found(public_id: str) -> Attribute:
    attribute = find_attribute(public_id)
    if attribute is None:
        raise Http404
    return attribute
