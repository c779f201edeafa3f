"""Shapes of the settings pages; none of them saves."""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ma_platform.tenancy.models import User, Workspace
from ma_platform.tenancy.permissions import ROLE_LABELS, SPAN_LABELS, Capability, Role, Span
from ma_platform.tenancy.queries import members
from ma_platform.workspaces.actions.closures import ClosureInput
from ma_platform.workspaces.reach_forms import ReachForm

ROLES = [(role.value, ROLE_LABELS[role]) for role in Role]
ZONES = [(zone, zone) for zone in sorted(available_timezones()) if "/" in zone or zone == "UTC"]

CAPABILITY_LABELS = {
    Capability.VIEW_LEADS: _("See leads and companies"),
    Capability.EDIT_LEADS: _("Add and change leads"),
    Capability.DELETE_LEADS: _("Delete leads"),
    Capability.IMPORT_LEADS: _("Import files"),
    Capability.EXPORT_LEADS: _("Export leads"),
    Capability.DESIGN_LEADS: _("Set up fields and titles of leads"),
    Capability.SEE_SENSITIVE: _("See sensitive fields"),
    Capability.EDIT_SEGMENTS: _("Change segments and lists"),
    Capability.VIEW_FORMS: _("See forms and answers"),
    Capability.EDIT_FORMS: _("Change forms and documents"),
    Capability.VIEW_MAIL: _("See mails"),
    Capability.EDIT_MAIL: _("Write mails"),
    Capability.SEND_MAIL: _("Send mails"),
    Capability.VIEW_FLOWS: _("See scenarios"),
    Capability.EDIT_FLOWS: _("Change scenarios"),
    Capability.PUBLISH_FLOWS: _("Publish and pause scenarios"),
    Capability.VIEW_SCORING: _("See scores and their rules"),
    Capability.EDIT_SCORING: _("Change the score model"),
    Capability.VIEW_LIFECYCLE: _("See stages"),
    Capability.MOVE_STAGE: _("Move leads between stages"),
    Capability.VIEW_DEALS: _("See deals"),
    Capability.EDIT_DEALS: _("Add and close deals"),
    Capability.VIEW_REPORTS: _("See reports"),
    Capability.VIEW_TRACKING: _("See visits"),
    Capability.EDIT_TRACKING: _("Set up the tag"),
    Capability.SEE_ALERTS: _("See alerts"),
    Capability.MANAGE_MEMBERS: _("Invite and remove members"),
    Capability.MANAGE_KEYS: _("Create and revoke API keys"),
    Capability.MANAGE_WORKSPACE: _("Change the workspace settings"),
    Capability.READ_AUDIT: _("Read the audit log"),
}


class ZoneSelect(forms.Select):
    """Some five hundred zones, drawn once for each that is chosen: a page took a tenth of a second to draw them."""

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        return _zones(name, str(value or ""), tuple((attrs or {}).items()))


@lru_cache(maxsize=64)
def _zones(name: str, value: str, attrs: tuple[tuple[str, Any], ...]) -> SafeString:
    return forms.Select(choices=ZONES).render(name, value, dict(attrs))


class WorkspaceForm(forms.Form):
    """What members may change about their workspace."""

    name = forms.CharField(label=_("Workspace name"), max_length=120)
    timezone = forms.ChoiceField(label=_("Time zone"), choices=ZONES, widget=ZoneSelect)
    locale = forms.ChoiceField(
        label=_("Language towards customers"), choices=[("ja", _("Japanese")), ("en", _("English"))]
    )
    alert_address = forms.EmailField(
        label=_("Sales alerts go to"),
        required=False,
        help_text=_("For hot leads without an owner. Empty: the workspace owner."),
    )
    sender_name = forms.CharField(
        label=_("Sender name"),
        max_length=200,
        required=False,
        help_text=_("Printed at the foot of every marketing mail."),
    )
    sender_postal_address = forms.CharField(label=_("Postal address"), max_length=400, required=False)
    sender_contact = forms.CharField(
        label=_("Contact for complaints"),
        max_length=400,
        required=False,
        help_text=_("A mail address, phone number or page."),
    )


class InviteForm(ReachForm):
    """Whom to invite as what, and whose people they will see."""

    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    role = forms.ChoiceField(label=_("Role"), choices=ROLES, initial=Role.MARKETER.value)
    field_order = ("email", "role", "reach", "unowned")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reach"].required = False  # not stated: everybody


class RoleForm(forms.Form):
    """A member's new role."""

    role = forms.ChoiceField(label=_("Role"), choices=ROLES)


def _standing() -> list[tuple[str, object]]:
    return [("", SPAN_LABELS[Span.ALL]), *((str(one.user_id), str(one.user)) for one in members())]


class KeyForm(forms.Form):
    """A key's name and what it may do."""

    name = forms.CharField(
        label=_("Name"), max_length=120, help_text=_("The system that will use it, for instance Salesforce.")
    )
    reaches_as = forms.ChoiceField(
        label=_("Sees"),
        required=False,
        choices=_standing,
        help_text=_("People whom this member sees, as long as they are here."),
    )
    scopes = forms.MultipleChoiceField(
        label=_("May do"),
        choices=[(one.value, CAPABILITY_LABELS[one]) for one in Capability],
        widget=forms.CheckboxSelectMultiple,
    )

    def stands_for(self) -> User | None:
        """The member who sees what it sees; only of a valid form."""
        chosen = self.cleaned_data["reaches_as"]
        return members().get(user_id=chosen).user if chosen else None


class ClosureForm(forms.Form):
    """Days off as a member states them; without a last day it is one day."""

    name = forms.CharField(label=_("Name"), max_length=80, widget=forms.TextInput(attrs={"placeholder": _("Obon")}))
    starts_on = forms.DateField(label=_("First day"), widget=forms.DateInput(attrs={"type": "date"}))
    ends_on = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Empty: one day only."),
    )
    yearly = forms.BooleanField(label=_("Every year on these days"), required=False)

    def said(self) -> ClosureInput:
        """What was stated; only of a valid form."""
        stated = self.cleaned_data
        first, last = stated["starts_on"], stated["ends_on"] or stated["starts_on"]
        return ClosureInput(stated["name"], first, last, stated["yearly"])


class CloseForm(forms.Form):
    """That an owner means it: the workspace's name, and the password again. user None: who has tried too often."""

    name = forms.CharField(label=_("Name of the workspace"), widget=forms.TextInput(attrs={"autocomplete": "off"}))
    password = forms.CharField(
        label=_("Your password"), widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )

    def __init__(self, *args: Any, workspace: Workspace, user: User | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.workspace, self.user = workspace, user
        self.fields["name"].help_text = gettext("Type “%(word)s” to confirm") % {"word": workspace.name}

    def clean_name(self) -> str:
        """Spaces around it are forgiven, nothing else."""
        name: str = self.cleaned_data["name"]
        if name.strip() != self.workspace.name.strip():
            raise forms.ValidationError(_("This is not the name of the workspace."))
        return name

    def clean_password(self) -> str:
        """Checked only here; it is kept nowhere."""
        password: str = self.cleaned_data["password"]
        if self.user is None:
            raise forms.ValidationError(_("Too many attempts. Please wait a minute."))
        if not self.user.check_password(password):
            raise forms.ValidationError(_("This password is not right."))
        return password


class JoinForm(forms.Form):
    """What an invited person who is new here tells us."""

    name = forms.CharField(label=_("Your name"), max_length=120)
    password = forms.CharField(
        label=_("Password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        validators=[validate_password],
    )
