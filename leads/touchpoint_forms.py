"""A touchpoint as a member states it on the page of a person."""

from __future__ import annotations

import uuid

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from leads.actions.imports.encounters import ENCOUNTERS, PROPERTIES, TEXT_LIMIT
from leads.actions.touchpoints import TouchpointInput
from leads.entry import clean_text
from ma_platform import clock

USUAL = ("call", "meeting", "visit", "exhibition", "business_card", "direct_mail")
RESULTS = (_("Reached"), _("Not reached"), _("Appointment made"), _("Too early"), _("Not a target"))


def _clean(text: str) -> str:
    """Each line clean, and the lines kept."""
    return "\n".join(clean_text(line) for line in text.splitlines()).strip()


class TouchpointForm(forms.Form):
    """kind, when, and in words what came of it. `once` comes along unseen, so that sending twice is once."""

    kind = forms.ChoiceField(
        label=_("Kind of touchpoint"),
        choices=[(key, _(ENCOUNTERS[key].label)) for key in (*USUAL, *sorted(set(ENCOUNTERS) - set(USUAL)))],
    )
    at = forms.DateTimeField(
        label=_("Date and time"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    title = forms.CharField(label=_("Title"), required=False, max_length=200)
    result = forms.CharField(
        label=_("Result"), required=False, max_length=200, widget=forms.TextInput(attrs={"list": "touchpoint-results"})
    )
    note = forms.CharField(
        label=_("Note"), required=False, max_length=TEXT_LIMIT, widget=forms.Textarea(attrs={"rows": 4})
    )
    once = forms.CharField(max_length=40, widget=forms.HiddenInput)

    @classmethod
    def blank(cls) -> TouchpointForm:
        """For something that has happened just now."""
        return cls(initial={"at": timezone.localtime(clock.now()), "once": uuid.uuid4().hex})

    def said(self, *, staff: str) -> TouchpointInput:
        """What was stated; only of a valid form. staff: who it was with, of our side."""
        stated = {**self.cleaned_data, "staff": staff}
        props: dict[str, object] = {name: text for name in PROPERTIES if (text := _clean(str(stated[name])))}
        return TouchpointInput(stated["kind"], stated["at"], props, stated["once"])
