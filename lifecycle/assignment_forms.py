"""Shapes of the pages about assignment; none of them saves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
from django import forms
from django.utils.translation import gettext_lazy as _

from lifecycle.actions.assignment_design import PolicyInput, RuleInput, SeatInput
from lifecycle.models import AssignmentPolicy, AssignmentRule, SalesTeam
from ma_platform.tenancy.models import User

DAYS = (
    ("0", _("Monday")),
    ("1", _("Tuesday")),
    ("2", _("Wednesday")),
    ("3", _("Thursday")),
    ("4", _("Friday")),
    ("5", _("Saturday")),
    ("6", _("Sunday")),
)
CLOSED = (
    (SalesTeam.Closed.WAIT, _("Wait until it opens")),
    (SalesTeam.Closed.AT_ONCE, _("Assign at once anyway")),
)
Time = forms.TimeInput(format="%H:%M", attrs={"type": "time"})
Day = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class RuleForm(forms.Form):
    """A rule, with its condition as the builder writes it; empty is everybody."""

    name = forms.CharField(label=_("Name"), max_length=100)
    condition = forms.CharField(label=_("Condition"), max_length=200_000, required=False)
    whom = forms.ChoiceField(label=_("Goes to"), error_messages={"invalid_choice": _("Choose whom people go to.")})
    takes_owned = forms.BooleanField(
        label=_("Even if somebody owns them already"),
        required=False,
        help_text=_("Otherwise only people without an owner. Whoever belongs to the team already stays."),
    )

    def __init__(self, *args: Any, teams: Sequence[SalesTeam], staff: Sequence[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.teams = {team.public_id: team for team in teams}
        self.fields["whom"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            (AssignmentRule.Whom.ACCOUNT, _("The owner of the account")),
            (_("A team in turn"), [(f"team:{team.public_id}", team.name) for team in teams]),
            (_("One member"), [(f"member:{user.pk}", str(user)) for user in staff]),
        ]

    @staticmethod
    def initial_of(rule: AssignmentRule) -> dict[str, object]:
        """What the form shows of a rule."""
        named = {"team": rule.team.public_id if rule.team else "", "member": str(rule.member_id or "")}
        whom = f"{rule.whom}:{named[rule.whom]}" if rule.whom in named else rule.whom
        return {"name": rule.name, "whom": whom, "takes_owned": rule.takes_owned}

    def clean_condition(self) -> object:
        """The document; None for none. What it means is judged by the action."""
        try:
            return orjson.loads(self.cleaned_data["condition"] or b"null")
        except orjson.JSONDecodeError as error:
            raise forms.ValidationError(_("This condition cannot be read.")) from error

    def said(self) -> RuleInput:
        whom, _colon, key = self.cleaned_data["whom"].partition(":")
        return RuleInput(
            name=self.cleaned_data["name"],
            whom=whom,
            condition=self.cleaned_data["condition"],
            member_id=int(key) if whom == AssignmentRule.Whom.MEMBER else None,
            team=self.teams.get(key) if whom == AssignmentRule.Whom.TEAM else None,
            takes_owned=self.cleaned_data["takes_owned"],
        )


class TeamForm(forms.Form):
    """What a team is called, and what it does at night."""

    name = forms.CharField(label=_("Name"), max_length=100)
    when_closed = forms.ChoiceField(label=_("Outside of business hours"), choices=CLOSED, widget=forms.RadioSelect)


class SeatForm(forms.Form):
    """A member's share in a team."""

    member = forms.ChoiceField(label=_("Member"), error_messages={"invalid_choice": _("Choose a member.")})
    weight = forms.IntegerField(label=_("Weight"), min_value=1, max_value=100, initial=1)
    cap = forms.IntegerField(label=_("At most so many open people"), min_value=0, max_value=1_000_000, required=False)
    absent_from = forms.DateField(label=_("Absent from"), required=False, widget=Day)
    absent_until = forms.DateField(label=_("Absent until"), required=False, widget=Day)

    def __init__(self, *args: Any, staff: Sequence[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["member"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            (str(user.pk), str(user)) for user in staff
        ]

    def said(self) -> SeatInput:
        values = dict(self.cleaned_data)
        return SeatInput(user_id=int(values.pop("member")), **values)


class PolicyForm(forms.Form):
    """When people are assigned, and when the workspace is open."""

    on_created = forms.BooleanField(label=_("When a person is created"), required=False)
    on_hot = forms.BooleanField(
        label=_("When a person becomes hot"), required=False, help_text=_("Before the alert: it goes to the new owner.")
    )
    on_stage = forms.ChoiceField(label=_("When a person reaches the stage"), required=False)
    days = forms.MultipleChoiceField(label=_("Working days"), choices=DAYS, widget=forms.CheckboxSelectMultiple)
    opens = forms.TimeField(label=_("Opens at"), widget=Time)
    closes = forms.TimeField(
        label=_("Closes at"), widget=Time, help_text=_("A time before the opening is that of the next morning.")
    )
    rests_on_holidays = forms.BooleanField(
        label=_("Closed on Japanese holidays and from 29 December to 3 January"), required=False
    )

    def __init__(self, *args: Any, stages: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on_stage"].choices = [("", _("Never")), *stages]  # type: ignore[attr-defined]  # a ChoiceField

    @staticmethod
    def initial_of(policy: AssignmentPolicy) -> dict[str, object]:
        """What the form shows of a policy."""
        names = [name for name in PolicyInput.__slots__ if name != "days"]
        return {**{name: getattr(policy, name) for name in names}, "days": [str(day) for day in policy.days]}

    def said(self) -> PolicyInput:
        return PolicyInput(**{**self.cleaned_data, "days": [int(day) for day in self.cleaned_data["days"]]})
