"""Who may write: the keys in memory, refreshed every few seconds by a loader that is given.

A key that is not in the table is asked for by itself, a bounded number of times a second, so that a workspace can be
used the moment it exists and a stranger's guesses cannot load the database. Before the first load nobody is known.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tracking.collector.repeating import Repeating

REFRESH_SECONDS = 3.0
FIRST_SECONDS = 0.2  # until the table has been read once
SECRET_SECONDS = 5.0  # how long a revoked secret key may still be believed
LOOKUPS_PER_SECOND = 20
LONGEST_KEY = 200
FORGET_ABOVE = 10_000

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Sender:
    """Whose key it is. `trusted`: a secret API key, which may state identities and times."""

    tenant_id: int
    trusted: bool = False


class KeysUnknown(RuntimeError):
    """The table has never been loaded: nothing can be said about any key."""


class KeyTable:
    """`load` gives every public write key; `find` one key of any kind, or None. Both may raise OSError when away."""

    def __init__(self, load: Callable[[], Mapping[str, Sender]], find: Callable[[str], Sender | None]) -> None:
        self._load, self._find = load, find
        self._table: Mapping[str, Sender] | None = None
        self._asked: dict[str, tuple[float, Sender | None]] = {}
        self._asking: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()
        self._window, self._spent = 0.0, 0

    def refresh(self) -> bool:
        """Read the table again; False (and the old table stays) when the database is away."""
        try:
            self._table = dict(self._load())
        except OSError as error:
            log.warning("the keys cannot be read: %s", error)
            return False
        return True

    def known(self, key: str, *, at: float) -> Sender | None:
        """From memory alone; None when the key is not there. Raises KeysUnknown before the first load."""
        if self._table is None:
            raise KeysUnknown
        found = self._table.get(key)
        if found is None and key in self._asked:
            when, held = self._asked[key]
            return held if at - when < SECRET_SECONDS else None
        return found

    def must_ask(self, key: str, *, at: float) -> bool:
        """Whether `ask` should be called for a key that memory does not hold now."""
        if not key or len(key) > LONGEST_KEY:
            return False
        held = self._asked.get(key)
        if held is not None and at - held[0] < SECRET_SECONDS:
            return False
        # A key that was good before, or that somebody is asking for already, costs no new look-up of the bounded ones.
        return (held is not None and held[1] is not None) or key in self._asking or self._may_spend(at)

    def ask(self, key: str, *, at: float) -> Sender | None:
        """Look one key up (a query; callers of the same key share it). While the database is away, what it last was."""
        with self._lock:
            turn = self._asking.setdefault(key, threading.Lock())
        with turn:
            held = self._asked.get(key)
            if held is not None and at - held[0] < SECRET_SECONDS:
                return held[1]
            try:
                found = self._find(key)
            except OSError as error:
                log.warning("a key cannot be looked up: %s", error)
                found = held[1] if held else None
            self._remember(key, at, found)
        return found

    def _remember(self, key: str, at: float, found: Sender | None) -> None:
        with self._lock:
            if len(self._asked) > FORGET_ABOVE:
                self._asked = {one: held for one, held in self._asked.items() if held[1] is not None}
            self._asked[key] = (at, found)
            self._asking.pop(key, None)

    def _may_spend(self, at: float) -> bool:
        with self._lock:
            if at - self._window >= 1:
                self._window, self._spent = at, 0
            self._spent += 1
            return self._spent <= LOOKUPS_PER_SECOND

    def keep_fresh(self, also: Callable[[], None] = lambda: None) -> Repeating:
        """Refresh for ever in a thread of its own, calling `also` each time."""

        def work() -> float:
            self.refresh()
            also()
            return self._pause

        thread = Repeating(work, seconds=self._pause, name="collector-keys")
        thread.start()
        return thread

    @property
    def _pause(self) -> float:
        return FIRST_SECONDS if self._table is None else REFRESH_SECONDS
