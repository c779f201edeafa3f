"""Submissions of a form, quarantine included, and the files that are handed out."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from capture.actions import Upload, release, store_asset
from capture.forms import UploadForm
from capture.queries import find_submission, list_assets, list_submissions
from capture.refusals import FileRefused
from capture.views.forms import found
from ma_platform import clock
from ma_platform.api.pages import decode, encode
from ma_platform.tenancy.permissions import Capability, requires
from ma_platform.tenancy.requests import MemberRequest

PAGE_SIZE = 50


@requires(Capability.VIEW_FORMS)
@require_GET
def submissions(request: MemberRequest, form_id: str) -> HttpResponse:
    """Answers, newest first; `show=held` is the quarantine."""
    form, show, cursor = found(form_id), request.GET.get("show", ""), request.GET.get("cursor", "")
    after = decode(cursor) if cursor else None
    rows = list_submissions(form=form, verdict="suspicious" if show == "held" else "", after=after, limit=PAGE_SIZE + 1)
    shown = rows[:PAGE_SIZE]
    context = {
        "form": form,
        "tab": "submissions",
        "show": show,
        "pill": "held" if show == "held" else "all",
        "rows": shown,
        "next_cursor": encode(shown[-1].position) if len(rows) > PAGE_SIZE else "",
        "may_edit": Capability.EDIT_FORMS in request.can,
    }
    return render(request, "capture/submissions.html", context)


@requires(Capability.EDIT_FORMS)
@require_POST
def let_in(request: MemberRequest, submission_id: str) -> HttpResponse:
    """Release one answer from quarantine."""
    submission = find_submission(submission_id)
    if submission is None:
        raise Http404
    if release(submission, by=request.user, now=clock.now()):
        messages.success(request, _("The answer was let in."))
    return redirect("capture:submissions", submission.form.public_id)


@requires(Capability.VIEW_FORMS)
@require_GET
def assets(request: MemberRequest) -> HttpResponse:
    """Every file."""
    context = {"rows": list_assets(), "form": UploadForm(), "may_edit": Capability.EDIT_FORMS in request.can}
    return render(request, "capture/assets.html", context)


@requires(Capability.EDIT_FORMS)
@require_POST
def upload(request: MemberRequest) -> HttpResponse:
    """Keep a file for handing out."""
    form = UploadForm(request.POST, request.FILES)
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            store_asset(Upload(file.name, file.size, file), by=request.user, now=clock.now())
        except FileRefused as refused:
            form.add_error("file", str(refused))
        else:
            messages.success(request, _("Uploaded."))
            return redirect("capture:assets")
    return render(request, "capture/assets.html", {"rows": list_assets(), "form": form, "may_edit": True}, status=422)
