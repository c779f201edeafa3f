"""The local mail box: what this machine would have sent. With DEBUG only; it belongs to no workspace."""

from __future__ import annotations

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from ma_platform.env import ENV
from mailing import presentation
from mailing.models import MailboxEntry
from mailing.views.emails import framed

PAGE = 50


@require_GET
def mailbox(request: HttpRequest) -> HttpResponse:
    """Caught mails, newest first; `to` narrows to one address."""
    _only_here(request)
    to, after = request.GET.get("to", ""), presentation.cursor(request.GET.get("after", ""))
    rows = MailboxEntry.objects.order_by("-id").defer("content")
    rows = rows.filter(recipient=to) if to else rows
    shown = list((rows.filter(id__lt=after[0]) if after else rows)[: PAGE + 1])
    following = f"?{urlencode({'to': to, 'after': shown[PAGE - 1].pk})}" if len(shown) > PAGE else ""
    return render(request, "mailing/mailbox.html", {"rows": shown[:PAGE], "next": following, "to": to})


@require_GET
def entry(request: HttpRequest, entry_id: int) -> HttpResponse:
    """One caught mail: as a page, as text, and its headers."""
    _only_here(request)
    found = get_object_or_404(MailboxEntry, pk=entry_id)
    mail = _mail(found)
    text = mail.get_body(("plain",))
    context = {
        "entry": found,
        "headers": [(name, str(value)) for name, value in mail.items()],
        "text": text.get_content() if text else "",
        "has_html": mail.get_body(("html",)) is not None,
    }
    return render(request, "mailing/mailbox_entry.html", context)


@require_GET
def entry_body(request: HttpRequest, entry_id: int) -> HttpResponse:
    """The HTML part in a frame; its links open outside of it."""
    _only_here(request)
    part = _mail(get_object_or_404(MailboxEntry, pk=entry_id)).get_body(("html",))
    if part is None:
        raise Http404
    response = framed('<base target="_blank">' + part.get_content())
    response["Content-Security-Policy"] = response["Content-Security-Policy"].replace(
        "sandbox;", "sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation;"
    )
    return response


def _mail(found: MailboxEntry) -> EmailMessage:
    mail = message_from_bytes(bytes(found.content), policy=default)
    assert isinstance(mail, EmailMessage)
    return mail


def _only_here(request: HttpRequest) -> None:
    """With DEBUG, and only for a browser on this machine: password links of everybody are in these mails."""
    if not ENV.debug or request.META.get("REMOTE_ADDR") not in ("127.0.0.1", "::1"):
        raise Http404
