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
from capture.views.paging import page_of
from ma_platform import clock
from ma_platform.tenancy.permissions import Capability, requires
from ma_platform.tenancy.requests import MemberRequest


@requires(Capability.VIEW_FORMS)
@require_GET
def submissions(request: MemberRequest, form_id: str) -> HttpResponse:
    """Answers, newest first; `show=held` is the quarantine."""
    form, show = found(form_id), request.GET.get("show", "")
    verdict = "suspicious" if show == "held" else ""
    context = {
        **page_of(request, lambda after, limit: list_submissions(form=form, verdict=verdict, after=after, limit=limit)),
        "form": form,
        "tab": "submissions",
        "show": show,
        "pill": "held" if show == "held" else "all",
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
    """Files, newest first."""
    return _assets(request, UploadForm())


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
    return _assets(request, form)


def _assets(request: MemberRequest, form: UploadForm) -> HttpResponse:
    rows = page_of(request, lambda after, limit: list_assets(after=after, limit=limit))
    context = {**rows, "form": form, "may_edit": Capability.EDIT_FORMS in request.can}
    return render(request, "capture/assets.html", context, status=422 if form.errors else 200)
