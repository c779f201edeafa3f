"""What happened, as rows to show: a person's timeline, the pages they read, the newest events, the readers' lag."""

from tracking.queries.daily import DayCount, Total, counts_per_day, totals
from tracking.queries.lag import LAG_LIMIT_SECONDS, ConsumerLag, ingest_lag, lag
from tracking.queries.people import VisitorRow, visitors
from tracking.queries.site import main_site, tag_seen_at
from tracking.queries.timeline import BadPosition, Entry, last_pages, latest, timeline

__all__ = [
    "LAG_LIMIT_SECONDS",
    "BadPosition",
    "ConsumerLag",
    "DayCount",
    "Entry",
    "Total",
    "VisitorRow",
    "counts_per_day",
    "ingest_lag",
    "lag",
    "last_pages",
    "latest",
    "main_site",
    "tag_seen_at",
    "timeline",
    "totals",
    "visitors",
]
