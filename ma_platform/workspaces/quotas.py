"""What a workspace may use, and who counts it. Rooms above register a count; nothing here imports them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Used(StrEnum):
    """What is counted; the value is the name of its limit, too."""

    PEOPLE = "people"
    EVENTS = "events_per_month"
    MAILS = "mails_per_month"
    STORAGE = "storage_mb"


LABELS: dict[Used, Promise] = {
    Used.PEOPLE: _("Leads"),
    Used.EVENTS: _("Events this month"),
    Used.MAILS: _("Mails to leads this month"),
    Used.STORAGE: _("Uploaded files (MB)"),
}
WHEN_FULL: dict[Used, Promise] = {
    Used.PEOPLE: _("No new leads can be added by hand, import or API. Forms still take everybody."),
    Used.EVENTS: _("Nothing stops; events are still taken. Please talk to your operator."),
    Used.MAILS: _("Marketing mails wait, for up to seven days, until the next month or a higher quota."),
    Used.STORAGE: _("No more files can be uploaded."),
}
MEGABYTE = 1024 * 1024
Count = Callable[[datetime], int]
_counts: dict[Used, list[Count]] = defaultdict(list)


def counts(what: Used) -> Callable[[Count], Count]:
    """Decorator: `fn(since)` counts what the workspace in scope uses, since the month began where that matters.

    Storage is counted in bytes. It runs every half hour: a stretch of an index, never a look through a log.
    """

    def register(count: Count) -> Count:
        _counts[what].append(count)
        return count

    return register


def used(what: Used, since: datetime) -> int:
    """The sum of all that rooms count, in the unit of the limit (files: megabytes begun)."""
    total = sum(count(since) for count in _counts[what])
    return -(-total // MEGABYTE) if what is Used.STORAGE else total
