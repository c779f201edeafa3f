"""Jobs over many people: whom one would reach, how far it is, and what became of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count
from psycopg2.sql import SQL, Composable

from conditions import estimate
from leads.models import BulkItem, BulkJob
from leads.queries.asking import MEMORY_MB
from leads.queries.listing import within
from leads.queries.selection import Selected, selected
from ma_platform.api.pages import moment_of
from ma_platform.db import sql
from ma_platform.tenancy import veil

COUNT_MS = 4_000
SAMPLE = 5
LISTED = 30
ITEMS = 50
Json = Mapping[str, Any]  # Any: JSON
Unchanged = tuple[Composable, dict[str, Any]]  # Any: parameters of a statement


@dataclass(frozen=True, slots=True)
class Reach:
    """How many people a job is about; `same`: those among them it would not change, None where nobody can say."""

    total: int
    exact: bool
    same: int | None = None

    @property
    def changing(self) -> int | None:
        return None if self.same is None else self.total - self.same


def reach(selection: Json, *, now: datetime, unchanged: Unchanged | None = None) -> Reach:
    """Counted in one statement, or the planner's estimate where that takes too long. Raises ConditionRefused."""
    picked = selected(selection, now=now)
    tests, params = unchanged or (SQL("false"), {})
    statement = SQL(REACH).format(tests=picked.tests, same=tests)
    with veil.reading():
        counted = within(COUNT_MS, lambda: _whole(statement, **picked.params, **params))
        if counted is None:
            planned = sql.run(SQL(PLANNED).format(tests=picked.tests), **picked.params).value()
            return Reach(estimate(planned).rows, False)
    return Reach(counted[0], True, counted[1] if unchanged else None)


def count_exactly(picked: Selected) -> int:
    """How many it is, however long it takes."""
    with veil.reading():
        return _whole(SQL(REACH).format(tests=picked.tests, same=SQL("false")), **picked.params)[0]


def _whole(statement: Composable, **params: Any) -> tuple[int, int]:  # Any: parameters of a statement
    """The numbers of a statement that reads everybody."""
    with sql.thorough(MEMORY_MB):
        total, same = sql.run(statement, **params).one()
    return total, same


def jobs_at_work(kind: str) -> list[BulkJob]:
    """The jobs of a kind that are not over, the oldest first."""
    return list(BulkJob.objects.filter(kind=kind, state__in=["waiting", "running"]).order_by("pk"))


def examples(selection: Json, *, now: datetime) -> list[dict[str, Any]]:  # Any: columns
    """A few of the people, with what a list shows of them; none where finding them takes too long."""
    picked = selected(selection, now=now)
    statement = SQL(EXAMPLES).format(tests=picked.tests)
    with veil.reading():
        return within(COUNT_MS, lambda: sql.run(statement, limit=SAMPLE, **picked.params).dicts()) or []


REACH = """
    SELECT count(*), count(*) FILTER (WHERE {same})
      FROM leads_lead AS lead WHERE lead.tenant_id = %(tenant_id)s {tests}
"""
PLANNED = "EXPLAIN (FORMAT JSON) SELECT lead.id FROM leads_lead AS lead WHERE lead.tenant_id = %(tenant_id)s {tests}"
EXAMPLES = """
    SELECT lead.public_id, lead.last_name, lead.first_name, lead.email
      FROM leads_lead AS lead WHERE lead.tenant_id = %(tenant_id)s {tests} LIMIT %(limit)s
"""


def list_jobs(
    *,
    after: Sequence[Any] | None = None,  # Any: a decoded cursor
    limit: int = LISTED,
    by: int | None = None,
) -> list[BulkJob]:
    """Newest first. by: only those of this user. Raises ForgedCursor."""
    found = BulkJob.objects.select_related("by").order_by("-created_at", "-id")
    found = found if by is None else found.filter(by=by)
    if (place := moment_of(after)) is not None:
        moment, pk = place
        found = found.filter(created_at__lte=moment).exclude(created_at=moment, pk__gte=pk)
    return list(found[:limit])


def position(job: BulkJob) -> list[object]:
    """Where the list of jobs continues after `job`."""
    return [job.created_at.isoformat(), job.pk]


def find_job(public_id: str) -> BulkJob | None:
    found: BulkJob | None = BulkJob.objects.select_related("by").filter(public_id=public_id).first()
    return found


def items(job: BulkJob, *, outcome: str = "", after: int = 0, limit: int = ITEMS) -> list[BulkItem]:
    """People of a job in its order, those with one outcome or all that were handled."""
    found = BulkItem.objects.filter(job=job, pk__gt=after).select_related("lead").order_by("pk")
    return list((found.filter(outcome=outcome) if outcome else found.exclude(outcome=""))[:limit])


def outcomes(job: BulkJob) -> dict[str, int]:
    """How many of each outcome, of those who still exist."""
    counted = BulkItem.objects.filter(job=job).exclude(outcome="").values_list("outcome").annotate(count=Count("pk"))
    return dict(counted)
