"""Why a request is not taken: a status, a reason for the sender's developer, and when to come again."""

from __future__ import annotations


class Refusal(Exception):
    """400 malformed, 413 too large, 429 too fast (`retry_after` seconds), 503 cannot be kept now."""

    def __init__(self, status: int, reason: str, *, retry_after: int = 0) -> None:
        super().__init__(status, reason)
        self.status = status
        self.reason = reason
        self.retry_after = retry_after
