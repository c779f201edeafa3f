"""Pages of lifecycle, by subject."""

from lifecycle.views import alerts, deals, stages

__all__ = ["alerts", "deals", "stages"]
