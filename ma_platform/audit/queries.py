"""Questions about what was done: a stretch of lines, newest first."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from ma_platform.audit.models import AuditEntry

PAGE = 2_000
Place = tuple[datetime, int]  # of a line: its moment, its number


@dataclass(frozen=True, slots=True)
class Asked:
    """Which lines. actor: an address or a key's public id, "" the product itself, None everybody; verbs: None all;
    subject: a public id, "" all; since (included) and until (not): None open.
    """

    actor: str | None = None
    verbs: Collection[str] | None = None
    subject: str = ""
    since: datetime | None = None
    until: datetime | None = None


def audit_lines(asked: Asked, *, after: Place | None = None, limit: int) -> list[AuditEntry]:
    """Newest first, those behind `after`. One query, whatever the length of the log."""
    rows = _chosen(asked)
    if after is not None:
        rows = rows.filter(at__lte=after[0]).exclude(at=after[0], pk__gte=after[1])
    return list(rows.order_by("-at", "-pk")[:limit])


def count_lines(asked: Asked, *, most: int) -> int:
    """How many there are, up to `most`."""
    return _chosen(asked)[:most].count()


def audit_pages(asked: Asked, *, most: int) -> Iterator[list[AuditEntry]]:
    """The newest `most` lines by pages, so that memory stays that of one."""
    after: Place | None = None
    while most > 0 and (rows := audit_lines(asked, after=after, limit=min(PAGE, most))):
        yield rows
        most -= len(rows)
        after = (rows[-1].at, rows[-1].pk)


def _chosen(asked: Asked) -> QuerySet[AuditEntry]:
    tests = Q()
    if asked.actor is not None:
        tests &= Q(actor=asked.actor)
    if asked.verbs is not None:
        tests &= Q(verb__in=sorted(asked.verbs))
    if asked.subject:
        tests &= Q(subject=asked.subject)
    if asked.since is not None:
        tests &= Q(at__gte=asked.since)
    if asked.until is not None:
        tests &= Q(at__lt=asked.until)
    return AuditEntry.objects.filter(tests)
