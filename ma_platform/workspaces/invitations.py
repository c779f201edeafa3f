"""The mail that carries an invitation's token; it is queued with the invitation, so neither is kept alone."""

from __future__ import annotations

from django.core.mail import send_mail
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from ma_platform.env import ENV
from ma_platform.tenancy.models import Workspace
from ma_platform.workspaces.actions.members import SentInvitation


def send_invitation(sent: SentInvitation, *, workspace: Workspace) -> None:
    """Queue the mail with the link, in the workspace's language."""
    link = f"{ENV.base_url}{reverse('accept_invitation', args=[sent.token])}"
    with translation.override(workspace.locale):
        subject = _("Invitation to %(workspace)s") % {"workspace": workspace.name}
        text = _(
            "You are invited to the marketing workspace “%(workspace)s”.\n\n"
            "Open this link within 7 days to join:\n%(link)s\n\n"
            "If you did not expect this mail, you can ignore it."
        ) % {"workspace": workspace.name, "link": link}
    send_mail(subject, text, None, [sent.invitation.email])
