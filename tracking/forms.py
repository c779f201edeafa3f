"""Shapes of what members enter about tracking; nothing is written here."""

from __future__ import annotations

from collections.abc import Sequence

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from ma_platform.ui.strangers import plain
from tracking.actions.setting import SettingsEdit
from tracking.catalogue import Event
from tracking.models import Domain, Settings

# What only shows interest. Never what proves consent, refusal or delivery, nor what sales and reports go by.
KEPT = (
    Event.PAGE_VIEWED,
    Event.PAGE_LEFT,
    Event.LINK_CLICKED,
    Event.ASSET_DOWNLOADED,
    Event.FORM_VIEWED,
    Event.FORM_STARTED,
    Event.EMAIL_OPENED,
    Event.EMAIL_CLICKED,
    Event.FORM_SUBMITTED,
    Event.IDENTIFIED,
    Event.GROUPED,
)
NAME = 60  # characters of a customer's own name that are shown
PERIODS = [(0, _("For good")), (90, _("90 days")), (180, _("180 days")), (365, _("1 year")), (730, _("2 years"))]


class DomainForm(forms.Form):
    """A host of the workspace."""

    host = forms.CharField(label=_("Domain"), max_length=253)
    kind = forms.ChoiceField(
        label=_("Used as"),
        choices=[
            (Domain.Kind.SITE.value, _("Site with the tag")),
            (Domain.Kind.TRACKING.value, _("Tracking host (CNAME)")),
        ],
    )


class TrackingForm(forms.Form):
    """The workspace's tracking settings."""

    consent_required = forms.BooleanField(
        label=_("Measuring: recognise visitors only after they have agreed"),
        required=False,
        help_text=_("Until then views are counted without an id, and nothing is stored in the browser."),
    )
    personalise_required = forms.BooleanField(
        label=_("Personalising: ask whose browser it is only after they have agreed"),
        required=False,
        help_text=_(
            "Until then a visitor is measured on one site and recognised on no other. Never without measuring."
        ),
    )
    cookieless = forms.BooleanField(
        label=_("Without cookies: recognise visitors only until they close the tab"),
        required=False,
        help_text=_(
            "No cookie and nothing lasting is kept in the browser: each tab is a visitor of its own, on each site anew."
            " After changing one of these three, paste the tag anew."
        ),
    )
    spa = forms.ChoiceField(
        label=_("Applications that change pages without loading"),
        choices=[
            ("path", _("Count every change of the address")),
            ("hash", _("Count changes after # too")),
            ("off", _("Count only loaded pages")),
        ],
    )
    ip_days = forms.IntegerField(
        label=_("Days until IP addresses are shortened"),
        min_value=0,
        max_value=3650,
        help_text=_("After that the last part is removed: 203.0.113.7 becomes 203.0.113.0."),
    )
    purposes = forms.CharField(
        label=_("What you use it for"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One line on the notice page, in your own words."),
    )
    policy_url = forms.URLField(
        label=_("Address of your privacy policy"), required=False, max_length=500, assume_scheme="https"
    )

    def edit(self) -> SettingsEdit:
        """What was entered; only of a valid form."""
        return SettingsEdit(**self.cleaned_data)


def tracking_form(settings: Settings) -> TrackingForm:
    """The form filled with the settings in force."""
    return TrackingForm(initial={name: getattr(settings, name) for name in TrackingForm.base_fields})


class RetentionForm(forms.Form):
    """How long events of each kind are kept; `custom`: the workspace's own, (number, name).

    A field that was not posted keeps what is held: a name may come up while somebody looks at the form.
    """

    def __init__(
        self, data: QueryDict | None = None, *, held: dict[int, int], custom: Sequence[tuple[int, str]] = ()
    ) -> None:
        self._numbers = {event.wire: int(event) for event in KEPT} | {f"own_{number}": number for number, _n in custom}
        labels = {int(event): _(event.label) for event in KEPT} | {
            number: plain(name)[:NAME] for number, name in custom
        }
        days = {key: held.get(number, 0) for key, number in self._numbers.items()}
        super().__init__({**days, **data.dict()} if data else None)
        for key, number in self._numbers.items():
            self.fields[key] = forms.TypedChoiceField(
                label=labels[number], coerce=int, choices=_with(days[key]), initial=days[key]
            )

    def catalogue(self) -> list[forms.BoundField]:
        """The events everybody has."""
        return [self[event.wire] for event in KEPT]

    def own(self) -> list[forms.BoundField]:
        """The workspace's own."""
        return [self[key] for key in self._numbers if key.startswith("own_")]

    def days(self) -> dict[int, int | None]:
        """Days by event number, None for good."""
        return {number: self.cleaned_data[key] or None for key, number in self._numbers.items()}


def _with(days: int) -> list[tuple[int, object]]:
    known = [number for number, _label in PERIODS]
    return [*PERIODS] if days in known else [*PERIODS, (days, _("%(days)s days") % {"days": days})]
