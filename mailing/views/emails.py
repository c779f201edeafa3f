"""Mails: the list, one mail with its numbers, writing it with a live preview, trying it out."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from ma_platform import clock
from ma_platform.errors import Refused
from ma_platform.tenancy.permissions import Capability, requires
from ma_platform.tenancy.requests import MemberRequest
from ma_platform.ui.pages import page_or_fragment
from mailing import drafts, presentation
from mailing.actions import create_email, save_email, send_test
from mailing.forms import EmailForm, initial_of
from mailing.models import Email
from mailing.queries import counts_by_email, counts_of, document_of, find_email, list_emails, list_messages
from mailing.queries.preview import preview
from mailing.starter import STARTER

PAGE = 50
# A mail is somebody's text: shown without scripts, without our cookies, in a frame of its own.
FRAME_POLICY = (
    "sandbox; default-src 'none'; img-src https: http: data:; style-src 'unsafe-inline'; font-src https:; "
    "frame-ancestors 'self'"
)


@requires(Capability.VIEW_MAIL)
@require_GET
def emails(request: MemberRequest) -> HttpResponse:
    """Mails, newest first, with what became of them."""
    q = request.GET.get("q", "")
    rows = list_emails(after=presentation.cursor(request.GET.get("after", "")), limit=PAGE + 1, q=q)
    counts = counts_by_email([email.pk for email in rows[:PAGE]], most=presentation.MOST)
    context = {
        "rows": [presentation.email_line(email, counts[email.pk]) for email in rows[:PAGE]],
        "next": f"?{urlencode({'q': q, 'after': rows[PAGE - 1].pk})}" if len(rows) > PAGE else "",
        "q": q,
        "may_edit": Capability.EDIT_MAIL in request.can,
    }
    return page_or_fragment(request, "mailing/emails.html", "mailing/_emails.html", context)


@requires(Capability.VIEW_MAIL)
@require_GET
def email(request: MemberRequest, email_id: str) -> HttpResponse:
    """One mail: how it looks, what stumbles, what became of it."""
    found = _email(email_id)
    shown = preview(document_of(found))
    context = {
        "email": found,
        "preview": shown,
        "frame": reverse("mailing:body", args=[found.public_id]),
        "numbers": presentation.numbers(found, counts_of(found.pk)),
        "response": presentation.response(found),
        "can": request.can,
        "may_edit": Capability.EDIT_MAIL in request.can,
        "may_send": Capability.SEND_MAIL in request.can,
    }
    return render(request, "mailing/email.html", context)


@requires(Capability.VIEW_MAIL)
@require_GET
def sent(request: MemberRequest, email_id: str) -> HttpResponse:
    """Messages of a mail with their states and reasons."""
    found, state = _email(email_id), request.GET.get("state", "")
    rows = list_messages(found.pk, state=state, after=presentation.cursor(request.GET.get("after", "")), limit=PAGE + 1)
    context = {
        "email": found,
        "rows": [presentation.message_line(row) for row in rows[:PAGE]],
        "next": f"?{urlencode({'state': state, 'after': rows[PAGE - 1].id})}" if len(rows) > PAGE else "",
        "state": state if state in presentation.STATE_VALUES else "",
        "states": presentation.state_options(),
        "numbers": presentation.numbers(found, counts_of(found.pk)),
    }
    return page_or_fragment(request, "mailing/messages.html", "mailing/_messages.html", context)


@requires(Capability.EDIT_MAIL)
def new(request: MemberRequest) -> HttpResponse:
    """A new mail, begun from a small letter."""
    start = {"kind": "marketing", "topic": "newsletter", "format": "mjml", "markup": STARTER}
    form = EmailForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            made = create_email(form.document(), by=request.user, now=clock.now())
            messages.success(request, gettext("Saved"))
            return redirect("mailing:email", made.public_id)
        except Refused as refused:
            form.refuse(refused.path, refused.reason)
    return render(request, "mailing/edit.html", {"form": form}, status=422 if form.errors else 200)


@requires(Capability.EDIT_MAIL)
def edit(request: MemberRequest, email_id: str) -> HttpResponse:
    """Save a new version; messages not yet claimed will use it."""
    found = _email(email_id)
    form = EmailForm(request.POST or None, initial=initial_of(document_of(found)))
    if request.method == "POST" and form.is_valid():
        try:
            save_email(found, form.document(), by=request.user, now=clock.now())
            messages.success(request, gettext("Saved"))
            return redirect("mailing:email", found.public_id)
        except Refused as refused:
            form.refuse(refused.path, refused.reason)
    return render(request, "mailing/edit.html", {"form": form, "email": found}, status=422 if form.errors else 200)


@requires(Capability.EDIT_MAIL)
@require_POST
def draft(request: MemberRequest) -> HttpResponse:
    """What the form would make, while it is being written."""
    form = EmailForm(request.POST)
    context: dict[str, object] = {}
    if form.is_valid():
        try:
            shown = preview(form.document())
            context = {"preview": shown, "frame": reverse("mailing:draft_body", args=[drafts.keep(shown.html)])}
        except Refused as refused:
            form.refuse(refused.path, refused.reason)
    problems = [str(error) for errors in form.errors.values() for error in errors]
    return page_or_fragment(request, "mailing/draft.html", "mailing/_preview.html", {**context, "problems": problems})


@requires(Capability.EDIT_MAIL)
@require_GET
def draft_body(request: MemberRequest, token: str) -> HttpResponse:
    """The frame of a draft."""
    html = drafts.find(token)
    if html is None:
        raise Http404
    return framed(html)


@requires(Capability.VIEW_MAIL)
@require_GET
def body(request: MemberRequest, email_id: str) -> HttpResponse:
    """The frame of a saved mail."""
    return framed(preview(document_of(_email(email_id))).html)


@requires(Capability.SEND_MAIL)
@require_POST
def test(request: MemberRequest, email_id: str) -> HttpResponse:
    """Send it to oneself."""
    found = _email(email_id)
    send_test(preview(document_of(found)), to=request.user.email, by=request.user, now=clock.now())
    messages.success(request, gettext("A test is on its way to %(address)s.") % {"address": request.user.email})
    return redirect("mailing:email", found.public_id)


def framed(html: str) -> HttpResponse:
    """Somebody's HTML as a page that can do nothing."""
    return HttpResponse(html, headers={"Content-Security-Policy": FRAME_POLICY, "Cache-Control": "no-store"})


def _email(email_id: str) -> Email:
    found = find_email(email_id)
    if found is None:
        raise Http404
    return found
