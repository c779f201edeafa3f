"""Shapes of what people type about flows."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from ma_platform.api.parsers import storable

MOST_CHARACTERS = 512 * 1024


class DocumentForm(forms.Form):
    """The flow document as text; it comes out decoded."""

    document = forms.CharField(
        label=_("Scenario document (JSON)"),
        max_length=MOST_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 28, "spellcheck": "false", "class": "input mono"}),
    )

    def clean_document(self) -> dict[str, Any]:  # Any: JSON, parsed by the action
        """The decoded object."""
        try:
            decoded = json.loads(self.cleaned_data["document"])
        except (ValueError, RecursionError) as error:
            place = {"line": getattr(error, "lineno", 1), "column": getattr(error, "colno", 1)}
            raise ValidationError(_("This is not JSON: line %(line)s, column %(column)s."), params=place) from error
        if not isinstance(decoded, dict):
            raise ValidationError(_("An object is expected."))
        if not storable(decoded):
            raise ValidationError(_("It holds a character or a number that cannot be stored."))
        return decoded


class ResumeForm(forms.Form):
    """What happens to whatever became due during the pause."""

    overdue = forms.ChoiceField(
        choices=[("shift", _("Move by the pause")), ("late", _("Go on at once"))], initial="shift"
    )
