"""Mail addresses of a person: added, taken off, made the main one."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from leads.actions.addresses import add_address, drop_address, make_main
from leads.queries.sensitive import is_withheld
from leads.refusals import LeadRefused, worded
from leads.views.found import found_lead
from ma_platform import clock
from ma_platform.tenancy.permissions import Capability, requires
from ma_platform.tenancy.requests import MemberRequest

DEEDS = {"add": add_address, "main": make_main, "remove": drop_address}
DONE = {
    "main": gettext_lazy("Mails go to this address from now on. Consents given for the former one rest with it."),
    "remove": gettext_lazy("The address was taken off, with the consents given for it."),
}
UNDONE = {
    "main": gettext_lazy("Nothing was changed: this is not a further address that can become the main one."),
    "remove": gettext_lazy("Nothing was changed: this is not a further address that can be taken off."),
}


@requires(Capability.EDIT_LEADS)
@require_POST
def address(request: MemberRequest, lead_id: str) -> HttpResponse:
    """`email`, and in `to` what becomes of it: add (unless said), main or remove."""
    lead, to = found_lead(lead_id), request.POST.get("to", "add")
    if is_withheld("email"):
        raise PermissionDenied
    try:
        done = DEEDS.get(to, add_address)(lead, request.POST.get("email", "")[:400], by=request.user, now=clock.now())
    except LeadRefused as refused:
        messages.error(request, " ".join(worded(refused.errors).values()))
    else:
        if done and to in DONE:
            messages.success(request, DONE[to])
        elif not done:
            messages.info(request, UNDONE.get(to, _("This address is theirs already.")))
    return redirect(f"{reverse('leads:page', args=[lead.public_id])}?tab=fields")
