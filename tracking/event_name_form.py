"""Shapes of what members enter about event names of their own; nothing is written here."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from tracking.actions.event_names import LABEL
from tracking.collector import limits


class LabelForm(forms.Form):
    """What people call an event."""

    label = forms.CharField(
        label=_("What you call it"),
        max_length=LABEL,
        required=False,
        help_text=_("Shown in place of the name in timelines, conditions and rules."),
    )


class EventNameForm(LabelForm):
    """A name to hold a place for."""

    name = forms.CharField(
        label=_("Event name"),
        max_length=limits.NAME,
        help_text=_("Exactly as your site sends it, such as demo_booked."),
    )
    field_order = ("name", "label")
