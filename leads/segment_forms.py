"""Shapes of the pages about segments; none of them saves."""

import orjson
from django import forms
from django.utils.translation import gettext_lazy as _

from leads.segmenting import EXPIRIES


class ListForm(forms.Form):
    """A list kept by hand."""

    name = forms.CharField(label=_("Name"), max_length=100)
    description = forms.CharField(
        label=_("What it is for"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
    )


class SegmentForm(ListForm):
    """A segment with its condition, as the builder writes it."""

    condition = forms.CharField(label=_("Condition"), max_length=200_000)

    def clean_condition(self) -> object:
        """The document; what it means is judged by the action."""
        try:
            return orjson.loads(self.cleaned_data["condition"])
        except orjson.JSONDecodeError as error:
            raise forms.ValidationError(_("Please choose at least one condition.")) from error


class PutForm(forms.Form):
    """Somebody put in, or kept out, by hand."""

    lead = forms.CharField(label=_("Name, e-mail address or ID of the person"), max_length=254)
    belongs = forms.ChoiceField(choices=(("in", _("Put in")), ("out", _("Keep out"))))
    days = forms.ChoiceField(label=_("How long"), choices=EXPIRIES, required=False)
    note = forms.CharField(label=_("Note"), required=False, max_length=200)
