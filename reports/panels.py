"""Home and health in the rail."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from ma_platform.tenancy.permissions import Capability
from ma_platform.ui.navigation import NavItem, Section, register

register(NavItem(key="home", label=_("Home"), icon="home", url_name="home", section=Section.HOME, order=0))
register(
    NavItem(
        key="health",
        label=_("System health"),
        icon="bolt",
        url_name="health",
        section=Section.SETTINGS,
        order=90,
        capability=Capability.VIEW_REPORTS,
    )
)
