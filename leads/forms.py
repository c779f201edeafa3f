"""Shapes of the pages about people; none of them saves."""

from collections.abc import Mapping

from django import forms
from django.utils.translation import gettext_lazy as _

from leads.actions import LeadInput
from leads.models import Company, Lead
from leads.refusals import worded
from leads.vocabulary import owners


class LeadForm(forms.Form):
    """A person, added or edited by hand."""

    last_name = forms.CharField(label=_("Family name"), required=False, max_length=100)
    first_name = forms.CharField(label=_("Given name"), required=False, max_length=100)
    last_name_kana = forms.CharField(label=_("Family name (kana)"), required=False, max_length=100)
    first_name_kana = forms.CharField(label=_("Given name (kana)"), required=False, max_length=100)
    email = forms.CharField(label=_("E-mail"), required=False, max_length=254)
    phone = forms.CharField(label=_("Phone"), required=False, max_length=40, help_text=_("Example: 03-1234-5678"))
    company = forms.CharField(
        label=_("Company"),
        required=False,
        max_length=200,
        help_text=_("A company of this name is found or added; 株式会社 and ㈱ make no difference."),
    )
    department = forms.CharField(label=_("Department"), required=False, max_length=200)
    job_title = forms.CharField(label=_("Job title"), required=False, max_length=200)
    prefecture = forms.CharField(label=_("Prefecture"), required=False, max_length=50)
    owner = forms.ChoiceField(label=_("Owner"), required=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # passed through to Django's own signature
        members = [(str(choice.key), str(choice.label)) for choice in owners()]
        self.fields["owner"].choices = [("", _("Nobody")), *members]  # type: ignore[attr-defined]  # a ChoiceField

    def lead_input(self) -> LeadInput:
        """What was typed; an empty box says blank."""
        return LeadInput(**self.cleaned_data)

    def blame(self, errors: Mapping[str, str]) -> None:
        """Put the action's refusals beside their boxes."""
        for name, text in worded(errors).items():
            self.add_error(name if name in self.fields else None, text)

    @staticmethod
    def initial_of(lead: Lead) -> dict[str, str]:
        """The boxes as the lead fills them."""
        texts = ("last_name", "first_name", "last_name_kana", "first_name_kana", "email", "phone", "department")
        values = {name: str(getattr(lead, name)) for name in (*texts, "job_title", "prefecture")}
        company = lead.company.name if lead.company else ""
        return {**values, "company": company, "owner": lead.owner.email if lead.owner else ""}


class CompanyForm(forms.Form):
    """A company's facts."""

    name = forms.CharField(label=_("Company name"), max_length=200)
    domain = forms.RegexField(
        r"^[a-z0-9.-]+\.[a-z]{2,}$",
        label=_("Mail domain"),
        required=False,
        max_length=253,
        help_text=_("New people with this mail domain join the company. Example: example.co.jp"),
    )
    industry = forms.CharField(label=_("Industry"), required=False, max_length=100)
    employees = forms.IntegerField(label=_("Employees"), required=False, min_value=0, max_value=10_000_000)
    prefecture = forms.CharField(label=_("Prefecture"), required=False, max_length=50)

    @staticmethod
    def initial_of(company: Company) -> dict[str, object]:
        """The boxes as the company fills them."""
        return {name: getattr(company, name) for name in ("name", "domain", "industry", "employees", "prefecture")}


class TagForm(forms.Form):
    """One tag to put on or take off."""

    tag = forms.CharField(label=_("Tag"), max_length=100)
