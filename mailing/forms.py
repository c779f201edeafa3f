"""Input shapes of the mail pages; nothing here is stored."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from leads.queries import topic_choices, topic_name
from mailing.grammar import MAX_SOURCE_BYTES
from mailing.models import MailKind

FORMATS = [("mjml", "MJML"), ("html", "HTML")]
# Where a refused part of the document is shown.
FIELD_OF = {
    "/name": "name",
    "/kind": "kind",
    "/topic": "topic",
    "/subject": "subject",
    "/preheader": "preheader",
    "/from/name": "from_name",
    "/from/email": "from_email",
    "/reply_to": "reply_to",
    "/body/mjml": "markup",
    "/body/html": "markup",
    "/body": "markup",
    "/text": "text",
}


class EmailForm(forms.Form):
    """The document, field by field."""

    name = forms.CharField(label=_("Name"), max_length=200, help_text=_("Not shown to recipients."))
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=MailKind.choices,
        help_text=_(
            "Marketing mail leaves only to people who agreed to it, and carries the sender and a way to stop it."
        ),
    )
    topic = forms.ChoiceField(label=_("Topic"), help_text=_("What people may stop on its own."))
    subject = forms.CharField(label=_("Subject"), max_length=998)
    preheader = forms.CharField(
        label=_("Preview text"), max_length=998, required=False, help_text=_("Shown after the subject in many inboxes.")
    )
    from_name = forms.CharField(label=_("From: name"), max_length=200, required=False)
    from_email = forms.CharField(label=_("From: address"), max_length=254, required=False)
    reply_to = forms.CharField(label=_("Reply to"), max_length=254, required=False)
    format = forms.ChoiceField(label=_("Format"), choices=FORMATS)
    markup = forms.CharField(
        label=_("Content"),
        max_length=MAX_SOURCE_BYTES,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 24, "class": "mono", "spellcheck": "false"}),
        help_text=_(
            "Values: {{ lead.addressee }}, {{ lead.last_name|default('…') }}, {{ company.name }}, {{ owner.name }}, "
            "{{ event.… }}."
        ),
    )
    text = forms.CharField(
        label=_("Text part"),
        max_length=MAX_SOURCE_BYTES,
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 6, "class": "mono"}),
        help_text=_("Empty: made from the content."),
    )

    def __init__(self, *given: Any, **options: Any) -> None:  # Any: what Django passes
        super().__init__(*given, **options)
        own = {str(topic) for topic in (self.initial.get("topic"), self.data.get("topic")) if topic}
        known = topic_choices()
        self.fields["topic"].choices = known + [  # type: ignore[attr-defined]  # a ChoiceField
            (topic, topic_name(topic)) for topic in sorted(own - {key for key, _name in known})
        ]

    def document(self) -> dict[str, Any]:
        """What the action takes."""
        said = self.cleaned_data
        document = {key: said[key] for key in ("name", "kind", "topic", "subject", "preheader", "reply_to")}
        document["from"] = {"name": said["from_name"], "email": said["from_email"]}
        document["body"] = {said["format"]: said["markup"]}
        return {"v": 1, **document, "text": said["text"].replace("\r\n", "\n") or None}

    def refuse(self, path: str, reason: object) -> None:
        """Show a refused part beside its field."""
        self.add_error(FIELD_OF.get(path), str(reason))


def initial_of(document: dict[str, Any]) -> dict[str, Any]:
    """The form's values for a stored document."""
    sender = document.get("from") or {}
    ((form, markup),) = document["body"].items()
    return {
        **{key: document.get(key) or "" for key in ("name", "topic", "subject", "preheader", "reply_to", "text")},
        "kind": document.get("kind", "marketing"),
        "from_name": sender.get("name", ""),
        "from_email": sender.get("email", ""),
        "format": form,
        "markup": markup,
    }


class SuppressForm(forms.Form):
    """An address nothing more may go to."""

    address = forms.EmailField(label=_("E-mail address"), max_length=254)


class NoForm(forms.Form):
    """A button without input."""
