"""The shape of what the lifecycle pages take."""

from __future__ import annotations

from collections.abc import Sequence

from django import forms
from django.utils.translation import gettext_lazy as _

from leads.queries.sensitive import is_withheld
from lifecycle.models import Deal

LOST_REASONS = (
    ("timing", _("Too early")),
    ("budget", _("No budget")),
    ("competitor", _("Chose a competitor")),
    ("no_fit", _("Not a fit")),
    ("silent", _("Could not be reached")),
    ("other", _("Other")),
)


CURRENCY_LABELS = {"JPY": _("Japanese yen (JPY)"), "USD": _("US dollar (USD)"), "EUR": _("Euro (EUR)")}


class MoveForm(forms.Form):
    """Where a lead goes, and why."""

    to = forms.ChoiceField(label=_("New stage"))
    reason = forms.CharField(
        label=_("Reason"), required=False, max_length=1000, help_text=_("Needed when going back or aside")
    )

    def __init__(self, *args: object, stages: Sequence[tuple[str, str]] = (), **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # Django's own signature
        self.fields["to"].choices = list(stages)  # type: ignore[attr-defined]  # a ChoiceField


class DealForm(forms.Form):
    """A deal by hand."""

    name = forms.CharField(label=_("Deal name"), max_length=300)
    external_id = forms.CharField(
        label=_("Deal number"),
        required=False,
        max_length=200,
        help_text=_("The number in your sales system. Empty: we make one."),
    )
    email = forms.EmailField(label=_("Contact's e-mail"), required=False)
    company = forms.CharField(label=_("Company"), required=False, max_length=200)
    amount = forms.DecimalField(label=_("Amount"), required=False, max_digits=18, decimal_places=2, min_value=0)
    currency = forms.ChoiceField(
        label=_("Currency"), choices=[(code, CURRENCY_LABELS[code]) for code in Deal.CURRENCIES]
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # Django's own signature
        if is_withheld("email"):  # nobody is found by an address that is not shown
            del self.fields["email"]


class CloseForm(forms.Form):
    """How a deal ended."""

    status = forms.ChoiceField(label=_("Outcome"), choices=[("won", _("Won")), ("lost", _("Lost"))])
    lost_reason = forms.ChoiceField(label=_("Reason for losing"), required=False, choices=[("", "—"), *LOST_REASONS])
