"""What leads learn from the log."""

from collections.abc import Sequence
from datetime import datetime

from leads.actions.accounts import recognise_accounts
from leads.actions.erasing import forget_browsers_hints
from leads.actions.grouping import state_companies
from leads.actions.left_out import hear_left_out
from leads.actions.presence import PRESENCE, note_presence, note_visits
from leads.actions.recognise import recognise
from leads.actions.segments import follow, stir
from leads.actions.straggling import gather_stragglers
from leads.actions.suggestions import suggest
from leads.actions.unbinding import forget_browsers
from leads.stirring import CAME, SEEN
from tracking.actions import PROOF
from tracking.catalogue import Event, Fact, consumes


@consumes(Event.IDENTIFIED, Event.GROUPED, name="leads_identity", proof=PROOF)
def identify(facts: Sequence[Fact], now: datetime) -> None:
    """Identify messages become people, browsers and hints; group messages give the people their company."""
    recognise([fact for fact in facts if fact.name == Event.IDENTIFIED], now=now)
    state_companies([fact for fact in facts if fact.name == Event.GROUPED], now=now)


@consumes(*PRESENCE, Event.VISITOR_BOUND, name="leads_presence")
def presence(facts: Sequence[Fact], now: datetime) -> None:
    """When they were last seen."""
    note_presence(facts)
    stir({fact.lead_id for fact in facts if fact.lead_id is not None}, SEEN, now=now)


@consumes(name="leads_visits")
def visits(facts: Sequence[Fact], now: datetime) -> None:
    """How often they came, and where from first and last. Any event may be the first of a visit."""
    stir(note_visits(facts), CAME, now=now)


@consumes(Event.LEAD_UPDATED, name="leads_unbinding")
def unbinding(facts: Sequence[Fact], now: datetime) -> None:
    """Browsers that turn out not to be the person's."""
    forget_browsers(facts)


@consumes(Event.LEAD_CREATED, Event.LEAD_UPDATED, Event.VISITOR_BOUND, Event.EMAIL_BOUNCED, name="leads_suggestions")
def same_person(facts: Sequence[Fact], now: datetime) -> None:
    """People who may be one and the same."""
    suggest([fact.lead_id for fact in facts if fact.lead_id is not None], now=now)


@consumes(Event.LEAD_CREATED, Event.LEAD_UPDATED, Event.LEADS_MERGED, Event.VISITOR_BOUND, name="leads_left_out")
def exclusions(facts: Sequence[Fact], now: datetime) -> None:
    """People who come under the exclusion list, or off it."""
    hear_left_out(facts)


@consumes(name="leads_accounts")
def accounts(facts: Sequence[Fact], now: datetime) -> None:
    """Any event may be the first of an account whose lead is known."""
    recognise_accounts(facts)


@consumes(name="leads_joined")
def joined(facts: Sequence[Fact], now: datetime) -> None:
    """A fact that was being written while two people were joined may still name the one who stands aside."""
    gather_stragglers([fact.lead_id for fact in facts if fact.lead_id is not None], now=now)


@consumes(Event.EVENTS_DELETED, name="leads_forgetting")
def forgetting(facts: Sequence[Fact], now: datetime) -> None:
    """Browsers that were erased."""
    forget_browsers_hints(facts)


@consumes(name="leads_segments")
def segments(facts: Sequence[Fact], now: datetime) -> None:
    """Any fact may be what a segment asks about."""
    follow(facts, now=now)
