"""What members decide about the workspace's own event names: added, called something, ignored, brought back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy

from ma_platform import audit, errors
from ma_platform.env import ENV
from ma_platform.tenancy.models import ApiKey, User
from ma_platform.ui.strangers import HIDDEN, SPACES
from tracking.actions.names import HIGHEST, give_out_alone
from tracking.catalogue import BY_WIRE, CUSTOM_FROM
from tracking.collector import limits
from tracking.models import CustomName

LABEL = 100  # characters
LIVE = Q(ignored_at=None, rested_at=None)
DECIDED = ["vouched", "added_at", "ignored_at", "rested_at"]  # ingest writes the others


class NoSuchEventName(errors.DomainError):
    """The name is not in this workspace."""

    code = "no_such_event_name"
    status = 404
    message = gettext_lazy("This event name is not there.")


class BadEventName(errors.DomainError):
    """Nothing that a site can send as a name of its own."""

    code = "bad_event_name"
    message = gettext_lazy("An event name has 1 to %(most)s visible characters and is none of the standard names.")


class NoPlaceLeft(errors.DomainError):
    """The workspace has as many names as it can have."""

    code = "no_place_left"
    message = gettext_lazy("All %(most)s places are taken. Ignore names that you do not need.")


@transaction.atomic
def add_event_name(name: str, *, label: str = "", by: User | ApiKey, now: datetime) -> CustomName:
    """Hold a place for a name, whether it was sent yet or not; an ignored one is taken in again.

    Raises BadEventName, NoPlaceLeft.
    """
    name = name.strip()
    if not _can_be(name):
        raise BadEventName(most=limits.NAME)
    _one_at_a_time(name=name)
    found: CustomName | None = CustomName.objects.filter(name=name).first()
    if found is None or found.ignored_at or found.rested_at:
        _refuse_when_full()
    if found is None:
        highest = CustomName.objects.order_by("-number").values_list("number", flat=True).first() or CUSTOM_FROM - 1
        if highest >= HIGHEST:
            raise NoPlaceLeft(most=ENV.event_names)
        found = CustomName(name=name, number=highest + 1)
    found.vouched, found.added_at, found.ignored_at, found.rested_at = True, now, None, None
    found.label = _one_line(label) or found.label
    found.save(update_fields=[*DECIDED, "label"] if found.pk else None)
    audit.record(by, "event_name.added", found.public_id, at=now, name=found.name)
    return found


@transaction.atomic
def ignore_event_names(public_ids: Sequence[str], *, by: User | ApiKey, now: datetime) -> int:
    """Events of these names are dropped from now on, and their places are free. Returns how many were not ignored."""
    chosen = CustomName.objects.filter(public_id__in=public_ids, ignored_at=None).order_by("id").select_for_update()
    ids = list(chosen.values_list("public_id", flat=True))
    CustomName.objects.filter(public_id__in=ids).update(ignored_at=now, added_at=None)
    audit.record_each(by, "event_name.ignored", ids, at=now)
    return len(ids)


@transaction.atomic
def bring_back_event_name(public_id: str, *, by: User | ApiKey, now: datetime) -> CustomName:
    """Take an ignored name in again, with a member's word for it. Raises NoSuchEventName, NoPlaceLeft."""
    _one_at_a_time(public_id=public_id)
    found = _named(public_id)
    if found.ignored_at is None:
        return found
    _refuse_when_full()
    found.vouched, found.added_at, found.ignored_at, found.rested_at = True, now, None, None
    found.save(update_fields=DECIDED)
    audit.record(by, "event_name.brought_back", public_id, at=now)
    return found


@transaction.atomic
def label_event_name(public_id: str, label: str, *, by: User | ApiKey, now: datetime) -> CustomName:
    """What people call the event; "" leaves it its name. Raises NoSuchEventName."""
    found = _named(public_id)
    found.label = _one_line(label)
    found.save(update_fields=["label"])
    audit.record(by, "event_name.labelled", public_id, at=now, name=found.label)
    return found


def _one_at_a_time(**which: str) -> None:
    """Like ingest: first the name's row, then whose turn it is. A resting name's row comes after, as there."""
    list(CustomName.objects.filter(rested_at=None, **which).select_for_update(no_key=True).values_list("pk"))
    give_out_alone()


def _named(public_id: str) -> CustomName:
    found: CustomName | None = CustomName.objects.filter(public_id=public_id).first()
    if found is None:
        raise NoSuchEventName(event_name=public_id)
    return found


def _refuse_when_full() -> None:
    if CustomName.objects.filter(LIVE).count() >= ENV.event_names:
        raise NoPlaceLeft(most=ENV.event_names)


def _can_be(name: str) -> bool:
    hidden = HIDDEN.search(name) or any(not letter.isprintable() for letter in name)
    return 0 < len(name) <= limits.NAME and not hidden and name not in BY_WIRE


def _one_line(label: str) -> str:
    return SPACES.sub(" ", HIDDEN.sub("", label)).strip()[:LABEL]
