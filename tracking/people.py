"""Where the pages about people are, by their public names: the room above is not imported."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode

import orjson
from django.http import HttpRequest
from django.urls import reverse

from ma_platform.tenancy.permissions import Capability
from tracking.catalogue import Event


def people_href(request: HttpRequest) -> str:
    """The list of people; "" for members who may not see it."""
    return reverse("leads:list") if Capability.VIEW_LEADS in getattr(request, "can", ()) else ""


def exclusions_href(request: HttpRequest) -> str:
    """The list of those reports leave out; "" for members who may not see it."""
    return reverse("leads:exclusions") if Capability.VIEW_LEADS in getattr(request, "can", ()) else ""


def readers_href(request: HttpRequest, key: str, *, since: date, until: date, counted: bool) -> str:
    """The list of people who viewed a page in those local days; "" for members who may not see it.

    `counted`: without those whom reports leave out, as the number that leads there is.
    """
    people = people_href(request)
    if not people:
        return ""
    days = [since.isoformat(), until.isoformat()]
    where = [
        {"field": "url", "op": "eq", "value": key, "exact": True},
        {"field": "occurred_at", "op": "between", "value": days},
    ]
    condition = {"event": Event.PAGE_VIEWED.wire, "where": {"all": where}}
    stated = {"condition": orjson.dumps(condition).decode(), **({"excluded": "no"} if counted else {})}
    return f"{people}?{urlencode(stated)}"


def strangers_href(key: str, *, since: date, until: date) -> str:
    """The ranking of unknown visitors, only those who viewed a page in those local days."""
    stated = {"page": key, "since": since.isoformat(), "until": until.isoformat()}
    return f"{reverse('scoring:visitors')}?{urlencode(stated)}"
