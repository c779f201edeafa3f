"""2a: from a fact in the stream to the alert's row, against the same pipeline with scoring (and so alerting) off.

One cycle is what 20 ms bring at the given rate: page views of known people and one inquiry. It is kept in the stream,
drained to the log and read by the consumers; the cycle's time is the latency of its inquiry, from acknowledgement to
the committed alert. Off: the same cycle, read by every consumer except scoring and alerts.
"""

from __future__ import annotations

import statistics
import time
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import count

from benchmarks.table import Row, compared, interleaved
from leads.actions import LeadInput, upsert_leads
from lifecycle.models import Alert
from ma_platform import clock, ids
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions import create_workspace
from tracking.actions import bind_visitor, drain, run_consumers
from tracking.catalogue import CONSUMERS, Event
from tracking.collector import wiring
from tracking.collector.core import Entry
from tracking.collector.lines import Line

CYCLES, PEOPLE, PAGES = 100, 10_000, 50
SLICE = 0.020  # seconds of traffic in one cycle
OFF = frozenset({"scoring", "alerts"})
GOAL, GROWTH = "≤ 2.5", "O(leads hit)"


@dataclass
class Stage:
    """A workspace whose first `people` browsers belong to known leads; `next_inquirer` counts those who asked."""

    tenant_id: int
    people: int
    cycles: int
    inquirers: count[int] = field(default_factory=count)


def measure(scale: float) -> list[Row]:
    """p50 in milliseconds at 1,000 and 6,000 events a second, and whether every inquiry made its alert."""
    stage = prepare(people=max(1_000, int(PEOPLE * scale)), cycles=max(10, int(CYCLES * scale)))
    cycle(stage, rate=1_000, scoring=True)  # the first one fills caches
    rows = [latency(stage, rate=rate) for rate in (1_000, 6_000)]
    return [*rows, told(stage)]


def prepare(*, people: int, cycles: int) -> Stage:
    """Known people with their browsers; the consumers have read all of it."""
    now = clock.now()
    made = create_workspace(name="bench", email=f"{ids.code()}@bench.example", password="x" * 12, now=now)
    with tenant_scope(made.workspace):
        stated = [LeadInput(email=f"s{number}@bench.example", job_title="部長") for number in range(people)]
        leads = [done.lead_id or 0 for done in upsert_leads(stated, by=None, now=now)]
        for number, lead in enumerate(leads):
            bind_visitor(f"s{number}", lead, "identify", now)
    run_consumers(now=now)
    return Stage(made.workspace.pk, people, cycles)


def latency(stage: Stage, *, rate: int) -> Row:
    """p50 of the cycles, with scoring against without."""
    off, ours = (partial(median, stage, rate=rate, scoring=scoring) for scoring in (False, True))
    name = f"2a event to alert, p50 at {rate:,} ev/s"
    return compared(name, interleaved(off, ours), unit="ms", goal=GOAL, growth=GROWTH)


def told(stage: Stage) -> Row:
    """Alerts per inquiry that was read with scoring on: must be 1, whatever the speed."""
    run_consumers(now=clock.now())
    with tenant_scope(stage.tenant_id):
        alerts = Alert.objects.count()
    asked = next(stage.inquirers)
    return Row("2a alerts per inquiry", float(alerts), "alerts", float(asked), alerts / asked, "= 1")


def median(stage: Stage, *, rate: int, scoring: bool) -> float:
    """Milliseconds of the middle one of a round's cycles; what the round before left unread is read first."""
    run_consumers(now=clock.now())
    return statistics.median(cycle(stage, rate=rate, scoring=scoring) for _ in range(stage.cycles))


def cycle(stage: Stage, *, rate: int, scoring: bool) -> float:
    """Milliseconds from the stream's acknowledgement to everything read."""
    now = clock.now()
    asking = next(stage.inquirers)
    entries = [viewed(stage, number, now) for number in range(int(rate * SLICE) - 1)]
    wiring.keeper().keep([*entries, asked(stage, asking, now)])
    started = time.perf_counter()
    drain(now=now)
    run_consumers(now=now, only=() if scoring else tuple(CONSUMERS.keys() - OFF))
    return (time.perf_counter() - started) * 1000


def viewed(stage: Stage, number: int, now: datetime) -> Entry:
    """A page view of somebody known: one page in fifty is worth points, and not enough to become hot by pages alone."""
    line = Line(id=uuid.uuid4(), name=int(Event.PAGE_VIEWED), occurred_at=now, received_at=now)
    line.visitor = f"s{uuid.uuid4().int % stage.people}"
    line.path = "/products/a" if number % PAGES == 0 else f"/blog/{number % PAGES}"
    line.kind, line.key, line.host = "page", f"https://bench.example{line.path}", "bench.example"
    return Entry(f"{stage.tenant_id} {line.visitor}", line.encode(stage.tenant_id))


def asked(stage: Stage, number: int, now: datetime) -> Entry:
    """An inquiry of somebody who has not asked before."""
    line = Line(id=uuid.uuid4(), name=int(Event.FORM_SUBMITTED), occurred_at=now, received_at=now)
    line.visitor = f"s{number % stage.people}"
    line.kind, line.key, line.subject_name = "form", "frm_bench", "お問い合わせ"
    return Entry(f"{stage.tenant_id} {line.visitor}", line.encode(stage.tenant_id))
