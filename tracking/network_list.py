"""An uploaded list of networks: CSV in whatever encoding, read line by line, each bad line with its reason. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tracking.networks import LIST_CONFIDENCE, is_too_wide, read_network

ENCODINGS = ("utf-8-sig", "cp932", "utf-16")
MOST_LINES, MOST_BYTES = 20_000, 2_000_000
HEADERS = {
    "network": ("network", "cidr", "ip", "ip_range", "ネットワーク", "ipアドレス", "アドレス"),
    "company": ("company", "company_name", "name", "会社", "会社名", "企業名"),
    "domain": ("domain", "company_domain", "ドメイン"),
    "kind": ("kind", "type", "種別", "種類"),
    "confidence": ("confidence", "確度", "信頼度"),
}
KINDS = {
    "company": "company", "会社": "company", "企業": "company",
    "own": "own", "自社": "own", "office": "own",
    "carrier": "carrier", "回線": "carrier", "通信": "carrier", "回線事業者": "carrier",
    "gateway": "gateway", "vpn": "gateway", "hosting": "gateway", "proxy": "gateway", "中継": "gateway",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """One network of the list; `network` as Postgres prints it."""

    network: str
    company_name: str
    company_domain: str
    kind: str
    confidence: int


@dataclass(frozen=True, slots=True)
class Problem:
    """A line that cannot be used. `reason`: network, too_wide, company, domain, kind, confidence, twice or columns."""

    line: int
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Read:
    entries: tuple[Entry, ...]
    problems: tuple[Problem, ...]


class ListRefused(ValueError):
    """The whole file is of no use: `reason` is encoding, too_large or empty."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class _Bad(ValueError):
    pass


def decoded(content: bytes) -> str:
    """The file as text: UTF-8 with or without mark, cp932, or UTF-16 with a mark. Raises ListRefused."""
    if len(content) > MOST_BYTES:
        raise ListRefused("too_large")
    encodings = ("utf-16",) if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ENCODINGS[:2]
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ListRefused("encoding")


def read_list(text: str) -> Read:
    """Every line as an Entry or a Problem. The first line may name the columns, else: network, company, domain, kind,
    confidence. Raises ListRefused for a file without lines, or with more than MOST_LINES."""
    rows = [(number, row) for number, row in _rows(text) if any(cell.strip() for cell in row)]
    columns = _columns(rows[0][1]) if rows else None
    lines = rows[1:] if columns else rows
    if not lines:
        raise ListRefused("empty")
    if len(lines) > MOST_LINES:
        raise ListRefused("too_large")
    entries: dict[str, Entry] = {}
    problems: list[Problem] = []
    for number, row in lines:
        try:
            entry = _entry(_named(row, columns))
            if entry.network in entries:
                raise _Bad("twice")
            entries[entry.network] = entry
        except _Bad as bad:
            problems.append(Problem(number, ",".join(row)[:200], str(bad)))
    return Read(tuple(entries.values()), tuple(problems))


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    first = text.lstrip().partition("\n")[0]
    reader = csv.reader(io.StringIO(text.replace("\x00", ""), newline=""), delimiter="\t" if "\t" in first else ",")
    try:
        for row in reader:
            yield reader.line_num, row
    except csv.Error:
        raise ListRefused("encoding") from None


def _columns(row: Sequence[str]) -> dict[str, int] | None:
    stated = [cell.strip().lower() for cell in row]
    found = {key: stated.index(name) for key, names in HEADERS.items() for name in names if name in stated}
    return found if "network" in found else None


def _named(row: Sequence[str], columns: Mapping[str, int] | None) -> dict[str, str]:
    places = columns or {key: place for place, key in enumerate(HEADERS)}
    if columns is None and len(row) > len(HEADERS):
        raise _Bad("columns")
    return {key: row[place].strip() if place < len(row) else "" for key, place in places.items()}


def _entry(cells: Mapping[str, str]) -> Entry:
    network = read_network(cells.get("network", ""))
    if network is None:
        raise _Bad("network")
    if is_too_wide(network):
        raise _Bad("too_wide")
    kind = KINDS.get(cells.get("kind", "").lower() or "company")
    if kind is None:
        raise _Bad("kind")
    company, domain = cells.get("company", ""), cells.get("domain", "").lower().removeprefix("www.")
    if (kind == "company" and not company) or len(company) > 200:
        raise _Bad("company")
    if domain and (len(domain) > 255 or "." not in domain or any(letter in domain for letter in " @/:")):
        raise _Bad("domain")
    return Entry(network, company, domain, kind, _confidence(cells.get("confidence", "")))


def _confidence(text: str) -> int:
    stated = text.removesuffix("%").strip()
    if not stated:
        return LIST_CONFIDENCE
    if not stated.isdecimal() or not 1 <= int(stated[:6]) <= 100:
        raise _Bad("confidence")
    return int(stated)
