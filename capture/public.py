"""Doors for strangers: the hosted form, its definition and script, the post, and the gated file."""

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.contrib.staticfiles import finders
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from capture.actions import AnswersRefused, Context, Outcome, Posted, submit
from capture.bodies import BODY_LIMIT, Body, BodyRefused, from_json, from_pairs, read_pairs
from capture.document import FormDocument, say
from capture.limits import may_post
from capture.models import Asset, Form
from capture.queries import find_asset, find_open_form, form_definition, thanks
from capture.queries.public import HONEYPOT, lead_of
from capture.refusals import worded
from capture.tokens import TokenRefused, read_download, read_shown, shown_token
from ma_platform import clock, ids
from ma_platform.tenancy.keys import hash_key
from ma_platform.tenancy.models import ApiKey, Workspace
from ma_platform.tenancy.permissions import Capability
from ma_platform.tenancy.public import public_scope, workspace_of_door
from ma_platform.tenancy.queries import workspace_by_code
from ma_platform.tenancy.reach import reach_of_key
from tracking.actions import Agent, NotKept, SubjectRef, accept_fact
from tracking.catalogue import Event

VISITOR_COOKIE = "_ma"
log = logging.getLogger(__name__)
SHOWN_HEADERS = ("accept", "sec-purpose", "purpose", "x-moz", "sec-fetch-mode")


@csrf_exempt
@xframe_options_exempt
@require_http_methods(["GET", "HEAD", "POST", "OPTIONS"])
def hosted_form(request: HttpRequest, form_id: str) -> HttpResponse:
    """The form as a page of its own, and the place every copy of it posts to."""
    workspace = workspace_of_door(form_id)
    if request.method == "OPTIONS":
        return open_to_all(HttpResponse(status=204))
    if workspace is None:
        raise Http404
    if request.method == "POST":
        return open_to_all(_post(request, workspace, form_id))
    with public_scope(workspace):
        form, document = _open_form(form_id)
        return _page(request, workspace, form, document)


@require_GET
def definition(request: HttpRequest, form_id: str) -> HttpResponse:
    """What the embed draws from."""
    workspace = workspace_of_door(form_id)
    if workspace is None:
        raise Http404
    with public_scope(workspace):
        form, document = _open_form(form_id)
        locale = translation.get_language() or workspace.locale
        answer = JsonResponse(form_definition(form, document, locale=locale, now=clock.now()))
    answer["Cache-Control"] = "no-store"
    return open_to_all(answer)


@require_safe
def script(request: HttpRequest, form_id: str) -> HttpResponseBase:
    """The embed script: the same for every form, which finds its own from the address it was loaded from."""
    path = finders.find("public/form.js")
    if not isinstance(path, str) or workspace_of_door(form_id) is None:
        raise Http404
    answer = FileResponse(open(path, "rb"), content_type="text/javascript; charset=utf-8")  # noqa: SIM115 - sent, then closed
    answer["Cache-Control"] = "public, max-age=300"
    answer["Cross-Origin-Resource-Policy"] = "cross-origin"
    answer["Access-Control-Allow-Origin"] = "*"
    return answer


@require_safe
def download(request: HttpRequest, token: str) -> HttpResponseBase:
    """The gated file. A HEAD looks and is not counted; a GET is, with the verdict on who asked."""
    try:
        wanted = read_download(token, now=clock.now())
    except TokenRefused:
        raise Http404 from None
    workspace = workspace_by_code(wanted.code)
    if workspace is None:
        raise Http404
    with public_scope(workspace):
        asset, lead_id = find_asset(wanted.asset), lead_of(wanted.submission)
    if asset is None:
        raise Http404
    answer = _file(asset)
    if request.method == "GET":
        _count_download(request, workspace, asset, {"submission": wanted.submission}, lead_id)
    return answer


def _count_download(
    request: HttpRequest, workspace: Workspace, asset: Asset, props: dict[str, Any], lead_id: int | None
) -> None:
    about = SubjectRef("asset", asset.public_id, asset.name)
    props |= {"asset": asset.public_id}
    try:
        accept_fact(
            workspace.pk,
            Event.ASSET_DOWNLOADED,
            props,
            at=clock.now(),
            lead_id=lead_id,
            subject=about,
            agent=_agent(request),
        )
    except NotKept:
        log.warning("a download of %s could not be counted", asset.public_id)  # the person gets the file all the same


