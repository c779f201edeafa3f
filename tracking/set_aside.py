"""Lines that could not be written, as they are kept: read again, made fit to be written, made fit to be shown. Pure.

A line is kept as it came out of the stream, in COPY's text format; or, when only its name was refused, as the text of
a row: `(7,018f…,v1,,,"Plan Chosen",…)`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from ipaddress import ip_address, ip_network
from typing import Any

import orjson

from tracking.collector.lines import COLUMNS, NULL
from tracking.facts import HIT

EXCERPT = 500  # characters that are shown
LOOKED_AT = 2_000  # characters of a part that are made fit to be shown
HIDDEN = "•••"

_FIELD = re.compile(r'"((?:[^"\\]|""|\\.)*)"|([^,]*)', re.DOTALL)
_DOUBLED = re.compile(r'""|\\(.)', re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_LETTERS = {"t": "\t", "n": "\n", "r": "\r", "b": "\b", "f": "\f", "v": "\v"}
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\x00": None})

# What tells of a person: addresses of mails, long numbers (telephones, cards), whatever stands in a query.
_MAIL = re.compile(r"[^\s\"'<>,;:=/?&()\[\]{}]{1,64}(?:@|%40)[\w.%-]{1,255}")
_LONG_NUMBER = re.compile(r"\+?\d(?:[ ().‐–-]?\d){7,30}")
_ASKED = re.compile(r"([?&][^=&#\s\"]{1,40}=)[^&#\s\"]{1,2000}")
_IPV4 = re.compile(r"(?<![\d.])(\d{1,3}(?:\.\d{1,3}){2})\.\d{1,3}(?![\d.])")
_IPV6 = re.compile(r"(?<![0-9A-Fa-f])(?:[0-9A-Fa-f]{1,4}:|::)[0-9A-Fa-f:]{2,40}")
_PERSONAL = re.compile(
    r"traits|user_id|user_hash|visitor|hit|token|mail|phone|tel|name|address|zip|password|secret|birth|company|^ip$",
    re.IGNORECASE,
)


def read(stored: str) -> dict[str, str | None] | None:
    """The line's columns as texts; None where it has not as many as a line has."""
    cells = _of_row(stored) if stored.startswith("(") else [_plain(cell) for cell in stored.split("\t")]
    if len(cells) < len(COLUMNS):
        return None
    return dict(zip(COLUMNS, cells, strict=False))


def cells_of(text: str) -> tuple[str, ...]:
    """The text as it may stand in a column of a line, in each of the ways that lines are kept."""
    doubled = text.replace("\\", "\\\\").replace('"', '""')
    return text, f'"{doubled}"', text.translate(_ESCAPES)


def without_hit(line: bytes, *, before: datetime) -> bytes:
    """A line that `copied` made; of nobody's hit before that moment only that it was, not what came with it."""
    found = read(line.decode("utf-8", "replace"))
    if found is None or found["visitor"] or found["lead_id"] or not _is_before(found["occurred_at"], before):
        return line
    try:
        props = orjson.loads(found["props"] or "")
    except orjson.JSONDecodeError:
        return line
    if not isinstance(props, dict) or HIT not in props:
        return line
    rest = orjson.dumps({key: value for key, value in props.items() if key != HIT})
    return line.rpartition(b"\t")[0] + b"\t" + rest.decode().translate(_ESCAPES).encode()


def copied(stored: str, tenant_id: int) -> bytes:
    """The line as it came out of the stream, of this workspace whatever it says itself."""
    if stored.startswith("("):
        stored = "\t".join(NULL if cell is None else cell.translate(_ESCAPES) for cell in _of_row(stored))
    return b"%d\t%b" % (tenant_id, stored.partition("\t")[2].encode("utf-8", "replace"))


