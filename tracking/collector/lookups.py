"""How often a second the database may be asked for a key that memory does not hold."""

from __future__ import annotations

import threading
from collections import Counter

OF_STRANGERS = 20  # whose keys name no workspace that is known
OF_A_WORKSPACE = 10  # so that nobody's guesses use up what another's new key needs
IN_ALL = 100


class Lookups:
    """Counts them, second by second. Safe between threads."""

    def __init__(self) -> None:
        self._window, self._spent, self._total = 0.0, Counter[str](), 0
        self._lock = threading.Lock()

    def may(self, code: str, *, at: float) -> bool:
        """Whether one more may be made at `at` (monotonic seconds). `code`: of a known workspace, else ""."""
        with self._lock:
            if at - self._window >= 1:
                self._window, self._spent, self._total = at, Counter(), 0
            if self._spent[code] >= (OF_A_WORKSPACE if code else OF_STRANGERS) or self._total >= IN_ALL:
                return False
            self._spent[code] += 1
            self._total += 1
            return True
