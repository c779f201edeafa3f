"""Words for columns and sources as people read them."""

from collections.abc import Iterable, Mapping

from django import template
from django.template import Context
from django.template.loader import render_to_string
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.forms import KIND_LABELS
from leads.listing import ShownRow
from leads.topics import topic_name
from leads.vocabulary import CONSENT_LABELS
from ma_platform.ui.slots import Panel

register = template.Library()


@register.simple_tag
def hidden_fields(stated: Iterable[tuple[str, str]], without: str = "") -> SafeString:
    """Names and values as fields of a form that nobody sees, less one name."""
    kept = ((name, value) for name, value in stated if name != without)
    return format_html_join("", '<input type="hidden" name="{}" value="{}">', kept)


@register.filter
def drawn_rows(rows: Iterable[ShownRow]) -> SafeString:
    """The lines of the table, which `leads.listing` has drawn already."""
    return SafeString("".join(row.drawn for row in rows))


register.filter(topic_name)

FIELD_LABELS = {
    "email": gettext_lazy("E-mail"),
    "emails": gettext_lazy("Mail addresses"),
    "last_name": gettext_lazy("Family name"),
    "first_name": gettext_lazy("Given name"),
    "last_name_kana": gettext_lazy("Family name (kana)"),
    "first_name_kana": gettext_lazy("Given name (kana)"),
    "company": gettext_lazy("Company"),
    "department": gettext_lazy("Department"),
    "job_title": gettext_lazy("Job title"),
    "job_rank": gettext_lazy("Rank"),
    "phone": gettext_lazy("Phone"),
    "prefecture": gettext_lazy("Prefecture"),
    "owner": gettext_lazy("Lead owner"),
}
SOURCE_LABELS = {
    "form": gettext_lazy("Form"),
    "api": gettext_lazy("API"),
    "user": gettext_lazy("By hand"),
    "import": gettext_lazy("Import"),
    "identify": gettext_lazy("Sign-in on the site"),
    "group": gettext_lazy("Company told by the site"),
    "demo": gettext_lazy("Demo data"),
    "titles": gettext_lazy("Rank given to the title"),
    "undo": gettext_lazy("Undone"),
    "owner": gettext_lazy("Assigned"),
    "join": gettext_lazy("Companies joined"),
    "deal": gettext_lazy("Deals"),
}
EVIDENCE_LABELS = {
    "source": gettext_lazy("From"),
    "by": gettext_lazy("Entered by"),
    "note": gettext_lazy("Evidence"),
    "wording": gettext_lazy("Wording shown"),
    "wording_hash": gettext_lazy("Fingerprint of the wording"),
    "url": gettext_lazy("Page"),
    "form": gettext_lazy("Form"),
    "submission": gettext_lazy("Form sent"),
    "version": gettext_lazy("Version of the form"),
}
CONSENT_TONES = {"consent": "success", "refused": "danger", "none": "neutral"}


@register.filter
def field_label(name: str) -> str:
    """A column by its name on screen."""
    return str(FIELD_LABELS.get(name, name))


@register.filter
def source_label(source: str) -> str:
    """form:sub_… as "Form"; an unknown source is another system."""
    return str(SOURCE_LABELS.get(source.partition(":")[0], _("Another system")))


@register.simple_tag(takes_context=True)
def header_of(context: Context, panels: Iterable[Panel]) -> SafeString:
    """Small things beside the name: each panel's fragment without a card around it."""
    request = context["request"]
    drawn = ((render_to_string(panel.template, dict(panel.context), request),) for panel in panels)
    return format_html_join("\n", "{}", drawn)


@register.filter
def attribute_kind(kind: str) -> str:
    """The kind of a field as people call it."""
    return str(KIND_LABELS.get(kind, kind))


@register.filter
def consent_label(state: str | None) -> str:
    """A basis, `refused` or `none` as people call it."""
    return str(CONSENT_LABELS.get(state or "refused", state))


@register.filter
def consent_tone(state: str | None) -> str:
    """The colour of a basis, `refused` or `none`."""
    return CONSENT_TONES.get(state or "refused", "info")


@register.filter
def evidence_rows(evidence: Mapping[str, object]) -> list[tuple[str, str]]:
    """What shows a consent, as (label, text); where it came from in words."""
    shown = {**evidence, "source": source_label(str(evidence["source"]))} if evidence.get("source") else evidence
    return [
        (str(EVIDENCE_LABELS.get(name, name)), str(value)) for name, value in shown.items() if value not in ("", None)
    ]


@register.filter
def file_size(size: int) -> str:
    """1.4 MB."""
    return f"{size / 1_000_000:.1f} MB" if size >= 100_000 else f"{max(1, size // 1000)} KB"
