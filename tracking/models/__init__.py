"""The tables of tracking. Numbers instead of foreign keys towards rooms above, and none at all out of the log."""

from tracking.models.inlet import ConsumerCursor, Poison, Rejected, StreamOffset
from tracking.models.judging import Rejudged, Rejudgement
from tracking.models.keeping import Retold, Tombstone, Upkeep
from tracking.models.log import CustomName, Daily, Event, Subject, TurnedAway, current_txid
from tracking.models.people import Alias, Binding, Session, Visitor
from tracking.models.setting import Domain, Network, Retention, Settings

__all__ = [
    "Alias",
    "Binding",
    "ConsumerCursor",
    "CustomName",
    "Daily",
    "Domain",
    "Event",
    "Network",
    "Poison",
    "Rejected",
    "Rejudged",
    "Rejudgement",
    "Retention",
    "Retold",
    "Session",
    "Settings",
    "StreamOffset",
    "Subject",
    "Tombstone",
    "TurnedAway",
    "Upkeep",
    "Visitor",
    "current_txid",
]
