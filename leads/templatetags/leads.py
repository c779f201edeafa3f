"""Words for columns and sources as people read them."""

from collections.abc import Iterable

from django import template
from django.template import Context
from django.template.loader import render_to_string
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.topics import topic_name
from ma_platform.ui.slots import Panel

register = template.Library()
register.filter(topic_name)

FIELD_LABELS = {
    "email": gettext_lazy("E-mail"),
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
    "owner": gettext_lazy("Owner"),
}
SOURCE_LABELS = {
    "form": gettext_lazy("Form"),
    "api": gettext_lazy("API"),
    "user": gettext_lazy("By hand"),
    "import": gettext_lazy("Import"),
    "identify": gettext_lazy("Sign-in on the site"),
    "demo": gettext_lazy("Demo data"),
}


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
