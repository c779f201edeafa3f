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
# An event with a name of the customer's own has no subject: in place of its kind stands that a secret key sent it.
VOUCHED = "vouched"


@dataclass(slots=True)
class Line:
    """An event on its way. `name` is a catalogue number, or 0 with the customer's own name in `custom`."""

    id: UUID | str
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
    session: UUID | str | None = None
    duration: int | None = None
    verdict: int = 0
    reasons: tuple[str, ...] = ()
    rule_version: int = 0
    source: dict[str, str] | str | None = None  # a text is its JSON, escaped by `json_text`
    agent: str = ""
    language: str = ""
    ip: str = ""  # an address, or "" when not known or not to be kept
    props: dict[str, Any] = field(default_factory=dict)  # Any: JSON

    def encode(self, tenant_id: int) -> bytes:
        """The line without its newline, fields in the order of COLUMNS."""
        visitor, custom, kind, key, title, url, host, path, agent, language, ip = self._texts()
        source, received = self.source, _remembered(self.received_at)
        occurred = received if self.occurred_at is self.received_at else moment_text(self.occurred_at)
        lead_id = NULL if self.lead_id is None else self.lead_id
        session = NULL if self.session is None else self.session
        duration = NULL if self.duration is None else self.duration
        reasons = "{" + ",".join([f'"{_text(reason)}"' for reason in self.reasons]) + "}" if self.reasons else "{}"
        if type(source) is not str:
            source = NULL if source is None else json_text(source)
        props = json_text(self.props) if self.props else "{}"
        return (
            f"{tenant_id}\t{self.id}\t{visitor}\t{lead_id}\t{int(self.name) or NULL}\t{custom}\t{kind}\t{key}\t{title}"
            f"\t{url}\t{host}\t{path}\t{session}\t{occurred}\t{received}\t{duration}\t{int(self.verdict)}\t{reasons}"
            f"\t{self.rule_version}\t{source}\t{agent}\t{language}\t{ip}\t{props}"
        ).encode("utf-8", "replace")

    def _texts(self) -> list[str]:
        """What people sent, escaped for COPY. Hardly any of it needs to be: one look at all of it finds that out."""
        texts = (
            *(self.visitor, self.custom, self.kind, self.key, self.subject_name),
            *(self.url, self.host, self.path, self.agent, self.language, self.ip),
        )
        whole = "".join(texts)
        if whole.isprintable() and "\\" not in whole:
            return [text or NULL for text in texts]
        return [_text(text) for text in texts]


_last_moment: tuple[datetime | None, str] = (None, "")


def _remembered(moment: datetime) -> str:
    """All lines of a request share the moment they were received at."""
    global _last_moment
    last, text = _last_moment
    if last is not moment:
        text = moment_text(moment)
        _last_moment = (moment, text)
    return text


def moment_text(moment: datetime) -> str:
    """As Postgres takes it: `isoformat`, in a third of its time."""
    return orjson.dumps(moment).decode()[1:-1]


def json_text(value: object) -> str:
    """JSON escaped for COPY."""
    text = orjson.dumps(value, default=str).decode()
    return text.replace("\\", "\\\\") if "\\" in text else text


def _text(value: str) -> str:
    if not value:
        return NULL
    return value.translate(_ESCAPES)


_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\x00": None})
