"""Settings in the rail, and the setup steps that belong to the workspace itself."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ma_platform.tenancy.permissions import Capability
from ma_platform.tenancy.queries import settings_of
from ma_platform.ui import navigation, slots

navigation.register(
    navigation.NavItem(
        key="settings",
        label=_("Settings"),
        icon="settings",
        url_name="settings",
        section=navigation.Section.SETTINGS,
        order=10,
        capability=Capability.MANAGE_WORKSPACE,
        also_under=("/settings/",),
    )
)


@slots.CHECKLIST.fill(order=50, capability=Capability.MANAGE_WORKSPACE)
def sender_block(now: datetime) -> slots.Step:
    found = settings_of()
    done = bool(found.sender_name and found.sender_postal_address and found.sender_contact)
    return slots.Step(key="sender", title=_("Say who sends your mail"), done=done, url=reverse("settings"))
