"""Words and shapes of the networks pages."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from ma_platform.api.pages import encode, number_in
from tracking.network_list import Entry, Read
from tracking.network_problems import problem
from tracking.queries import NetworkFilter, NetworkRow, count_networks, networks

SOURCES = {"list": _("Uploaded list"), "learned": _("Learned"), "provider": _("Asked provider")}
KINDS = {
    "company": _("A company"),
    "own": _("Our own office"),
    "carrier": _("Carrier or provider"),
    "gateway": _("VPN or data centre"),
    "refused": _("Not this company"),
}
TONES = {"company": "brand", "own": "info", "refused": "warn"}
SAMPLE, PROBLEMS_SHOWN = 10, 100


@dataclass(frozen=True, slots=True)
class NetworkLine:
    """A network with its words."""

    row: NetworkRow
    source: str
    kind: str
    tone: str


def network_page(asked: NetworkFilter, cursor: str, *, limit: int, now: datetime) -> dict[str, object]:
    """What the list shows: `lines`, the cursor of the next page, the total and the choices. Raises ForgedCursor."""
    rows = networks(asked, now=now, before=number_in(cursor), limit=limit + 1)
    return {
        "lines": [_line(row) for row in rows[:limit]],
        "next_cursor": encode([rows[limit - 1].id]) if len(rows) > limit else "",
        "total": count_networks(asked, now=now),
        "sources": _choices(SOURCES),
        "kinds": _choices(KINDS),
    }


def _line(row: NetworkRow) -> NetworkLine:
    source, kind = gettext(SOURCES.get(row.source, row.source)), gettext(KINDS.get(row.kind, row.kind))
    return NetworkLine(row, source, kind, TONES.get(row.kind, "neutral"))


def _choices(words: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(key, gettext(word)) for key, word in words.items()]


@dataclass(frozen=True, slots=True)
class UploadPreview:
    """What an upload would do, in networks; `sample` are its first entries with their kind's word."""

    new: int
    changed: int
    removed: int
    sample: Sequence[tuple[Entry, str]]
    problems: Sequence[tuple[int, str, str]]
    bad: int


def preview(read: Read, *, mode: str, listed: Collection[str]) -> UploadPreview:
    stated = {entry.network for entry in read.entries}
    known = stated & set(listed)
    return UploadPreview(
        new=len(stated) - len(known),
        changed=len(known),
        removed=len(set(listed) - stated) if mode == "replace" else 0,
        sample=[(entry, gettext(KINDS[entry.kind])) for entry in read.entries[:SAMPLE]],
        problems=[(one.line, one.text, problem(one.reason)) for one in read.problems[:PROBLEMS_SHOWN]],
        bad=len(read.problems),
    )
