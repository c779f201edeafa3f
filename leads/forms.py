"""Shapes of the pages about people; none of them saves."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from leads.actions import ConsentInput, LeadInput
from leads.actions.attributes import AttributeInput
from leads.actions.diary import TodoInput
from leads.attributes import CHOICES_LIMIT, CHOOSING, Definition
from leads.models import Attribute, Lead
from leads.queries.attributes import definitions
from leads.queries.sensitive import is_withheld, withheld_of
from leads.refusals import worded
from leads.titles import rank_key
from leads.topics import topic_choices, topic_name
from leads.vocabulary import RANK_LABELS, owners

KIND_LABELS = {
    "text": _("Text"),
    "number": _("Number"),
    "date": _("Date"),
    "choice": _("Choice"),
    "multi_choice": _("Several choices"),
    "boolean": _("Yes or no"),
    "url": _("Web address"),
}
YES_OR_NO = (("", "—"), ("true", _("Yes")), ("false", _("No")))


def attribute_box(definition: Definition) -> forms.Field:
    """The control for one of the workspace's own fields; what is typed is judged by the action."""
    label: dict[str, Any] = {"label": definition.label, "required": False}
    match definition.kind:
        case "choice":
            return forms.ChoiceField(choices=[("", "—"), *definition.choices], **label)
        case "multi_choice":
            boxes = forms.CheckboxSelectMultiple
            return forms.MultipleChoiceField(choices=definition.choices, widget=boxes, **label)
        case "boolean":
            return forms.ChoiceField(choices=YES_OR_NO, **label)
        case "date":
            return forms.CharField(widget=forms.DateInput(attrs={"type": "date"}), **label)
        case "number":
            return forms.CharField(widget=forms.TextInput(attrs={"inputmode": "decimal"}), **label)
        case "url":
            return forms.CharField(widget=forms.URLInput, max_length=2000, **label)
        case _:
            return forms.CharField(widget=forms.Textarea(attrs={"rows": 2}), max_length=2000, **label)


class AttributeBoxes:
    """Boxes of the workspace's own fields in a form; their names are `attribute_KEY`."""

    def __init__(self, form: forms.Form, subject: str) -> None:
        self._form = form
        offered = definitions(subject, archived=False)
        self.definitions = {key: one for key, one in offered.items() if not is_withheld(f"attributes.{key}", subject)}
        form.fields.update({f"attribute_{key}": attribute_box(one) for key, one in self.definitions.items()})

    def stated(self) -> dict[str, object]:
        """What was typed, by key."""
        return {key: self._form.cleaned_data[f"attribute_{key}"] for key in self.definitions}

    def bound(self) -> list[BoundField]:
        return [self._form[f"attribute_{key}"] for key in self.definitions]


def attribute_initial(kept: Mapping[str, object]) -> dict[str, object]:
    """The boxes as kept values fill them."""
    return {
        f"attribute_{key}": ("true" if value else "false") if isinstance(value, bool) else value
        for key, value in kept.items()
    }


class OwnFieldsForm(forms.Form):
    """A form that also has the workspace's own fields, in `boxes`."""

    boxes: AttributeBoxes

    def attribute_fields(self) -> list[BoundField]:
        """The boxes of the workspace's own fields."""
        return self.boxes.bound()

    def blame(self, errors: Mapping[str, str]) -> None:
        """Put the action's refusals beside their boxes."""
        for name, text in worded(errors).items():
            box = name.replace("attributes.", "attribute_", 1)
            self.add_error(box if box in self.fields else None, text)


