"""What a room says when it states a fact. Pure dataclasses; `actions` writes them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from typing import Any
from uuid import UUID

HIT = "hit"  # the property that keeps what is needed to judge a bare request again; never shown, holds an address
# What an identify message and a reader from a mail prove themselves with: shown to nobody, read by its one judge.
PROOF, TOKEN = "user_hash", "click_token"
UNSHOWN = frozenset({HIT, PROOF, TOKEN})
KEY_BYTES = 2000  # A b-tree entry holds 2,700 bytes; the rest is for tenant and kind.


@dataclass(frozen=True, slots=True)
class SubjectRef:
    """The object of an event: `key` is its public id, or for pages the URL without query and fragment."""

    kind: str
    key: str
    name: str = ""
    url: str = ""

    @property
    def identity(self) -> tuple[str, str]:
        """(kind, key) as the dictionary stores it: a key past KEY_BYTES keeps its head and a hash of the whole."""
        whole = self.key.replace("\x00", "").encode("utf-8", "replace")
        if len(whole) <= KEY_BYTES:
            return self.kind, whole.decode()
        head = whole[: KEY_BYTES - 34].decode("utf-8", "ignore")
        return self.kind, f"{head}#{blake2b(whole, digest_size=16).hexdigest()}"


@dataclass(slots=True)
class NewFact:
    """A fact to be recorded. `visitor` is a browser's key, `name` a catalogue event or a custom number ≥ 1000.

    With `id` the fact is written once, however often it is stated. `received` is when we heard of it, None when that
    is the moment it happened; a time before `at` is taken as `at`. Not frozen: that takes five times as long to make,
    and a file makes two of them a row.
    """

    name: int
    at: datetime
    lead: int | None = None
    visitor: str | None = None
    subject: SubjectRef | None = None
    props: dict[str, Any] = field(default_factory=dict)  # Any: JSON
    id: UUID | None = None
    visible_ms: int | None = None
    verdict: int = 0
    received: datetime | None = None


@dataclass(frozen=True, slots=True)
class Agent:
    """Who made a request, as far as the request says."""

    ua: str = ""
    ip: str = ""
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = ()  # lower-case names
