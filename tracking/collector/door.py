"""What every server of the collector does alike: which address is whose, what needs no body, what is noted."""

from __future__ import annotations

import re
import time

from ma_platform import clock
from tracking.collector import wiring
from tracking.collector.answers import NOT_FOUND, PIXEL, PREFLIGHT, TAG, Answer, refused, tag_answer, wrong_method
from tracking.collector.core import BATCHES, KINDS, Core, Entry, Request, known_sender, pixel_key
from tracking.collector.counting import COUNTS, REFUSED
from tracking.collector.keys import Sender
from tracking.collector.refusal import Refusal
from tracking.collector.request import Headers
from tracking.collector.tag import Tag
from tracking.collector.visitor import VISITOR_PATH, visitor_answer

POSTS = BATCHES | KINDS.keys()
PIXEL_PATH = "/t.gif"
PINNED_TAG = re.compile(r"/t/[0-9a-f]{16}\.js")
READS = ("GET", "HEAD")


class Door:
    """One per process."""

    def __init__(self) -> None:
        self.core: Core = wiring.core()
        self._tag = Tag()

    @staticmethod
    def owns(path: str) -> bool:
        """Whether an address is the collector's; everything else belongs to Django."""
        return path.startswith("/v1/") or path in (PIXEL_PATH, TAG) or PINNED_TAG.fullmatch(path) is not None

    def quick(self, method: str, path: str, headers: Headers) -> Answer | None:
        """The answer when it needs neither key nor stream."""
        if path == TAG or PINNED_TAG.fullmatch(path):
            return tag_answer(self._tag, path, headers) if method in READS else _preflight(method, "GET, OPTIONS")
        if path in POSTS:
            return None if method == "POST" else _preflight(method, "POST, OPTIONS")
        if path not in (PIXEL_PATH, VISITOR_PATH):
            return NOT_FOUND
        return None if method in READS else _preflight(method, "GET, OPTIONS")

    def asks(self, key: str, *, at: float) -> tuple[Sender | None, bool]:
        """(sender, whether `core.keys.ask` must be called, which may take a moment). Raises Refusal(503)."""
        return known_sender(self.core.keys, key, at=at)

    @staticmethod
    def key_in_address(request: Request) -> str:
        return pixel_key(request)

    def seen(self, request: Request, sender: Sender | None, *, at: float) -> list[Entry]:
        """A pixel's entry."""
        return self.core.pixel(request, sender, now=clock.now(), at=at)

    def visitor(self, request: Request, sender: Sender | None, *, at: float) -> Answer:
        """The visitor address. Raises Refusal(429)."""
        self.core.spend(request, sender, at=at)
        return visitor_answer(request, sender, wiring.hands(), at=int(clock.now().timestamp()))

    def refused(self, request: Request, refusal: Refusal) -> Answer:
        """The answer to what was not taken; noted for the debugger when we know whose it is. A pixel is a pixel."""
        COUNTS.add(REFUSED)
        if request.path == PIXEL_PATH:
            return PIXEL
        tenant_id = self.core.tenant_of(request, at=time.monotonic())
        if tenant_id is not None:
            wiring.refused().note(tenant_id, request, refusal, now=clock.now())
        return refused(refusal)


def _preflight(method: str, allowed: str) -> Answer:
    return PREFLIGHT if method == "OPTIONS" else wrong_method(allowed)