def _file(asset: Asset) -> FileResponse:
    """Raises Http404 when the storage has lost it."""
    try:
        content = default_storage.open(asset.path)
    except FileNotFoundError as error:
        log.error("the file of %s is not in the storage", asset.public_id)
        raise Http404 from error
    answer = FileResponse(content, as_attachment=True, filename=asset.name, content_type=asset.content_type)
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    answer["X-Robots-Tag"] = "noindex"
    return answer


def open_to_all(answer: HttpResponse) -> HttpResponse:
    """Any site may embed the form; no cookie is looked at, so none is allowed."""
    answer["Access-Control-Allow-Origin"] = "*"
    answer["Access-Control-Allow-Methods"] = "GET, POST, OPTIONS"
    answer["Access-Control-Allow-Headers"] = "Content-Type, Authorization"
    answer["Access-Control-Max-Age"] = "600"
    return answer


def _open_form(form_id: str) -> tuple[Form, FormDocument]:
    found = find_open_form(form_id)
    if found is None:
        raise Http404
    return found


def _post(request: HttpRequest, workspace: Workspace, form_id: str) -> HttpResponse:
    if not may_post(form_id, _address(request)):
        answer = _told(request, 429, gettext("Too many answers from your network. Please try again in a minute."))
        answer["Retry-After"] = "60"
        return answer
    try:
        body = _body(request)
    except BodyRefused as refused:
        return _told(request, refused.status, refused.reason)
    with public_scope(workspace):
        form, document = _open_form(form_id)
        return _take(request, workspace, form, document, body)


def _take(request: HttpRequest, workspace: Workspace, form: Form, document: FormDocument, body: Body) -> HttpResponse:
    now = clock.now()
    locale = translation.get_language() or workspace.locale
    try:
        token, shown_at = _token(request, form, body, now)
        posted = Posted(token, body.answers, body.consents, _context(request, body), shown_at, body.trap, locale)
        outcome = submit(form, posted, now=now)
    except TokenRefused:
        return _refused(request, workspace, form, document, body, {"token": "expired"})
    except AnswersRefused as refused:
        return _refused(request, workspace, form, document, body, refused.errors)
    return _thanked(request, workspace, outcome, locale=locale, now=now)


def _token(request: HttpRequest, form: Form, body: Body, now: datetime) -> tuple[str, datetime | None]:
    """The single-use token and when the form was shown; a server's API key stands for both. Raises TokenRefused."""
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        key = ApiKey.objects.filter(secret_hash=hash_key(secret.strip()), revoked_at=None).first()
        if key is None or Capability.EDIT_LEADS not in key.capabilities:
            raise TokenRefused
        if reach_of_key(key) is None:  # one that sees a part of the people is no more than a visitor
            name = request.headers.get("Idempotency-Key", "")[:200]
            return f"key:{key.pk}:{form.pk}:{name or ids.new('post')}", None
    return body.token, read_shown(body.token, form.public_id, now=now)


def _body(request: HttpRequest) -> Body:
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or int(length) > BODY_LIMIT:
        raise BodyRefused(413, f"more than {BODY_LIMIT // 1024} KB")
    kind = request.content_type
    if kind == "application/json":
        return from_json(request.body, honeypot=HONEYPOT)
    if kind == "application/x-www-form-urlencoded":
        return from_pairs(read_pairs(request.body), honeypot=HONEYPOT)
    if kind == "multipart/form-data":
        return from_pairs(dict(request.POST.lists()), honeypot=HONEYPOT)
    raise BodyRefused(415, "JSON or a form, please")


def _context(request: HttpRequest, body: Body) -> Context:
    """Where the answer was given: what the page says, else what the browser says."""
    return Context(
        url=_web_address(body.url) or _web_address(request.headers.get("Referer", "")) or request.build_absolute_uri(),
        referrer=_web_address(body.referrer),
        visitor=_visitor(body.visitor or request.COOKIES.get(VISITOR_COOKIE, "")),
        utm=body.utm,
        ip=_address(request),
        agent=request.headers.get("User-Agent", ""),
    )


def _visitor(key: str) -> str:
    return key if 16 <= len(key) <= 64 and key.replace("-", "").replace("_", "").isalnum() and key.isascii() else ""


def _web_address(text: str) -> str:
    return text if text.startswith(("http://", "https://")) else ""


