"""Accept a fact from a stranger without the database: into the stream, or on disk, before anybody is answered."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import UUID

import uuid_utils

from ma_platform import clock, errors
from tracking import verdict
from tracking.catalogue import Event, Verdict
from tracking.collector import wiring
from tracking.collector.core import Entry
from tracking.collector.lines import Line
from tracking.collector.refusal import Refusal
from tracking.facts import HIT, Agent, SubjectRef
from tracking.verdict.hits import is_prefetch

MAIL = {Event.EMAIL_OPENED, Event.EMAIL_CLICKED}


class NotKept(errors.DomainError):
    """Neither the stream nor the disk can take the fact now."""

    code = "not_kept"
    status = 503


def accept_fact(  # noqa: PLR0913 - the parts of one fact, named by the caller
    tenant_id: int,
    name: Event,
    props: dict[str, Any],  # Any: JSON
    *,
    at: datetime,
    visitor_key: str | None = None,
    lead_id: int | None = None,
    subject: SubjectRef | None = None,
    agent: Agent | None = None,
    delivered_at: datetime | None = None,
    hidden: bool = False,
    id: UUID | None = None,
) -> Verdict:
    """Keep the fact and say what is thought of its maker. Raises NotKept.

    `agent` is judged (opens and clicks with the moment of delivery, when known) and kept beside the fact for judging
    again; without one a person is believed. `hidden`: only somebody who follows every link can have come here.
    """
    hit = hit_by(agent, at=at, delivered_at=delivered_at, hidden=hidden) if agent else None
    judged = _judge(name, hit) if hit else verdict.HUMAN
    line = _line(name, hit, judged, at=at, id=id)
    line.visitor, line.lead_id = visitor_key or "", lead_id
    line.props = {**props, HIT: hit.as_json()} if hit else props
    if subject:
        _about(line, subject)
    partition = f"{tenant_id} {visitor_key or lead_id or ''}"
    try:
        wiring.keeper().keep([Entry(partition, line.encode(tenant_id))])
    except Refusal as refusal:
        raise NotKept(reason=refusal.reason) from None
    return judged.verdict


def _line(
    name: Event, hit: verdict.Hit | None, judged: verdict.Judgement, *, at: datetime, id: UUID | None = None
) -> Line:
    known = id or UUID(str(uuid_utils.uuid7()))
    line = Line(id=known, name=int(name), occurred_at=at, received_at=max(at, clock.now()))
    line.agent = hit.ua[:300] if hit else ""
    line.verdict, line.reasons, line.rule_version = int(judged.verdict), judged.reasons, verdict.RULE_VERSION
    return line


def hit_by(agent: Agent, *, at: datetime, delivered_at: datetime | None = None, hidden: bool = False) -> verdict.Hit:
    """What is kept of the maker of a bare request."""
    return verdict.Hit(
        ua=agent.ua,
        ip=agent.ip,
        method=agent.method,
        prefetch=is_prefetch(dict(agent.headers)),
        since_delivery=(at - delivered_at).total_seconds() if delivered_at else None,
        hidden=hidden,
    )


def _judge(name: Event, hit: verdict.Hit) -> verdict.Judgement:
    return verdict.judge_mail(hit, opened=name == Event.EMAIL_OPENED) if name in MAIL else verdict.judge_hit(hit)


def _about(line: Line, subject: SubjectRef) -> None:
    place = urlsplit(subject.url or (subject.key if subject.kind == "page" else ""))
    line.kind, line.key = subject.identity
    line.subject_name, line.url = subject.name[:500], subject.url[:2000]
    line.host, line.path = (place.hostname or "")[:255], unquote(place.path)[:2000]
