"""Shapes of the pages about companies and the exclusion list; none of them saves."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from leads.actions.company_finding import find_firms
from leads.companies import is_shared_domain, read_number
from leads.forms import AttributeBoxes, OwnFieldsForm, attribute_initial
from leads.models import Company, Exclusion
from leads.vocabulary import EXCLUSION_LABELS

KIND_LABELS = {
    "domain": _("Mail domain"),
    "company": _("Company"),
    "title": _("Part of a title"),
    "network": _("IP address or network"),
}
FACTS = ("name", "domain", "industry", "employees", "prefecture", "corporate_number")


class CompanyForm(OwnFieldsForm):
    """A company's facts, its own fields, and the company above it by name."""

    name = forms.CharField(label=_("Company name"), max_length=200)
    domain = forms.RegexField(
        r"^[a-z0-9.-]+\.[a-z]{2,}$",
        label=_("Mail domain"),
        required=False,
        max_length=253,
        help_text=_("New people with this mail domain join the company. Example: example.co.jp"),
    )
    corporate_number = forms.CharField(
        label=_("Corporate number"), required=False, max_length=20, help_text=_("Thirteen digits, as in the register.")
    )
    parent = forms.CharField(
        label=_("Parent company"), required=False, max_length=200, help_text=_("The name of a company you know.")
    )
    industry = forms.CharField(label=_("Industry"), required=False, max_length=100)
    employees = forms.IntegerField(label=_("Employees"), required=False, min_value=0, max_value=10_000_000)
    prefecture = forms.CharField(label=_("Prefecture"), required=False, max_length=50)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # passed through to Django's own signature
        self.boxes = AttributeBoxes(self, "company")

    def clean_corporate_number(self) -> str:
        stated = str(self.cleaned_data["corporate_number"]).strip()
        try:
            return read_number(stated) if stated else ""
        except ValueError:
            raise forms.ValidationError(_("This is not a corporate number: its check digit does not fit.")) from None

    def clean_domain(self) -> str:
        domain = str(self.cleaned_data["domain"])
        if is_shared_domain(domain):
            raise forms.ValidationError(_("Strangers share this mail domain, so it names no company."))
        return domain

    def clean_parent(self) -> Company | None:
        name = str(self.cleaned_data["parent"]).strip()
        if not name:
            return None
        (found,) = find_firms([name])
        if found is None:
            raise forms.ValidationError(_("No company of this name is known."))
        above: Company = Company.objects.get(pk=found.id)
        return above

    def facts(self) -> dict[str, object]:
        """What was typed, as the action takes it."""
        return {name: self.cleaned_data[name] for name in (*FACTS, "parent")}

    @staticmethod
    def initial_of(company: Company) -> dict[str, object]:
        """The boxes as the company fills them."""
        facts: dict[str, object] = {name: getattr(company, name) for name in FACTS}
        return {
            **facts,
            "parent": company.parent.name if company.parent else "",
            **attribute_initial(company.attributes),
        }


class ExclusionForm(forms.Form):
    """A line for the exclusion list."""

    kind = forms.ChoiceField(
        label=_("Kind of line"), choices=[(kind.value, KIND_LABELS[kind.value]) for kind in Exclusion.Kind]
    )
    text = forms.CharField(
        label=_("Which"), max_length=200, help_text=_("Examples: rival.co.jp, 競合株式会社, 学生, 203.0.113.0/24")
    )
    reason = forms.ChoiceField(label=_("Why"), choices=[*EXCLUSION_LABELS.items()])
    note = forms.CharField(label=_("Note"), required=False, max_length=500)
