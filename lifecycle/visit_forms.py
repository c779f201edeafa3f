"""How a member wants to be told of visits, as a form."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from lifecycle.actions.watching import VisitWishes
from lifecycle.assignment_forms import Time
from lifecycle.models import VisitAlertSetting

PACES = (
    (VisitAlertSetting.Pace.AT_ONCE, _("At once")),
    (VisitAlertSetting.Pace.HOURLY, _("Every hour, gathered")),
    (VisitAlertSetting.Pace.MORNING, _("Every morning, gathered")),
)
GAPS = (
    (15, _("15 minutes")),
    (60, _("1 hour")),
    (240, _("4 hours")),
    (1440, _("1 day")),
)


class WishesForm(forms.Form):
    """Whom they own, when, and how often."""

    own_people = forms.BooleanField(label=_("All people I own"), required=False)
    own_companies = forms.BooleanField(
        label=_("Everybody of companies I own people of"),
        required=False,
        help_text=_("Also those whom a colleague or nobody owns."),
    )
    pace = forms.ChoiceField(label=_("When to tell me"), choices=PACES, widget=forms.RadioSelect)
    morning_at = forms.TimeField(label=_("In the morning at"), widget=Time)
    gap_minutes = forms.TypedChoiceField(
        label=_("The same person at most once in"),
        choices=GAPS,
        coerce=int,
        help_text=_("For alerts at once. What is gathered names everybody once."),
    )
    quiet_from = forms.TimeField(label=_("Quiet from"), required=False, widget=Time)
    quiet_until = forms.TimeField(
        label=_("Quiet until"),
        required=False,
        widget=Time,
        help_text=_("A time before the first is that of the next morning. Leave both empty for none."),
    )
    rests = forms.BooleanField(
        label=_("Quiet on days off"),
        required=False,
        help_text=_(
            "By the working days and holidays of the workspace; then it comes when the next working day opens."
        ),
    )

    @staticmethod
    def initial_of(chosen: VisitAlertSetting) -> dict[str, object]:
        """What the form shows of somebody's wishes."""
        return {name: getattr(chosen, name) for name in VisitWishes.__slots__}

    def said(self) -> VisitWishes:
        return VisitWishes(**self.cleaned_data)
