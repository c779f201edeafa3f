"""`{% load ui_forms %}`: Django's form controls in our dress; used by `<c-field>` alone."""

from __future__ import annotations

from typing import Any

from django import forms, template
from django.forms import BoundField
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def control_kind(field: BoundField) -> str:
    """How the field is laid out: "tick" (label after the box), "choices" (a fieldset), "file" or "line"."""
    widget = field.field.widget
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return "choices"
    if isinstance(widget, forms.CheckboxInput):
        return "tick"
    return "file" if isinstance(widget, forms.FileInput) else "line"


@register.simple_tag
def control(field: BoundField, **attrs: Any) -> SafeString:
    """The widget with our class; help and errors are tied to it by id, as Django names them."""
    given = str(field.field.widget.attrs.get("class", ""))
    attrs["class"] = f"{_css_class(field)} {given}".strip()
    return field.as_widget(attrs=attrs)


def _css_class(field: BoundField) -> str:
    widget = field.field.widget
    if control_kind(field) in ("tick", "choices"):
        return "tick"
    if isinstance(widget, forms.Select):
        return "input select"
    return "input input-area" if isinstance(widget, forms.Textarea) else "input"
