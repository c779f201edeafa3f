"""One kept event as a line of COPY's text format, made where the event arrives so that the drainer need not look."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

COLUMNS = (
    "tenant_id",
    "id",
    "visitor",
    "lead_id",
    "name",
    "custom",
    "kind",
    "key",
    "subject_name",
    "url",
    "host",
    "path",
    "session",
    "occurred_at",
    "received_at",
    "duration",
    "verdict",
    "reasons",
    "rule_version",
    "source",
    "agent",
    "language",
    "ip",
    "props",
)
NULL = "\\N"


@dataclass(slots=True)
class Line:
    """An event on its way. `name` is a catalogue number, or 0 with the customer's own name in `custom`."""

    id: UUID
    name: int
    occurred_at: datetime
    received_at: datetime
    custom: str = ""
    visitor: str = ""
    lead_id: int | None = None
    kind: str = ""
    key: str = ""
    subject_name: str = ""
    url: str = ""
    host: str = ""
    path: str = ""
    session: UUID | None = None
    duration: int | None = None
    verdict: int = 0
    reasons: tuple[str, ...] = ()
    rule_version: int = 0
    source: dict[str, str] | None = None
    agent: str = ""
    language: str = ""
    ip: str = ""  # an address, or "" when not known or not to be kept
    props: dict[str, Any] = field(default_factory=dict)  # Any: JSON

    def encode(self, tenant_id: int) -> bytes:
        """The line without its newline, fields in the order of COLUMNS."""
        fields = (
            str(tenant_id),
            str(self.id),
            _text(self.visitor),
            NULL if self.lead_id is None else str(self.lead_id),
            str(self.name) if self.name else NULL,
            _text(self.custom),
            _text(self.kind),
            _text(self.key),
            _text(self.subject_name),
            _text(self.url),
            _text(self.host),
            _text(self.path),
            NULL if self.session is None else str(self.session),
            self.occurred_at.isoformat(),
            self.received_at.isoformat(),
            NULL if self.duration is None else str(self.duration),
            str(int(self.verdict)),
            "{" + ",".join(f'"{_text(reason)}"' for reason in self.reasons) + "}",
            str(self.rule_version),
            NULL if self.source is None else _json(self.source),
            _text(self.agent),
            _text(self.language),
            _text(self.ip),
            _json(self.props),
        )
        return "\t".join(fields).encode("utf-8", "replace")


def _text(value: str) -> str:
    if not value:
        return NULL
    if "\\" in value:
        value = value.replace("\\", "\\\\")
    if value.isprintable():
        return value
    return value.replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r").replace("\x00", "")


def _json(value: object) -> str:
    return orjson.dumps(value, default=str).decode().replace("\\", "\\\\")
