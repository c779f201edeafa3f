"""Taking a ready-made flow: its mails are created, and the flow as a draft that sends them."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from ma_platform.errors import DomainError
from mailing.actions import create_email
from nurturing.actions.authoring import By, create_flow
from nurturing.models import Flow
from nurturing.ready_made import READY_MADE
from tracking.queries import main_site

SITE = "https://www.example.com"  # before the tag has seen any page


class NoSuchTemplate(DomainError):
    """There is no ready-made flow of that key."""

    code = "no_such_template"
    status = 404
    message = _("There is no such template.")


@transaction.atomic
def install_template(key: str, *, by: By, now: datetime, site: str | None = None) -> Flow:
    """Create the mails and the flow of a template as drafts.

    `site`: where the links in the mails lead; None means the site that the tag has seen most of.

    Raises NoSuchTemplate.
    """
    ready = READY_MADE.get(key)
    if ready is None:
        raise NoSuchTemplate(key=key)
    site = site or main_site() or SITE
    emails = {
        letter.key: create_email(letter.document(site=site), by=by, now=now).public_id for letter in ready.letters
    }
    return create_flow(ready.flow(emails), by=by, now=now)
