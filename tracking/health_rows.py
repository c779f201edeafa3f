"""How tracking does, for operators: figures on `/readyz`, rows on the health page.

Every probe answers by itself while one of the two servers is away; rows say what to do.
"""

from __future__ import annotations

from datetime import datetime

import redis
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from ma_platform import clock
from ma_platform.health import probe
from ma_platform.ui import slots
from ma_platform.ui.formats import duration, number
from tracking.queries import LAG_LIMIT_SECONDS, inflow, ingest_lag, lag, own_spool, stream_lag
from tracking.queries.inflow import FEWEST_MONTHS, LONGEST_WRITE, SLOW_LOOKUP

AWAY = _("The stream (Valkey) is away: events go to disk and are written later.")


@slots.HEALTH_ROWS.fill(order=20)
def ingest_row(now: datetime) -> slots.HealthRow:
    """How long the oldest event waits to be written."""
    try:
        waiting = ingest_lag()
    except redis.RedisError:
        return slots.HealthRow(key="ingest", title=_("Accepted events"), state="bad", value="—", text=AWAY)
    return slots.HealthRow(
        key="ingest",
        title=_("Accepted events"),
        state="ok" if waiting < LAG_LIMIT_SECONDS else "bad",
        value=_duration(waiting),
        text="" if waiting < LAG_LIMIT_SECONDS else _("The ingest process is not writing them; nothing is lost."),
    )


@slots.HEALTH_ROWS.fill(order=21)
def consumer_row(now: datetime) -> slots.HealthRow:
    """How far the slowest consumer is behind."""
    found = lag(now=now)
    behind = [one for one in found if not one.ok]
    return slots.HealthRow(
        key="consumers",
        title=_("Reading of events"),
        state="warn" if behind else "ok",
        value=_duration(max((one.seconds or 0.0 for one in found), default=0.0)),
        text=", ".join(one.name for one in behind),
    )


@slots.HEALTH_ROWS.fill(order=22)
def spool_row(now: datetime) -> slots.HealthRow:
    """What waits on the disks of the collectors."""
    try:
        nodes = inflow(now=now).nodes
    except redis.RedisError:
        nodes = (own_spool(),)
    held, full = sum(node.bytes for node in nodes), [node.name for node in nodes if not node.ok]
    text = _("Events on disk wait for the stream or for an ingest process that reads this folder.") if held else ""
    return slots.HealthRow(
        key="spool",
        title=_("Events on disk"),
        state="bad" if full else "warn" if held else "ok",
        value=f"{number(held / 1024**2, digits=1)} MB",
        text=text,
    )


@slots.HEALTH_ROWS.fill(order=23)
def aside_row(now: datetime) -> slots.HealthRow:
    """What could not be written or read, and other signs of the log."""
    try:
        state = inflow(now=now).state
    except redis.RedisError:
        state = None
    if state is None:
        return slots.HealthRow(key="log", title=_("Event log"), state="warn", value="—", text=_("Not known now."))
    aside = state.rejected + state.poisoned
    worries = _worries(state.months_ahead, state.longest_write, state.unenriched)
    if state.rejected:
        worries.append(
            _("Events could not be written in the last hour: “Lines set aside” in the tag debugger says why.")
        )
    if state.poisoned:
        worries.append(_("Facts that a consumer could not read are in tracking_poison, with the reasons."))
    return slots.HealthRow(
        key="log",
        title=_("Event log"),
        state="bad" if not state.ok else "warn" if worries else "ok",
        value=gettext("%(count)s set aside") % {"count": number(aside)},
        text=" ".join(map(str, worries)),
    )


def _worries(months: int, write: float, lookup: float) -> list[str | Promise]:
    found: list[str | Promise] = []
    if months < FEWEST_MONTHS:
        found.append(_("Too few months are prepared: the worker does not make partitions."))
    if write >= LONGEST_WRITE:
        found.append(_("A transaction has been writing for over a minute: nothing newer is read until it ends."))
    if lookup >= SLOW_LOOKUP:
        found.append(_("Visits wait over ten minutes for device and place: the worker is behind."))
    return found


def _duration(seconds: float) -> str:
    return duration(seconds, language=get_language() or "ja")


@probe("consumers")
def consumers() -> dict[str, object]:
    """Lag in seconds by consumer; not ok when one has not caught up for a minute."""
    found = lag(now=clock.now())
    return {"ok": all(one.ok for one in found), "lag": {one.name: one.seconds for one in found}}


@probe("ingest")
def ingest() -> dict[str, object]:
    """Lag in seconds: of the main lane, and of every shard's lanes."""
    found = stream_lag()
    waiting = max((one.seconds for one in found if not one.overflow), default=0.0)
    lanes = {one.stream: round(one.seconds, 3) for one in found}
    return {"ok": waiting < LAG_LIMIT_SECONDS, "lag": waiting, "lanes": lanes}


@probe("spool")
def spool() -> dict[str, object]:
    """This machine's folder: bytes, files, age of the oldest."""
    own = own_spool()
    return {"ok": own.ok, "bytes": own.bytes, "files": own.files, "seconds": own.seconds}


@probe("log")
def log_state() -> dict[str, object]:
    """Counts of all collectors, every machine's spool, and how the log is; from the stream's server alone."""
    found = inflow(now=clock.now())
    nodes = {node.name: {"bytes": node.bytes, "files": node.files, "seconds": node.seconds} for node in found.nodes}
    told: dict[str, object] = {"counts": dict(found.counts), "nodes": nodes}
    state = found.state
    if state is None:
        return {**told, "ok": True, "state": "no ingest process has told yet"}
    names = ("rejected", "poisoned", "unenriched", "months_ahead", "longest_write")
    return {
        **told,
        **{name: getattr(state, name) for name in names},
        "ok": state.ok and all(node.ok for node in found.nodes),
    }
