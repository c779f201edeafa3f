"""What leads put into the shell."""

from django.utils.translation import gettext_lazy as _

from ma_platform.tenancy.permissions import Capability
from ma_platform.ui.navigation import NavItem, Section, register

register(
    NavItem(
        key="leads",
        label=_("Leads"),
        icon="users",
        url_name="leads:list",
        section=Section.PEOPLE,
        order=10,
        capability=Capability.VIEW_LEADS,
    )
)
register(
    NavItem(
        key="companies",
        label=_("Companies"),
        icon="building",
        url_name="leads:companies",
        section=Section.PEOPLE,
        order=20,
        capability=Capability.VIEW_LEADS,
    )
)
