"""Pages of lifecycle, by subject."""

from lifecycle.views import alerts, assignment, deals, stages, visits

__all__ = ["alerts", "assignment", "deals", "stages", "visits"]
