"""The shape of what the score model pages take."""

from __future__ import annotations

import json

from django import forms
from django.utils.translation import gettext_lazy as _


class DocumentForm(forms.Form):
    """A score model document as text."""

    document = forms.CharField(
        label=_("Document (JSON)"),
        max_length=500_000,
        widget=forms.Textarea(attrs={"rows": 28, "class": "input mono", "spellcheck": "false"}),
    )

    def clean_document(self) -> object:
        try:
            return json.loads(self.cleaned_data["document"])
        except (ValueError, RecursionError) as error:
            line, column = getattr(error, "lineno", 1), getattr(error, "colno", 1)
            text = _("This is not JSON: look at line %(line)s, character %(column)s.")
            raise forms.ValidationError(text, params={"line": line, "column": column}) from error


class PublishForm(forms.Form):
    """Whether crossings found by the publication alert people."""

    announce = forms.BooleanField(required=False, label=_("Alert sales about leads that become hot by this change"))


class RollbackForm(forms.Form):
    """Which version comes back."""

    version = forms.IntegerField(min_value=1)
