"""Ten posts a minute per address and form."""

from functools import lru_cache

from limits import RateLimitItemPerMinute
from limits.storage import storage_from_string
from limits.strategies import SlidingWindowCounterRateLimiter

from ma_platform.connections import limits_url
from ma_platform.env import ENV

POSTS = RateLimitItemPerMinute(10)


@lru_cache(maxsize=1)
def _limiter() -> SlidingWindowCounterRateLimiter:
    return SlidingWindowCounterRateLimiter(storage_from_string(limits_url(ENV)))


def may_post(form_id: str, address: str) -> bool:
    """Count one post; False when there were too many this minute."""
    return _limiter().hit(POSTS, "form", form_id, address)
