"""Shapes of whose people somebody sees; none of them saves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ma_platform.tenancy import queries
from ma_platform.tenancy.models import SPANS, Group
from ma_platform.tenancy.permissions import Span
from ma_platform.workspaces.actions.groups import GroupInput


class ReachForm(forms.Form):
    """Whose people a member sees."""

    reach = forms.ChoiceField(label=_("Sees"), choices=SPANS, initial=Span.ALL.value)
    unowned = forms.BooleanField(
        label=_("And people without an owner"),
        required=False,
        help_text=_("Counts for those who do not see everybody."),
    )

    def span(self) -> Span:
        """What was chosen; only of a valid form."""
        return Span(self.cleaned_data["reach"] or Span.ALL)


Seats = Sequence[tuple[str, str]]


def seats() -> Seats:
    """Who may sit in a group, as all forms of a page offer them. One query."""
    return [(str(one.user_id), str(one.user)) for one in queries.members()]


class GroupForm(forms.Form):
    """A group's name and its members, who are among `seats`."""

    name = forms.CharField(label=_("Name"), max_length=80, widget=forms.TextInput(attrs={"placeholder": _("Sales 1")}))
    members = forms.MultipleChoiceField(
        label=_("Members"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("Please choose members of this workspace.")},
    )

    def __init__(self, *args: Any, seats: Seats, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["members"].choices = seats  # type: ignore[attr-defined]  # a ChoiceField

    @classmethod
    def of(cls, group: Group, *, seats: Seats) -> GroupForm:
        """As it stands; `group` has its seats loaded."""
        seated = [str(seat.membership.user_id) for seat in group.seats.all()]  # type: ignore[attr-defined]  # related
        return cls(initial={"name": group.name, "members": seated}, auto_id=f"{group.public_id}-%s", seats=seats)

    def said(self) -> GroupInput:
        """What was stated; only of a valid form."""
        return GroupInput(self.cleaned_data["name"].strip(), [int(one) for one in self.cleaned_data["members"]])
