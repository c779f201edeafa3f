"""Shapes of the pages about forms; none of them saves."""

from collections.abc import Sequence

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from capture.document import FIELD_LIMIT, LEAD_TARGETS
from capture.editing import Addition, Edit, FieldEdit
from capture.models import Asset
from leads.queries import definitions

ADDABLE = (
    ("", _("Choose a kind")),
    ("text", _("One line")),
    ("long", _("Several lines")),
    ("phone", _("Phone")),
    ("select", _("Choice from a list")),
    ("checkbox", _("Box to tick")),
    ("hidden", _("Hidden value")),
)
TARGET_LABELS = {
    "lead.last_name": _("Family name"),
    "lead.first_name": _("Given name"),
    "lead.last_name_kana": _("Family name (kana)"),
    "lead.first_name_kana": _("Given name (kana)"),
    "lead.company": _("Company"),
    "lead.department": _("Department"),
    "lead.job_title": _("Job title"),
    "lead.phone": _("Phone"),
    "lead.prefecture": _("Prefecture"),
}
TARGETS = [
    ("", _("Only with the answer")),
    *((key, TARGET_LABELS[key]) for key in LEAD_TARGETS if key in TARGET_LABELS),
]
AFTERS = (("message", _("Show a message")), ("redirect", _("Go to a page")), ("asset", _("Hand out a document")))


class NewForm(forms.Form):
    """A form begins with its name."""

    name = forms.CharField(label=_("Name of the form"), max_length=200)


class UploadForm(forms.Form):
    """A file to hand out."""

    file = forms.FileField(label=_("File"), help_text=_("PDF, PowerPoint, Word, Excel, ZIP, PNG or JPEG, up to 50 MB."))


class TopForm(forms.Form):
    """What stands above and below the questions."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    name = forms.CharField(label=_("Name of the form"), max_length=200)
    submit_label = forms.CharField(label=_("Text of the button"), max_length=100, required=False)
    after = forms.ChoiceField(label=_("After sending"), choices=AFTERS)
    message = forms.CharField(
        label=_("Message"), required=False, max_length=5_000, widget=forms.Textarea(attrs={"rows": 3})
    )
    redirect = forms.URLField(label=_("Page"), required=False, max_length=2_000, assume_scheme="https")
    asset = forms.ChoiceField(label=_("Document"), required=False)
    add_kind = forms.ChoiceField(label=_("Kind"), choices=ADDABLE, required=False)
    add_label = forms.CharField(label=_("Label"), max_length=200, required=False)
    add_target = forms.ChoiceField(label=_("Fills"), choices=TARGETS, required=False)

    def __init__(self, *args: object, assets: Sequence[Asset], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # passed through to Django's own signature
        choices = [("", "—"), *((asset.public_id, asset.name) for asset in assets)]
        self.fields["asset"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField
        own = [(f"lead.attributes.{key}", one.label) for key, one in definitions(archived=False).items()]
        self.fields["add_target"].choices = [*TARGETS, *own]  # type: ignore[attr-defined]  # a ChoiceField

    def edit(self, posted: QueryDict) -> Edit:
        """The whole page as one edit; the boxes of fields are numbered."""
        stated = self.cleaned_data
        return Edit(
            name=stated["name"],
            submit_label=stated["submit_label"],
            after=(stated["after"], stated[stated["after"]]),
            fields=[_field(posted, index) for index in range(_count(posted))],
            consents=[text.strip() for text in posted.getlist("consent")[:FIELD_LIMIT]],
            addition=Addition(stated["add_kind"], stated["add_label"], stated["add_target"]),
        )


def _count(posted: QueryDict) -> int:
    raw = posted.get("fields", "0")
    return min(int(raw), FIELD_LIMIT) if raw.isdecimal() and len(raw) < 4 else 0


def _field(posted: QueryDict, index: int) -> FieldEdit:
    order = posted.get(f"order-{index}", "")
    return FieldEdit(
        label=posted.get(f"label-{index}", "").strip(),
        help=posted.get(f"help-{index}", "").strip(),
        required=f"required-{index}" in posted,
        order=int(order) if order.isdecimal() and len(order) < 5 else index + 1,
        remove=f"remove-{index}" in posted,
        choices=posted.get(f"choices-{index}"),
    )
