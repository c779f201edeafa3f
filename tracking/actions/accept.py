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
from tracking.facts import Agent, SubjectRef

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
    id: UUID | None = None,
) -> Verdict:
    """Keep the fact and say what is thought of its maker. Raises NotKept.

    `agent` is judged (opens and clicks with the moment of delivery, when known); without one a person is believed.
    """
    judged = _judge(name, agent, at=at, delivered_at=delivered_at) if agent else verdict.HUMAN
    line = Line(
        id=id or UUID(str(uuid_utils.uuid7())), name=int(name), occurred_at=at, received_at=max(at, clock.now())
    )
    line.visitor, line.lead_id, line.props = visitor_key or "", lead_id, props
    line.agent = agent.ua[:300] if agent else ""
    line.verdict, line.reasons, line.rule_version = int(judged.verdict), judged.reasons, verdict.RULE_VERSION
    if subject:
        _about(line, subject)
    partition = f"{tenant_id} {visitor_key or lead_id or ''}"
    try:
        wiring.keeper().keep([Entry(partition, line.encode(tenant_id))])
    except Refusal as refusal:
        raise NotKept(reason=refusal.reason) from None
    return judged.verdict


def _judge(name: Event, agent: Agent, *, at: datetime, delivered_at: datetime | None) -> verdict.Judgement:
    headers = dict(agent.headers)
    if name not in MAIL:
        return verdict.judge_request(agent.ua, method=agent.method, headers=headers)
    since = (at - delivered_at).total_seconds() if delivered_at else None
    opened = name == Event.EMAIL_OPENED
    return verdict.judge_mail(agent.ua, opened=opened, since_delivery=since, method=agent.method, headers=headers)


def _about(line: Line, subject: SubjectRef) -> None:
    place = urlsplit(subject.url or (subject.key if subject.kind == "page" else ""))
    line.kind, line.key = subject.identity
    line.subject_name, line.url = subject.name[:500], subject.url[:2000]
    line.host, line.path = (place.hostname or "")[:255], unquote(place.path)[:2000]
