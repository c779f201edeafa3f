"""Ringing for the builder and the wheel. The tasks are looked up by name: they stand above the actions."""

from __future__ import annotations

from celery import current_app

from leads.models import Segment
from ma_platform import jobs
from ma_platform.tenancy.scope import current_tenant_id

BUILD, REFRESH, WHEEL = (f"leads.tasks.{name}" for name in ("build_segment", "refresh_segment", "segment_wheel"))


def ring_builder(segment: Segment) -> None:
    """Have the segment built when this transaction commits; a sweep finds what a lost ring leaves."""
    _start(BUILD, segment)


def ring_refresher(segment: Segment, *, quiet: bool = False) -> None:
    """Have everybody looked at again when this transaction commits. quiet: no flow begins by what that changes."""
    _start(REFRESH, segment, int(quiet))


def ring_wheel() -> None:
    """Have the looks that are owed taken when this transaction commits."""
    job = current_app.tasks.get(WHEEL)
    if job is not None:
        jobs.ring(job)


def _start(name: str, segment: Segment, *arguments: int) -> None:
    job = current_app.tasks.get(name)
    if job is not None:
        jobs.start(job, current_tenant_id(), segment.pk, *arguments)
