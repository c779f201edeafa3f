"""What leads learn from the log."""

from collections.abc import Sequence
from datetime import datetime

from leads.actions.presence import note_presence
from leads.actions.recognise import recognise
from tracking.catalogue import Event, Fact, consumes


@consumes(Event.IDENTIFIED, name="leads_identity")
def identify(facts: Sequence[Fact], now: datetime) -> None:
    """Identify messages become people, browsers and hints."""
    recognise(facts, now=now)


@consumes(
    Event.PAGE_VIEWED,
    Event.LINK_CLICKED,
    Event.ASSET_DOWNLOADED,
    Event.FORM_STARTED,
    Event.FORM_SUBMITTED,
    Event.EMAIL_CLICKED,
    Event.SEMINAR_ATTENDED,
    Event.VISITOR_BOUND,
    name="leads_presence",
)
def presence(facts: Sequence[Fact], now: datetime) -> None:
    """Last seen, first and last source."""
    note_presence(facts)
