"""The doors of the dashboard: who asks, in which workspace, in what language and time zone."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from zoneinfo import ZoneInfo

from django.core.exceptions import BadRequest
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone, translation

from ma_platform.tenancy import veil
from ma_platform.tenancy.models import Membership, Workspace
from ma_platform.tenancy.permissions import Capability
from ma_platform.tenancy.reach import Reach, reach_of, reaching
from ma_platform.tenancy.requests import MemberRequest
from ma_platform.tenancy.scope import self_scope, tenant_scope

log = logging.getLogger(__name__)
Answer = Callable[[HttpRequest], HttpResponse]
STRANGERS = (
    "/v1/",
    "/api/v1/",
    "/f/",
    "/o/",
    "/c/",
    "/u/",
    "/d/",
    "/t.",
    "/static/",
    "/healthz",
    "/readyz",
    "/webhooks/",
)
SESSION_KEY = "workspace"


def _texts(form: QueryDict) -> Iterator[str]:
    """Names and values of a form."""
    return (text for name, values in form.lists() for text in (name, *values))


class PersonMiddleware:
    """Finds the signed-in person's memberships and the one in use; speaks their language."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.workspace = request.membership = None  # type: ignore[attr-defined]  # our additions to the request
        request.memberships, request.can = [], frozenset()  # type: ignore[attr-defined]
        request.closed = []  # type: ignore[attr-defined]
        if request.path.startswith(STRANGERS):
            return self.get_response(request)
        if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest("a NUL character, which no text of ours holds")
        if request.user.is_authenticated:
            self._settle(request)
        self._speak(request)
        try:
            return self.get_response(request)
        finally:  # the thread's next request may be a stranger's, who has no language or zone of this member
            timezone.deactivate()
            translation.deactivate()

    def process_view(self, request: HttpRequest, view: object, args: object, kwargs: object) -> None:
        """A form is read here, after the address found its view, as the check of its token does."""
        if not request.path.startswith(STRANGERS) and any("\0" in text for text in _texts(request.POST)):
            raise BadRequest("a NUL character, which no text of ours holds")

    def _settle(self, request: HttpRequest) -> None:
        person = int(request.user.pk or 0)
        with self_scope(person):
            everywhere = list(Membership.everywhere.filter(user_id=person).select_related("tenant").order_by("id"))
        found = [one for one in everywhere if one.tenant.closed_at is None]
        request.closed = [one for one in everywhere if one.tenant.closed_at is not None]  # type: ignore[attr-defined]
        wanted = request.session.get(SESSION_KEY)
        chosen = next((one for one in found if one.tenant.public_id == wanted), found[0] if found else None)
        request.memberships, request.membership = found, chosen  # type: ignore[attr-defined]
        if chosen is not None:
            request.workspace, request.can = chosen.tenant, chosen.capabilities  # type: ignore[attr-defined]

    def _speak(self, request: HttpRequest) -> None:
        person, workspace = request.user, request.workspace  # type: ignore[attr-defined]
        chosen = getattr(person, "language", None) or translation.get_language_from_request(request)
        translation.activate(chosen)
        request.LANGUAGE_CODE = translation.get_language() or "ja"
        if workspace is not None:
            timezone.activate(ZoneInfo(workspace.timezone))


class TenantMiddleware:
    """Entrance one: the whole request of a member runs in the transaction of the workspace in use."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        workspace: Workspace | None = request.workspace  # type: ignore[attr-defined]
        if workspace is None:
            return self.get_response(request)
        membership: Membership = request.membership  # type: ignore[attr-defined]
        request.POST  # noqa: B018 - arrives before the transaction, which is ended after half a minute without a word
        return in_scope(workspace, request, self.get_response, reach=lambda: reach_of(membership))


def in_scope(
    workspace: Workspace, request: HttpRequest, get_response: Answer, *, reach: Callable[[], Reach | None]
) -> HttpResponse:
    """Answer inside the tenant's transaction, the asker's reach, which is read there, and behind the veil they wear.

    An answer of 400 and above keeps nothing that was written.
    """
    key = getattr(request, "api_key", None)
    can = key.capabilities if key is not None else request.can  # type: ignore[attr-defined]  # put there by the doors
    only_reads = request.method in ("GET", "HEAD", "OPTIONS")
    with _entered(workspace, can, reach=reach, reading=only_reads):
        response = get_response(request)
        if hasattr(response, "render") and not getattr(response, "is_rendered", True):
            response = response.render()
        if response.status_code >= 400:
            transaction.set_rollback(True)
        return response


def in_parts(request: MemberRequest, parts: Iterator[bytes], *, broken_off: Callable[[], bytes]) -> Iterator[bytes]:
    """A long answer to a member, read after their request: every part in a transaction of its own, with the reach,
    behind the veil and in the language of the request. Nothing is held while a part goes out.

    broken_off: the last part where one fails; the server would end such an answer as if it were whole.
    """
    language = translation.get_language()
    try:
        while (part := _next_part(request, parts, language)) is not None:
            yield part
    except Exception:  # the outermost loop of the answer: what the page of 500 is for others
        log.exception("an answer in parts broke off: %s", request.path)
        yield broken_off()


def _next_part(request: MemberRequest, parts: Iterator[bytes], language: str | None) -> bytes | None:
    membership = request.membership
    with (
        _entered(request.workspace, request.can, reach=lambda: reach_of(membership), reading=True),
        translation.override(language),
    ):
        return next(parts, None)


@contextmanager
def _entered(
    workspace: Workspace, can: Collection[Capability], *, reach: Callable[[], Reach | None], reading: bool
) -> Iterator[None]:
    with tenant_scope(workspace), reaching(reach()), veil.worn_by(can, reading=reading):
        yield