class LeadForm(OwnFieldsForm):
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
    job_rank = forms.ChoiceField(
        label=_("Rank"),
        required=False,
        choices=[("", "—"), *RANK_LABELS.items()],
        help_text=_("Follows the job title. One you choose stays until the title changes."),
    )
    prefecture = forms.CharField(label=_("Prefecture"), required=False, max_length=50)
    owner = forms.ChoiceField(label=_("Lead owner"), required=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # passed through to Django's own signature
        members = [(str(choice.key), str(choice.label)) for choice in owners()]
        self.fields["owner"].choices = [("", _("Nobody")), *members]  # type: ignore[attr-defined]  # a ChoiceField
        self.boxes = AttributeBoxes(self, "lead")
        for name in withheld_of(self.fields):  # who does not see a field cannot write over it
            del self.fields[name]

    def named(self) -> list[BoundField]:
        return self._shown("last_name", "first_name", "last_name_kana", "first_name_kana")

    def reached(self) -> list[BoundField]:
        return self._shown("email", "phone")

    def placed(self) -> list[BoundField]:
        return self._shown("department", "job_title", "job_rank", "prefecture", "owner")

    def _shown(self, *names: str) -> list[BoundField]:
        """Those of the boxes that are offered to this member."""
        return [self[name] for name in names if name in self.fields]

    def lead_input(self) -> LeadInput:
        """What was typed; an empty box says blank. A rank that was left as it is goes with the title."""
        kept = set() if "job_rank" in self.changed_data else {"job_rank"}
        own = {
            name: value
            for name, value in self.cleaned_data.items()
            if not name.startswith("attribute_") and name not in kept
        }
        return LeadInput(**own, attributes=self.boxes.stated())

    @staticmethod
    def initial_of(lead: Lead) -> dict[str, object]:
        """The boxes as the lead fills them."""
        texts = ("last_name", "first_name", "last_name_kana", "first_name_kana", "email", "phone", "department")
        values = {name: str(getattr(lead, name)) for name in (*texts, "job_title", "prefecture")}
        company = lead.company.name if lead.company else ""
        owner = lead.owner.email if lead.owner else ""
        linked = {"company": company, "owner": owner, "job_rank": rank_key(lead.job_rank) or ""}
        return {**values, **linked, **attribute_initial(lead.attributes)}


class TagForm(forms.Form):
    """One tag to put on or take off."""

    tag = forms.CharField(label=_("Tag"), max_length=100)


class IdentifierForm(forms.Form):
    """What another system calls the person."""

    kind = forms.CharField(
        label=_("System"), max_length=50, initial="external_id", help_text=_("external_id, salesforce, hubspot …")
    )
    value = forms.CharField(label=_("ID there"), max_length=200)


class NoteForm(forms.Form):
    """A note on a person."""

    text = forms.CharField(label=_("Note"), max_length=5000, widget=forms.Textarea(attrs={"rows": 3}))


class TodoForm(forms.Form):
    """Something to do about a person."""

    title = forms.CharField(label=_("What is to be done"), max_length=200)
    due_on = forms.DateField(label=_("Due by"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    assignee = forms.ChoiceField(label=_("Assignee"), required=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # passed through to Django's own signature
        people = [(str(choice.stored), str(choice.label)) for choice in owners()]
        self.fields["assignee"].choices = [("", _("Anybody")), *people]  # type: ignore[attr-defined]  # a ChoiceField

    def todo_input(self) -> TodoInput:
        """What was typed."""
        said = self.cleaned_data
        return TodoInput(
            title=said["title"], due_on=said["due_on"], assignee=int(said["assignee"]) if said["assignee"] else None
        )


class FileForm(forms.Form):
    """A file to keep beside a person."""

    file = forms.FileField(label=_("File"), help_text=_("Up to 20 MB: PDF, pictures, Office files, texts, CSV, ZIP."))


class ConsentForm(forms.Form):
    """A line for the consent ledger, by hand."""

    ANSWERS = (
        ("consent", _("Agreed")),
        ("business_card", _("Business card received")),
        ("relationship", _("Trading relationship")),
        ("published", _("Address published by the company")),
        ("refused", _("Refused")),
    )
    topic = forms.ChoiceField(label=_("About"))
    answer = forms.ChoiceField(label=_("Answer or basis"), choices=ANSWERS)
    on = forms.DateField(label=_("Date of the answer"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    note = forms.CharField(
        label=_("Evidence"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Where, when and to whom. Example: card handed over at our booth, Tokyo Big Sight"),
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # passed through to Django's own signature
        choices = [*topic_choices(), ("*", topic_name("*"))]
        self.fields["topic"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField

    def line(self, lead: Lead, *, by: str, zone: ZoneInfo) -> ConsentInput:
        """What was typed; a day means its beginning in the workspace's zone, none means now."""
        said = self.cleaned_data
        refused = said["answer"] == "refused"
        at = datetime.combine(said["on"], time.min, zone) if said["on"] else None
        evidence = {"source": "user", "by": by, "note": said["note"].strip()}
        state, basis = ("refused", None) if refused else ("granted", said["answer"])
        return ConsentInput(lead.pk, said["topic"], state, basis, evidence, at)


class AttributeForm(forms.Form):
    """A new field of the workspace's own."""

    label = forms.CharField(label=_("Name"), max_length=100)
    subject = forms.ChoiceField(label=_("Of"), choices=[("lead", _("Leads")), ("company", _("Companies"))])
    kind = forms.ChoiceField(label=_("Kind"), choices=list(KIND_LABELS.items()))
    choices = forms.CharField(
        label=_("Choices"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One per line; only for choices."),
    )
    key = forms.CharField(
        label=_("Key"),
        required=False,
        max_length=40,
        help_text=_("For the API and imports; it never changes. Left empty, we make one. Example: renewal_month"),
    )

    def attribute_input(self) -> AttributeInput:
        """What was typed."""
        stated = self.cleaned_data
        choices = _lines(stated["choices"]) if stated["kind"] in CHOOSING else []
        return AttributeInput(**{**stated, "choices": [("", line) for line in choices]})

    def blame(self, errors: Mapping[str, Sequence[str]]) -> None:
        """Put the action's refusals beside their boxes."""
        for name, texts in errors.items():
            self.add_error(name if name in self.fields else None, list(texts))


class AttributeEditForm(forms.Form):
    """What can change of a field: its name and its choices. The choices in use come as lists beside the form."""

    label = forms.CharField(label=_("Name"), max_length=100)
    added = forms.CharField(
        label=_("Further choices"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One per line."),
    )

    def __init__(self, attribute: Attribute, posted: Any) -> None:  # Any: a QueryDict, or None
        super().__init__(posted, initial={"label": attribute.label})
        kept = [
            {"key": one["key"], "label": one["label"], "place": place} for place, one in enumerate(attribute.choices, 1)
        ]
        self.rows = kept if posted is None else self._posted(posted, {row["key"] for row in kept})

    def choices(self) -> list[tuple[str, str]]:
        """Choices in the order asked for, new ones behind."""
        kept = sorted((row for row in self.rows if row["label"]), key=lambda row: row["place"])
        return [
            *((row["key"], row["label"]) for row in kept),
            *(("", line) for line in _lines(self.cleaned_data["added"])),
        ]

    def blame(self, errors: Mapping[str, Sequence[str]]) -> None:
        """Put the action's refusals beside their boxes."""
        for name, texts in errors.items():
            self.add_error(name if name in self.fields else "added" if name == "choices" else None, list(texts))

    @staticmethod
    def _posted(posted: Any, known: set[str]) -> list[dict[str, Any]]:  # Any: a QueryDict
        keys, labels, places = (posted.getlist(f"choice_{part}") for part in ("key", "label", "place"))
        lines = zip(keys, labels, places, strict=False)
        return [
            {"key": key, "label": label.strip(), "place": int(place) if place.isdecimal() and len(place) < 4 else 999}
            for key, label, place in list(lines)[:CHOICES_LIMIT]
            if key in known
        ]


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