def _address(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR", ""))


def _agent(request: HttpRequest) -> Agent:
    headers = tuple((name, request.headers[name]) for name in SHOWN_HEADERS if name in request.headers)
    return Agent(request.headers.get("User-Agent", ""), _address(request), str(request.method), headers)


def _wants_json(request: HttpRequest) -> bool:
    return request.content_type == "application/json" or request.headers.get("Accept", "").startswith(
        "application/json"
    )


def _told(request: HttpRequest, status: int, reason: str) -> HttpResponse:
    if _wants_json(request):
        return JsonResponse({"ok": False, "errors": {"form": reason}}, status=status)
    return render(request, "capture/public_refused.html", {"reason": reason}, status=status)


def _refused(
    request: HttpRequest,
    workspace: Workspace,
    form: Form,
    document: FormDocument,
    body: Body,
    errors: Mapping[str, str],
) -> HttpResponse:
    if _wants_json(request):
        return JsonResponse({"ok": False, "errors": worded(errors)}, status=422)
    return _page(request, workspace, form, document, body=body, errors=worded(errors))


def _thanked(
    request: HttpRequest, workspace: Workspace, outcome: Outcome, *, locale: str, now: datetime
) -> HttpResponse:
    after = thanks(outcome.submission, outcome.document, locale=locale, now=now)
    if after.get("message") == "":
        after["message"] = gettext("Thank you. We have received your answer.")
    if _wants_json(request):
        if "asset" in after:
            after["asset"]["url"] = request.build_absolute_uri(after["asset"]["url"])
        return JsonResponse({"ok": True, "submission": outcome.submission.public_id, "after": after})
    if "redirect" in after:
        return redirect(after["redirect"])
    context = {"after": after, "workspace": workspace, "name": say(outcome.document.name, locale)}
    return render(request, "capture/public_thanks.html", context)


def _page(
    request: HttpRequest,
    workspace: Workspace,
    form: Form,
    document: FormDocument,
    *,
    body: Body | None = None,
    errors: Mapping[str, str] | None = None,
) -> HttpResponse:
    now, locale = clock.now(), translation.get_language() or workspace.locale
    context: dict[str, Any] = form_definition(form, document, locale=locale, now=now)  # Any: values of a page
    keep_token = body is not None and "token" not in (errors or {})
    context |= {
        "workspace": workspace,
        "name": say(document.name, locale),
        "token": body.token if body and keep_token else shown_token(form.public_id, now=now),
        "questions": _questions(context["fields"], body, errors or {}),
        "ticks": _ticks(context["consents"], body, errors or {}),
        "page_error": (errors or {}).get("token", ""),
        "hidden": _hidden(request, body),
    }
    answer = render(request, "capture/public_form.html", context, status=422 if errors else 200)
    target = urlsplit(document.after.redirect)
    targets = ["'self'", f"{target.scheme}://{target.netloc}"] if target.netloc else ["'self'"]
    # A hosted form may stand in a customer's iframe, and its answer may lead to the customer's own page.
    setattr(answer, "_csp_replace", {"frame-ancestors": ["*"], "form-action": targets})  # noqa: B010 - django-csp's own mark
    return answer


def _questions(fields: list[dict[str, Any]], body: Body | None, errors: Mapping[str, str]) -> list[dict[str, Any]]:
    values = body.answers if body else {}
    return [{**field, "value": _shown(field, values), "error": errors.get(field["key"], "")} for field in fields]


def _shown(field: Mapping[str, Any], values: Mapping[str, object]) -> object:
    """What stands in the box; of several boxes the list of ticked ones, since a text "contains" every part of it."""
    value = values.get(field["key"], field["default"])
    return [value] if field["choices"] and field["type"] == "checkbox" and isinstance(value, str) else value


def _ticks(lines: list[dict[str, Any]], body: Body | None, errors: Mapping[str, str]) -> list[dict[str, Any]]:
    given = body.consents if body else {}
    return [
        {**line, "given": line["topic"] in given, "error": errors.get(f"consents.{line['topic']}", "")}
        for line in lines
    ]


def _hidden(request: HttpRequest, body: Body | None) -> dict[str, str]:
    if body is not None:
        return {"_url": body.url, "_referrer": body.referrer, "_visitor": body.visitor}
    visitor = _visitor(request.GET.get("_ma", "") or request.COOKIES.get(VISITOR_COOKIE, ""))
    return {"_url": request.build_absolute_uri(), "_referrer": request.headers.get("Referer", ""), "_visitor": visitor}