def shortened(line: str) -> str:
    """A line of the stream without the last part of the addresses it came from (/24, /48), before it is kept."""
    cells = line.split("\t")
    if len(cells) != len(COLUMNS):
        return short_addresses(line)
    ip, props = COLUMNS.index("ip"), COLUMNS.index("props")
    cells[ip] = short_addresses(cells[ip])
    cells[props] = _short_hit(cells[props])
    return "\t".join(cells)


def short_addresses(text: str) -> str:
    """Whatever looks like an address in it, without its last part."""
    try:
        whole = ip_address(text)
    except ValueError:
        pass
    else:
        return str(ip_network((whole, 24 if whole.version == 4 else 48), strict=False).network_address)
    return _IPV6.sub(lambda one: _short_ipv6(one[0]), _IPV4.sub(r"\1.0", text))


def message_of(line: bytes) -> str:
    """The id of a line that `copied` made."""
    return line.split(b"\t", 2)[1].decode("utf-8", "replace")


def excerpt(stored: str, found: Mapping[str, str | None] | None) -> str:
    """What the line says of its page and its properties, in at most EXCERPT characters, without what is personal."""
    if found is None:
        return masked(stored.replace("\t", " "))[:EXCERPT]
    told = [masked(text) for name in ("key", "subject_name") if (text := found[name])]
    return " · ".join([*told, _properties(found["props"] or "")])[:EXCERPT]


def masked(text: str) -> str:
    """At most LOOKED_AT characters of it, without mail addresses, long numbers and what a query holds."""
    if len(text) > LOOKED_AT:
        text = text[:LOOKED_AT].rpartition(" ")[0] or text[: LOOKED_AT - 64]
    return _LONG_NUMBER.sub(HIDDEN, _MAIL.sub(HIDDEN, _ASKED.sub(rf"\1{HIDDEN}", text)))


def _is_before(cell: str | None, moment: datetime) -> bool:
    try:
        return datetime.fromisoformat(cell or "").astimezone(UTC) < moment
    except (ValueError, OverflowError):
        return False


def _short_hit(cell: str) -> str:
    try:
        found = orjson.loads(_plain(cell) or "")
    except orjson.JSONDecodeError:
        return short_addresses(cell)
    hit = found.get(HIT) if isinstance(found, dict) else None
    if not isinstance(hit, dict) or not hit.get("ip"):
        return cell
    hit["ip"] = short_addresses(str(hit["ip"]))
    return orjson.dumps(found).decode().translate(_ESCAPES)


def _short_ipv6(text: str) -> str:
    try:
        return str(ip_network((ip_address(text), 48), strict=False).network_address)
    except ValueError:
        return text


def _properties(text: str) -> str:
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        return masked(text)
    return masked(orjson.dumps(_shy(found), default=str).decode()) if found else ""


def _shy(value: Any) -> Any:  # Any: JSON in, JSON out
    """Keys stay, for whoever looks for a mistake; what stands under a personal one does not."""
    if isinstance(value, dict):
        return {key: HIDDEN if _PERSONAL.search(key[:100]) else _shy(item) for key, item in value.items()}
    return [_shy(item) for item in value[:20]] if isinstance(value, list) else value


def _of_row(stored: str) -> list[str | None]:
    """Cells of a row's text, which Postgres wrote."""
    cells: list[str | None] = []
    place, end = 1, len(stored) - 1
    while place <= end:
        found = _FIELD.match(stored, place, end)
        if found is None:
            break
        quoted, bare = found.groups()
        cells.append((bare or None) if quoted is None else _DOUBLED.sub(lambda one: one[1] or '"', quoted))
        place = found.end() + 1
    return cells


def _plain(cell: str) -> str | None:
    if cell == NULL:
        return None
    return _ESCAPED.sub(lambda one: _LETTERS.get(one[1], one[1]), cell) if "\\" in cell else cell


def firsts(messages: Sequence[str], moments: Sequence[Any]) -> dict[str, Any]:  # Any: comparable
    """The earliest moment of each message."""
    found: dict[str, Any] = {}
    for message, at in zip(messages, moments, strict=True):
        found[message] = min(at, found.get(message, at))
    return found
