"""What the audit log calls members, keys and closure days."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.utils.translation import gettext_lazy as _

from ma_platform.audit.naming import Named, name_rows, name_values, names
from ma_platform.tenancy.models import ApiKey, ClosureDays, Group
from ma_platform.tenancy.permissions import ROLE_LABELS, SPAN_LABELS
from ma_platform.tenancy.queries import members
from ma_platform.workspaces.forms import CAPABILITY_LABELS, WorkspaceForm

name_rows("key", ApiKey, "name")
name_rows("clo", ClosureDays, "name")
name_rows("grp", Group, "name")
name_values("role", {role.value: label for role, label in ROLE_LABELS.items()}.get)
name_values("reach", {span.value: label for span, label in SPAN_LABELS.items()}.get)
name_values("scopes", {one.value: label for one, label in CAPABILITY_LABELS.items()}.get)
name_values("fields", {**{name: one.label for name, one in WorkspaceForm.base_fields.items()}, "name": _("Name")}.get)


@names("member")
def people(subjects: Collection[str]) -> Mapping[str, Named]:
    """Members of today, by their numbers."""
    found = members().filter(user_id__in=[int(one) for one in subjects])
    return {str(member.user_id): Named(str(member.user)) for member in found}
