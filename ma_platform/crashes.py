"""What a request that crashed is answered, whichever door it came through: Django's `handler500`.

The one place that also sees what fails after the view, at the commit.
"""

from __future__ import annotations

import sys

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.defaults import server_error

from ma_platform.api.middleware import PREFIX
from ma_platform.api.problems import busy
from ma_platform.db.passing import RETRY_AFTER, is_passing
from ma_platform.ui.pages import toast


def answer_crash(request: HttpRequest) -> HttpResponse:
    """503 when trying again may help, else 500. Asks the database nothing: the transaction may be broken."""
    if not is_passing(sys.exception()):
        return server_error(request)
    if request.path.startswith(PREFIX):
        return busy()
    response = HttpResponse(render_to_string("503.html"), status=503, headers=RETRY_AFTER)
    return toast(response, _("Busy just now. Nothing was saved; please try again."), tone="danger")
