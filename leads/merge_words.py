"""Fields and rows of a merge as members call them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from leads.actions.hung import HUNG
from leads.models import Attribute

PREFIX = "attributes."
NAMES = {
    "email": _("E-mail"),
    "name": _("Name"),
    "kana": _("Kana"),
    "last_name": _("Family name"),
    "first_name": _("Given name"),
    "last_name_kana": _("Family name (kana)"),
    "first_name_kana": _("Given name (kana)"),
    "company": _("Company"),
    "department": _("Department"),
    "job_title": _("Job title"),
    "job_rank": _("Rank"),
    "phone": _("Phone"),
    "prefecture": _("Prefecture"),
    "owner": _("Lead owner"),
}


class Left(Protocol):
    """Something that stays as it is."""

    @property
    def what(self) -> str: ...


def field_name(name: str) -> str:
    """A field by its name on screen; one of the workspace's own by its label."""
    if name.startswith(PREFIX):
        key = name.removeprefix(PREFIX)
        label = Attribute.objects.filter(subject="lead", key=key).values_list("label", flat=True).first()
        return str(label or key)
    return str(NAMES.get(name, name))


def kept_words(kept: Iterable[Left]) -> str:
    """What was changed since a merge, in one line."""
    words = [str(HUNG[one.what].label) if one.what in HUNG else field_name(one.what) for one in kept]
    return gettext(", ").join(word for word in dict.fromkeys(words) if word)
