"""Doors of mails already sent: pixel, links, refusal. No session, no account; the signed token is the key.

`/o/` and `/c/` need no database: what they must know is in the token, what they learn goes to the stream. No GET or
HEAD changes anything, so no scanner unsubscribes anybody.
"""

from __future__ import annotations

import logging
from base64 import b64decode
from datetime import UTC, datetime
from urllib.parse import urlsplit, urlunsplit

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from ma_platform import clock
from ma_platform.tenancy.models import Workspace
from ma_platform.tenancy.public import public_scope
from mailing.actions import refuse_by_ticket, resubscribe_by_ticket
from mailing.queries.refusal import Refusal, refusal_of
from mailing.signing import SIGNER
from mailing.tokens import BadToken, Ticket
from tracking.actions import Agent, NotKept, SubjectRef, accept_fact
from tracking.catalogue import Event

GIF = b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
NEVER_KEPT = "no-store, no-cache, must-revalidate, private"
log = logging.getLogger(__name__)


@require_safe
def opened(request: HttpRequest, token: str) -> HttpResponse:
    """The pixel: always a picture, whatever the token."""
    try:
        ticket = SIGNER.read_track(token)
    except BadToken:
        return _pixel()
    subject = SubjectRef("email", ticket.email)
    _accept(request, Event.EMAIL_OPENED, ticket, subject, {"message": ticket.message, "email": ticket.email})
    return _pixel()


@require_safe
def clicked(request: HttpRequest, token: str) -> HttpResponse:
    """Where the author's link leads, with a parameter that lets the tag there recognise the reader."""
    try:
        ticket, url = SIGNER.read_click(token)
    except BadToken as error:
        raise Http404 from error
    subject = SubjectRef("link", url, url=url)
    props = {"message": ticket.message, "email": ticket.email, "url": url, "link": url}
    _accept(request, Event.EMAIL_CLICKED, ticket, subject, props)
    response = HttpResponse(status=302)
    response["Location"] = _decorated(url, SIGNER.landing(ticket, at=int(clock.now().timestamp())))
    response["Cache-Control"] = NEVER_KEPT
    response["Referrer-Policy"] = "no-referrer"
    return response


@require_safe
def trapped(request: HttpRequest, token: str) -> HttpResponse:
    """The link nobody can see: whoever follows it follows every link, and is judged with what else they did."""
    try:
        ticket = SIGNER.read_track(token)
    except BadToken as error:
        raise Http404 from error
    props = {"message": ticket.message, "email": ticket.email}
    _accept(request, Event.EMAIL_CLICKED, ticket, SubjectRef("link", "hidden"), props, hidden=True)
    return HttpResponse(status=204, headers={"Cache-Control": NEVER_KEPT, "X-Robots-Tag": "noindex"})


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def refusal(request: HttpRequest, token: str) -> HttpResponse:
    """The page behind "unsubscribe", and the mail program's one-click POST (RFC 8058)."""
    try:
        ticket = SIGNER.read_refuse(token)
    except BadToken as error:
        raise Http404 from error
    workspace = Workspace.objects.filter(pk=ticket.tenant_id).first()
    if workspace is None:
        raise Http404
    with public_scope(workspace):
        if request.method == "POST":
            _act(request, ticket)
            if request.POST.get("List-Unsubscribe") == "One-Click":
                return HttpResponse(status=200)
        return _page(request, refusal_of(ticket), workspace)


def _act(request: HttpRequest, ticket: Ticket) -> None:
    wish, now = request.POST.get("wish", ""), clock.now()
    if request.POST.get("List-Unsubscribe") == "One-Click":
        refuse_by_ticket(ticket, everything=False, one_click=True, now=now)
    elif wish in ("topic", "everything"):
        refuse_by_ticket(ticket, everything=wish == "everything", one_click=False, now=now)
    elif wish == "resubscribe":
        resubscribe_by_ticket(ticket, wording=_("Receive these mails again"), now=now)


def _page(request: HttpRequest, found: Refusal | None, workspace: Workspace) -> HttpResponse:
    if found is None:
        raise Http404
    response = render(
        request, "mailing/refusal.html", {"refusal": found, "workspace": workspace, "done": request.method == "POST"}
    )
    response["Cache-Control"] = NEVER_KEPT
    response["X-Robots-Tag"] = "noindex"
    response["Referrer-Policy"] = "no-referrer"
    return response


def _pixel() -> HttpResponse:
    return HttpResponse(GIF, content_type="image/gif", headers={"Cache-Control": NEVER_KEPT})


def _accept(
    request: HttpRequest,
    event: Event,
    ticket: Ticket,
    subject: SubjectRef,
    props: dict[str, str],
    *,
    hidden: bool = False,
) -> None:
    """Keep the fact; a reader is never kept waiting or turned away because it cannot be kept."""
    delivered_at = datetime.fromtimestamp(ticket.sent_at, UTC) if ticket.sent_at else None
    try:
        accept_fact(
            ticket.tenant_id,
            event,
            dict(props),
            at=clock.now(),
            lead_id=ticket.lead_id or None,
            subject=subject,
            agent=_agent(request),
            delivered_at=delivered_at,
            hidden=hidden,
        )
    except NotKept as error:
        log.error("%s of %s was not kept: %s", event.wire, ticket.message, error)


def _agent(request: HttpRequest) -> Agent:
    headers = tuple((name.lower(), value[:300]) for name, value in request.headers.items() if name.lower() != "cookie")
    ip = request.META.get("REMOTE_ADDR", "")
    return Agent(ua=request.headers.get("User-Agent", ""), ip=ip, method=request.method or "GET", headers=headers)


def _decorated(url: str, landing: str) -> str:
    parts = urlsplit(url)
    query = f"{parts.query}&ma_c={landing}" if parts.query else f"ma_c={landing}"
    return urlunsplit((parts.scheme, parts.netloc, parts.path or "/", query, parts.fragment))
