"""Who may do what: one table of roles × capabilities, and the decorator every dashboard view wears."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils.translation import gettext_lazy as _


class Capability(StrEnum):
    """One thing a person may do; also the scope names of API keys."""

    VIEW_LEADS = "leads:view"
    EDIT_LEADS = "leads:edit"
    DELETE_LEADS = "leads:delete"
    IMPORT_LEADS = "leads:import"
    EXPORT_LEADS = "leads:export"
    DESIGN_LEADS = "leads:design"
    SEE_SENSITIVE = "leads:sensitive"
    EDIT_SEGMENTS = "segments:edit"
    VIEW_FORMS = "forms:view"
    EDIT_FORMS = "forms:edit"
    VIEW_MAIL = "mail:view"
    EDIT_MAIL = "mail:edit"
    SEND_MAIL = "mail:send"
    VIEW_FLOWS = "flows:view"
    EDIT_FLOWS = "flows:edit"
    PUBLISH_FLOWS = "flows:publish"
    VIEW_SCORING = "scoring:view"
    EDIT_SCORING = "scoring:edit"
    VIEW_LIFECYCLE = "lifecycle:view"
    MOVE_STAGE = "lifecycle:move"
    VIEW_DEALS = "deals:view"
    EDIT_DEALS = "deals:edit"
    VIEW_REPORTS = "reports:view"
    VIEW_TRACKING = "tracking:view"
    EDIT_TRACKING = "tracking:edit"
    SEE_ALERTS = "alerts:see"
    MANAGE_MEMBERS = "members:manage"
    MANAGE_KEYS = "keys:manage"
    MANAGE_WORKSPACE = "workspace:manage"
    READ_AUDIT = "audit:read"


class Role(StrEnum):
    """What a member is in a workspace, from most to least."""

    OWNER = "owner"
    ADMIN = "admin"
    MARKETER = "marketer"
    SALES = "sales"
    VIEWER = "viewer"


class Span(StrEnum):
    """Whose people a member sees."""

    ALL = "all"
    GROUP = "group"
    OWN = "own"


SPAN_LABELS = {
    Span.ALL: _("Everybody"),
    Span.GROUP: _("People of their groups"),
    Span.OWN: _("Their own people"),
}

ROLE_LABELS = {
    Role.OWNER: _("Owner"),
    Role.ADMIN: _("Administrator"),
    Role.MARKETER: _("Marketer"),
    Role.SALES: _("Sales"),
    Role.VIEWER: _("Viewer"),
}

_READS = frozenset(c for c in Capability if c.value.endswith((":view", ":see")))
_ALL = frozenset(Capability)
_MANAGES = frozenset(c for c in Capability if c.value.endswith(":manage"))

ROLE_CAPABILITIES: dict[Role, frozenset[Capability]] = {
    Role.OWNER: _ALL,
    Role.ADMIN: _ALL,
    Role.MARKETER: _ALL - _MANAGES - {Capability.DELETE_LEADS, Capability.READ_AUDIT},
    Role.SALES: _READS | {Capability.EDIT_LEADS, Capability.MOVE_STAGE, Capability.EDIT_DEALS},
    Role.VIEWER: _READS,
}

# What concerns the whole workspace is not for those who see a part of its people, whatever their role.
OF_THE_WHOLE = _MANAGES | {Capability.IMPORT_LEADS, Capability.READ_AUDIT}

PAGE_METHODS = ("GET", "HEAD", "POST")  # all that links and forms of a page can say
View = Callable[..., HttpResponse]


def requires(capability: Capability) -> Callable[[View], View]:
    """Let in members whose role has `capability`; strangers go to sign-in, others get the 403 page."""

    def wear(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if (turned_away := _turned_away(request)) is not None:
                return turned_away
            if capability not in getattr(request, "can", frozenset()):
                raise PermissionDenied(capability)
            return view(request, *args, **kwargs)

        guarded.capability = capability  # type: ignore[attr-defined]  # read by the walls test
        return guarded

    return wear


def signed_in(view: View) -> View:
    """Let in anybody who is signed in, member of something or not: profile, language, workspace switch."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if (turned_away := _turned_away(request)) is not None:
            return turned_away
        return view(request, *args, **kwargs)

    guarded.capability = "signed_in"  # type: ignore[attr-defined]  # read by the walls test
    return guarded


def _turned_away(request: HttpRequest) -> HttpResponse | None:
    """The answer to a method no page has, or to a stranger; None lets the request in."""
    if request.method not in PAGE_METHODS:
        return HttpResponseNotAllowed(PAGE_METHODS)
    return None if request.user.is_authenticated else _to_sign_in(request)


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    from django.contrib.auth.views import redirect_to_login  # needs the user model, which needs this module

    return redirect_to_login(request.get_full_path())
