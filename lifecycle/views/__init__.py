"""Pages of lifecycle, by subject."""

from lifecycle.views import alerts, assignment, deals, stages

__all__ = ["alerts", "assignment", "deals", "stages"]
