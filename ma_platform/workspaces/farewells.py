"""The mail that tells everybody of a workspace that it was closed.

It leaves at once, not as a message of the workspace: a closed one sends nothing.
"""

from __future__ import annotations

import logging
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ma_platform.env import ENV
from ma_platform.workspaces.actions.closing import Told, Untold

log = logging.getLogger(__name__)


def tell_of_closing(untold: Untold) -> int:
    """Hand a mail over to each member, in their language; one that is refused keeps no other back. Returns how many a
    server took. Call it outside of any workspace.
    """
    try:
        mails = [_mail(untold, one) for one in untold.members]
        return int(get_connection(fail_silently=True).send_messages(mails) or 0)
    except OSError:
        log.exception("nobody could be told of closing %s", untold.closing_id)
        return 0


def _mail(untold: Untold, to: Told) -> EmailMessage:
    with translation.override(to.language):
        words = {
            "workspace": untold.workspace,
            "day": date_format(untold.delete_at.astimezone(ZoneInfo(settings.TIME_ZONE)), "DATE_FORMAT"),
            "link": f"{ENV.base_url}{reverse('closed_workspaces')}",
        }
        subject = _("The workspace “%(workspace)s” was closed") % words
        text = _(
            "The marketing workspace “%(workspace)s” was closed. Nobody can work in it, its forms and its tag take "
            "nothing any more, and it sends nothing."
        )
        parts = [text, *(_gone() if untold.at_once else _going(to))]
        return EmailMessage(subject, "\n\n".join(parts) % words, None, [to.address])


def _gone() -> list[str]:
    return [_("Everything in it is being deleted for good now. It cannot be brought back.")]


def _going(to: Told) -> list[str]:
    asked = _("Until then you can bring it back as it was, or see when it ends:\n%(link)s")
    others = _("Until then an owner can bring it back as it was.")
    return [_("Everything in it will be deleted for good after %(day)s."), asked if to.owns else others]
