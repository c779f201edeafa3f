"""Shapes of what members enter about networks; nothing is written here."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tracking.network_list import MOST_BYTES, Entry, ListRefused, Read, decoded, read_list
from tracking.network_problems import problem
from tracking.networks import LIST_CONFIDENCE, is_too_wide, read_network

KINDS = [
    ("company", _("A company")),
    ("own", _("Our own office")),
    ("carrier", _("Carrier or provider")),
    ("gateway", _("VPN or data centre")),
]
MODES = [
    ("add", _("Add to the list; networks already in it are changed")),
    ("replace", _("Replace the whole list")),
]
REFUSALS = {
    "encoding": _("The file cannot be read. Save it as CSV in UTF-8 or Shift JIS."),
    "too_large": _("The file is too large: 2 MB and 20,000 lines at most."),
    "empty": _("There is no line in this file."),
}


class UploadForm(forms.Form):
    """A list, and what becomes of the one before. Valid: `read` has its lines and `text` is the file, decoded."""

    file = forms.FileField(
        label=_("CSV file"),
        help_text=_("Columns: network, company, domain, kind, confidence. UTF-8 or Shift JIS."),
        allow_empty_file=True,
    )
    mode = forms.ChoiceField(label=_("What becomes of the list so far"), choices=MODES, initial="add")
    read: Read
    text: str

    def clean_file(self) -> object:
        sent = self.cleaned_data["file"]
        try:
            self.text = decoded(sent.read(MOST_BYTES + 1))
            self.read = read_list(self.text)
        except ListRefused as refused:
            raise forms.ValidationError(REFUSALS[refused.reason]) from None
        return sent


class ConfirmForm(forms.Form):
    """The list that was shown, as text, once more."""

    text = forms.CharField(max_length=MOST_BYTES, strip=False)
    mode = forms.ChoiceField(choices=MODES)
    read: Read

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        try:
            self.read = read_list(text)
        except ListRefused as refused:
            raise forms.ValidationError(REFUSALS[refused.reason]) from None
        return text


class NetworkForm(forms.Form):
    """One network by hand."""

    network = forms.CharField(
        label=_("Network or address"), max_length=49, help_text=_("Example: 203.0.113.0/24 or 2001:db8:1::/48")
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=KINDS, initial="company")
    company_name = forms.CharField(label=_("Company name"), max_length=200, required=False)
    company_domain = forms.RegexField(
        r"^[A-Za-z0-9.-]+\.[A-Za-z]{2,}$", label=_("Domain"), max_length=253, required=False
    )

    def clean_network(self) -> str:
        network = read_network(self.cleaned_data["network"])
        if network is None:
            raise forms.ValidationError(problem("network"))
        if is_too_wide(network):
            raise forms.ValidationError(problem("too_wide"))
        return network

    def clean(self) -> dict[str, Any]:  # Any: Django's cleaned data
        said = super().clean() or self.cleaned_data
        if said.get("kind") == "company" and not said.get("company_name"):
            self.add_error("company_name", problem("company"))
        return said

    def entry(self) -> Entry:
        """What was entered; only of a valid form."""
        said = self.cleaned_data
        return Entry(
            said["network"], said["company_name"], said["company_domain"].lower(), said["kind"], LIST_CONFIDENCE
        )
