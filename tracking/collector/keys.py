"""Who may write: the keys in memory, refreshed every few seconds by a loader that is given.

A key that is not in the table is asked for by itself, a bounded number of times a second, so that a workspace can be
used the moment it exists and a stranger's guesses cannot load the database. Where that is not possible nothing is said
of the key: its sender has to come again, for what is answered with 200 is kept. Before the first load nobody is known.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tracking.collector.lookups import Lookups
from tracking.collector.refusal import Refusal
from tracking.collector.repeating import Repeating
from tracking.collector.shelf import Shelf

REFRESH_SECONDS = 3.0
AWAY_SECONDS = 1.0  # between two tries while the database is away
FIRST_SECONDS = 0.2  # until the table has been read once
SECRET_SECONDS = 5.0  # how long a revoked secret key may still be believed
LONGEST_KEY = 200
FORGET_ABOVE = 10_000

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Sender:
    """Whose key it is. `trusted`: a secret API key that may state identities and times, of anybody."""

    tenant_id: int
    trusted: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Every public write key with its sender, and the codes of the workspaces, which secret keys name."""

    senders: Mapping[str, Sender] = field(default_factory=dict)
    codes: frozenset[str] = frozenset()


class KeysUnknown(RuntimeError):
    """The table has never been loaded: nothing can be said about any key."""


class KeyTable:
    """`load` gives the table; `find` one key of any kind, or None. Both may raise OSError when away.

    `shelf` remembers the public keys beyond the end of the process.
    """

    def __init__(
        self, load: Callable[[], Table], find: Callable[[str], Sender | None], shelf: Shelf | None = None
    ) -> None:
        self._load, self._find, self._shelf = load, find, shelf
        self._table: Table | None = None
        self._away = False
        self._asked: dict[str, tuple[float, Sender | None]] = {}
        self._asking: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()
        self._lookups = Lookups()

    def refresh(self) -> bool:
        """Read the table again; False (and the old table stays) when the database is away."""
        try:
            self._table = self._load()
        except OSError as error:
            log.warning("the keys cannot be read: %s", error)
            self._away = True
            self._table = self._table or self._shelved()
            return False
        self._away = False
        if self._shelf:
            self._shelf.put({key: sender.tenant_id for key, sender in self._table.senders.items()})
        return True

    def _shelved(self) -> Table | None:
        found = self._shelf.find() if self._shelf else None
        return None if found is None else Table({key: Sender(tenant_id) for key, tenant_id in found.items()})

    def known(self, key: str, *, at: float) -> Sender | None:
        """From memory alone; None when the key is not there. Raises KeysUnknown before the first load.

        While the database is away a secret key is what it last was.
        """
        if self._table is None:
            raise KeysUnknown
        found = self._table.senders.get(key)
        if found is None and key in self._asked:
            when, held = self._asked[key]
            return held if self._away or at - when < SECRET_SECONDS else None
        return found

    def must_ask(self, key: str, *, at: float) -> bool:
        """Whether `ask` should be called for a key that memory does not hold now; False: it is nobody's.

        Raises Refusal(503), for good keys as for bad ones, when it should be called and cannot.
        """
        if not key or len(key) > LONGEST_KEY or not (key.isascii() and key.isprintable()):
            return False
        held = self._asked.get(key)
        if held is not None and at - held[0] < SECRET_SECONDS:
            return False
        # A key that was good before, or that somebody is asking for already, costs no new look-up of the bounded ones.
        good = held is not None and held[1] is not None
        if not self._away and (good or key in self._asking or self._lookups.may(self._code(key), at=at)):
            return True
        raise _later()

    def _code(self, key: str) -> str:
        """Of the workspace that a secret key `ma_<code>_<secret>` names, "" when it is not known."""
        code = key.split("_", 2)[1] if key.startswith("ma_") else ""
        return code if self._table and code in self._table.codes else ""

    def ask(self, key: str, *, at: float) -> Sender | None:
        """Look one key up (a query; callers of the same key share it).

        While the database is away, what it last was; raises Refusal(503) for a key that was nothing yet.
        """
        with self._lock:
            turn = self._asking.setdefault(key, threading.Lock())
        try:
            with turn:
                held = self._asked.get(key)
                if held is not None and at - held[0] < SECRET_SECONDS:
                    return held[1]
                return self._found(key, at, held[1] if held else None)
        finally:
            self._asking.pop(key, None)

    def _found(self, key: str, at: float, last: Sender | None) -> Sender | None:
        try:
            if self._away:  # as somebody found who asked before us
                raise OSError("away")
            found = self._find(key)
        except OSError as error:
            log.warning("a key cannot be looked up: %s", error)
            self._away = True
            if last is None:
                raise _later() from None
            return last
        self._remember(key, at, found)
        return found

    def _remember(self, key: str, at: float, found: Sender | None) -> None:
        with self._lock:
            if len(self._asked) > FORGET_ABOVE:
                self._asked = {one: held for one, held in self._asked.items() if held[1] is not None}
            self._asked[key] = (at, found)

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
        if self._table is None:
            return FIRST_SECONDS
        return AWAY_SECONDS if self._away else REFRESH_SECONDS


def _later() -> Refusal:
    return Refusal(503, "not_kept", retry_after=1)
