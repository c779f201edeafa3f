"""Fields called sensitive, or no longer, on the page of fields."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from leads.actions.sensitive import mark_field, unmark_field
from leads.queries.sensitive import word_label
from ma_platform import clock
from ma_platform.errors import NotFound
from ma_platform.tenancy.permissions import Capability, requires
from ma_platform.tenancy.requests import MemberRequest


@requires(Capability.SEE_SENSITIVE)
@require_POST
def mark(request: MemberRequest) -> HttpResponse:
    """Call the field `word` sensitive; with `off` show it to everybody again."""
    if Capability.DESIGN_LEADS not in request.can:
        raise PermissionDenied(Capability.DESIGN_LEADS)
    word, now = request.POST.get("word", "")[:200], clock.now()
    label = word_label(word)
    if "off" in request.POST:
        unmark_field(word, by=request.user, now=now)
        messages.success(request, _("Everybody sees “%(name)s” again.") % {"name": label})
        return redirect("leads:attributes")
    try:
        mark_field(word, by=request.user, now=now)
    except NotFound as unknown:
        raise Http404 from unknown
    messages.success(
        request, _("“%(name)s” is now shown only to those who may see sensitive fields.") % {"name": label}
    )
    return redirect("leads:attributes")
