"""What happens to forms that were sent, later on: addresses are shortened, people who are erased leave nothing.

People who are joined bring theirs along.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from capture import actions
from capture.queries import asset_bytes
from leads.actions import Gone, Hung, at_erasure, hang
from ma_platform import clock, jobs
from ma_platform.workspaces.quotas import Used, counts

hang(Hung("capture_submission", label=_("Form answers")))


@jobs.task(queue="bulk", every=3600.0)
def shorten_addresses() -> dict[str, int]:
    """Addresses lose their last part when their days are over."""
    return {"shortened": actions.shorten_addresses(now=clock.now())}


@counts(Used.STORAGE)
def files_kept(_since: datetime) -> int:
    """Files to hand out."""
    return asset_bytes()


@at_erasure
def forget(gone: Sequence[Gone]) -> None:
    """Forms they sent."""
    actions.forget_submissions(gone)
