"""Pages of the score model: read as sentences, edited as a document, published with counts before and after."""

from __future__ import annotations

import json

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from ma_platform import clock
from ma_platform.errors import DomainError, Refused
from ma_platform.tenancy.permissions import Capability, requires
from ma_platform.tenancy.requests import MemberRequest
from scoring import presentation
from scoring.actions import get_model, publish, rollback, save_draft
from scoring.document import parse
from scoring.forms import DocumentForm, PublishForm, RollbackForm
from scoring.models import DEFAULT_KEY, ScoreModel
from scoring.queries import build_status, preview, rulebook, score_count, versions
from scoring.tasks import start_building


@requires(Capability.VIEW_SCORING)
@require_GET
def model(request: MemberRequest) -> HttpResponse:
    """The model in force, as sentences."""
    found = get_model(DEFAULT_KEY)
    book = rulebook(found, found.published_version)
    context = {
        **_shown(request, found),
        "book": book,
        "fit_rules": presentation.fit_rows(book),
        "engagement_rules": presentation.engagement_rows(book),
        "hot": presentation.hot_sentences(book.hot),
        "excluded": presentation.exclusion_sentences(book),
        "matrix": presentation.matrix_rows(book),
        "counts": score_count(),
        "versions": versions(found),
    }
    return render(request, "scoring/model.html", context)


@requires(Capability.VIEW_SCORING)
@require_GET
def status(request: MemberRequest) -> HttpResponse:
    """How far a rebuild is; asks again by itself until it is done."""
    return render(request, "scoring/_status.html", _shown(request, get_model(DEFAULT_KEY)))


@requires(Capability.EDIT_SCORING)
def edit(request: MemberRequest) -> HttpResponse:
    """The draft as a document; saving refuses with the path of the bad part."""
    found = get_model(DEFAULT_KEY)
    form = DocumentForm(request.POST or None, initial={"document": _pretty(found.draft)})
    if request.method == "POST" and form.is_valid() and _saved(request, form):
        return redirect("scoring:review")
    return render(
        request, "scoring/edit.html", {**_shown(request, found), "form": form}, status=422 if form.errors else 200
    )


@requires(Capability.EDIT_SCORING)
@require_GET
def review(request: MemberRequest) -> HttpResponse:
    """What publishing the draft would change, before it does."""
    found = get_model(DEFAULT_KEY)
    change = preview(found, parse(found.draft), now=clock.now())
    return render(request, "scoring/review.html", {**_shown(request, found), "change": change, "form": PublishForm()})


@requires(Capability.EDIT_SCORING)
@require_POST
def publish_draft(request: MemberRequest) -> HttpResponse:
    form = PublishForm(request.POST)
    announce = form.is_valid() and form.cleaned_data["announce"]
    publish(DEFAULT_KEY, by=request.user, now=clock.now(), announce=announce)
    start_building()
    messages.success(request, gettext("Published. Scores change when all leads are computed."))
    return redirect("scoring:model")


@requires(Capability.EDIT_SCORING)
@require_POST
def roll_back(request: MemberRequest) -> HttpResponse:
    form = RollbackForm(request.POST)
    if form.is_valid():
        rollback(DEFAULT_KEY, to=form.cleaned_data["version"], by=request.user, now=clock.now())
        start_building()
        messages.success(request, gettext("The earlier version is being put back."))
    return redirect("scoring:model")


def _saved(request: MemberRequest, form: DocumentForm) -> bool:
    try:
        save_draft(DEFAULT_KEY, form.cleaned_data["document"], by=request.user, now=clock.now())
    except Refused as refused:
        form.add_error("document", f"{refused.path}: {refused.reason}")
        return False
    except DomainError as error:
        form.add_error(None, str(error))
        return False
    return True


def _shown(request: MemberRequest, found: ScoreModel) -> dict[str, object]:
    may_edit = Capability.EDIT_SCORING in request.can
    return {"model": found, "status": build_status(found), "may_edit": may_edit}


def _pretty(document: object) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2)
