"""Shapes of the settings pages; none of them saves."""

from __future__ import annotations

from zoneinfo import available_timezones

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from ma_platform.tenancy.permissions import ROLE_LABELS, Capability, Role
from ma_platform.workspaces.actions.closures import ClosureInput

ROLES = [(role.value, ROLE_LABELS[role]) for role in Role]
ZONES = [(zone, zone) for zone in sorted(available_timezones()) if "/" in zone or zone == "UTC"]

CAPABILITY_LABELS = {
    Capability.VIEW_LEADS: _("See leads and companies"),
    Capability.EDIT_LEADS: _("Add and change leads"),
    Capability.DELETE_LEADS: _("Delete leads"),
    Capability.IMPORT_LEADS: _("Import files"),
    Capability.EXPORT_LEADS: _("Export leads"),
    Capability.DESIGN_LEADS: _("Set up fields and titles of leads"),
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


class WorkspaceForm(forms.Form):
    """What members may change about their workspace."""

    name = forms.CharField(label=_("Workspace name"), max_length=120)
    timezone = forms.ChoiceField(label=_("Time zone"), choices=ZONES)
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


class InviteForm(forms.Form):
    """Whom to invite as what."""

    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    role = forms.ChoiceField(label=_("Role"), choices=ROLES, initial=Role.MARKETER.value)


class RoleForm(forms.Form):
    """A member's new role."""

    role = forms.ChoiceField(label=_("Role"), choices=ROLES)


class KeyForm(forms.Form):
    """A key's name and what it may do."""

    name = forms.CharField(
        label=_("Name"), max_length=120, help_text=_("The system that will use it, for instance Salesforce.")
    )
    scopes = forms.MultipleChoiceField(
        label=_("May do"),
        choices=[(one.value, CAPABILITY_LABELS[one]) for one in Capability],
        widget=forms.CheckboxSelectMultiple,
    )


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


class JoinForm(forms.Form):
    """What an invited person who is new here tells us."""

    name = forms.CharField(label=_("Your name"), max_length=120)
    password = forms.CharField(
        label=_("Password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        validators=[validate_password],
    )
