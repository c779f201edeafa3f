"""What the page of the audit log is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ma_platform.audit.queries import Asked
from ma_platform.audit.sentences import AREAS, SENTENCES, verbs_of

EVERYBODY, SYSTEM = "", "system"


def areas() -> list[tuple[str, Promise, list[tuple[str, Promise]]]]:
    """(key, label, actions) of each area: to be chosen whole, or one of its actions."""
    return [(area, AREAS[area], list(words.items())) for area, words in SENTENCES.items()]


class AuditForm(forms.Form):
    """Everything optional; the days are those of the workspace's zone, both included."""

    by = forms.CharField(required=False, max_length=254)
    action = forms.CharField(required=False, max_length=60)
    subject = forms.CharField(required=False, max_length=80)
    since = forms.DateField(required=False)
    until = forms.DateField(required=False)

    def asked(self, zone: ZoneInfo) -> Asked:
        """What is chosen; a box that holds nonsense is as if it were empty."""
        self.full_clean()
        stated = self.cleaned_data
        by, action = stated.get("by", ""), stated.get("action", "")
        until = stated.get("until")
        return Asked(
            actor=None if by == EVERYBODY else "" if by == SYSTEM else by,
            verbs=verbs_of(action) if action else None,
            subject=stated.get("subject", ""),
            since=_begins(stated.get("since"), zone),
            until=_begins(until + timedelta(days=1), zone) if until and until < date.max else None,
        )


def offered_actors(people: Mapping[str, str], chosen: str) -> list[tuple[str, str | Promise]]:
    """Everybody, the product, members and keys, and whoever is chosen though they have left."""
    known = [(key or SYSTEM, name) for key, name in people.items()]
    left = [] if chosen in ("", *(key for key, _name in known)) else [(chosen, chosen)]
    return [("", _("Everybody")), *known, *left]


def _begins(day: date | None, zone: ZoneInfo) -> datetime | None:
    return datetime.combine(day, time.min, tzinfo=zone) if day else None
