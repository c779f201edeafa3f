"""What the audit log calls the things of this room."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from ma_platform.audit.naming import name_rows, name_values
from tracking.models import CustomName, Domain, Network

name_rows("net", Network, "company_name")
name_rows("evn", CustomName, "name", page="tracking:event_name")
name_values("kind", {Domain.Kind.SITE.value: _("Site"), Domain.Kind.TRACKING.value: _("Tracking")}.get)
