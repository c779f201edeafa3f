"""People, and facts about them stated as other rooms state them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from leads.actions import LeadInput, upsert_lead
from tests.conftest import NOW
from tracking.actions import SubjectRef, record
from tracking.catalogue import Event


@pytest.fixture
def person(in_acme: object) -> Callable[..., int]:
    """Make a lead and answer its primary key."""
    return make_person


def make_person(email: str = "taro@example.co.jp", **said: Any) -> int:  # Any: fields of LeadInput
    """A lead of the workspace in scope; its primary key."""
    made = upsert_lead(LeadInput(email=email, **said), by=None, now=NOW)
    assert made.lead_id is not None
    return made.lead_id


def see(lead: int, event: Event, *, at: datetime = NOW, about: str = "", **extra: Any) -> None:
    """State one fact; `about` is a page's path or a thing's name."""
    kind = event.subject_kind or "page"
    key = f"https://acme.example{about}" if kind == "page" else about
    subject = SubjectRef(kind, key, name="" if kind == "page" else about) if about else None
    record(event, lead=lead, at=at, subject=subject, **extra)
