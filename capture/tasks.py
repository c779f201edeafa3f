"""What happens to forms that were sent, later on: addresses are shortened, people who are erased leave nothing."""

from __future__ import annotations

from capture import actions
from leads.actions import Gone, at_erasure
from ma_platform import clock, jobs


@jobs.task(queue="bulk", every=3600.0)
def shorten_addresses() -> dict[str, int]:
    """Addresses lose their last part when their days are over."""
    return {"shortened": actions.shorten_addresses(now=clock.now())}


@at_erasure
def forget(gone: Gone) -> None:
    """Forms the person sent."""
    actions.forget_submissions(gone)
